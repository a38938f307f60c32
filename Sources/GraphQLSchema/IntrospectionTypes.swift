import GraphQLLanguage

/// The types of introspection's own schema (section 4.2), part of every schema.
enum IntrospectionTypes {
    static let all: [NamedType] = [
        .object(
            object(
                "__Schema", "What a server offers: its types, directives and root types.",
                [
                    field("description", string),
                    field("types", listOf("__Type"), "All named types."),
                    field("queryType", .nonNull(.named("__Type")), "Where queries begin."),
                    field("mutationType", .named("__Type"), "Where mutations begin; null where there are none."),
                    field(
                        "subscriptionType", .named("__Type"), "Where subscriptions begin; null where there are none."),
                    field("directives", listOf("__Directive"), "All directives."),
                ])),
        .object(
            object(
                "__Type",
                "A type: named, or a list or non-null around another, which is its `ofType`. What does not apply to its kind is null.",
                [
                    field("kind", .nonNull(.named("__TypeKind"))),
                    field("name", string),
                    field("description", string),
                    field("specifiedByURL", string, "Where a custom scalar is specified."),
                    field("fields", nullableListOf("__Field"), "Of objects and interfaces.", [includeDeprecated]),
                    field("interfaces", nullableListOf("__Type"), "What an object or interface implements."),
                    field(
                        "possibleTypes", nullableListOf("__Type"),
                        "The objects that an interface or union may stand for."),
                    field("enumValues", nullableListOf("__EnumValue"), "Of enums.", [includeDeprecated]),
                    field("inputFields", nullableListOf("__InputValue"), "Of input objects.", [includeDeprecated]),
                    field("ofType", .named("__Type"), "What a list or non-null is around."),
                    field("isOneOf", .named("Boolean"), "Whether exactly one field of an input object must be given."),
                ])),
        .enum(
            enumeration(
                "__TypeKind", "What kind of type a `__Type` is.",
                ["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL"])),
        .object(
            object(
                "__Field", "A field of an object or interface.",
                [
                    field("name", .nonNull(string)),
                    field("description", string),
                    field("args", listOf("__InputValue"), nil, [includeDeprecated]),
                    field("type", .nonNull(.named("__Type"))),
                    field("isDeprecated", .nonNull(.named("Boolean"))),
                    field("deprecationReason", string),
                ])),
        .object(
            object(
                "__InputValue", "An argument, or a field of an input object.",
                [
                    field("name", .nonNull(string)),
                    field("description", string),
                    field("type", .nonNull(.named("__Type"))),
                    field("defaultValue", string, "In GraphQL's own notation; null where there is none."),
                    field("isDeprecated", .nonNull(.named("Boolean"))),
                    field("deprecationReason", string),
                ])),
        .object(
            object(
                "__EnumValue", "One value of an enum.",
                [
                    field("name", .nonNull(string)),
                    field("description", string),
                    field("isDeprecated", .nonNull(.named("Boolean"))),
                    field("deprecationReason", string),
                ])),
        .object(
            object(
                "__Directive", "A directive: where it may stand and what it takes.",
                [
                    field("name", .nonNull(string)),
                    field("description", string),
                    field("isRepeatable", .nonNull(.named("Boolean"))),
                    field("locations", listOf("__DirectiveLocation")),
                    field("args", listOf("__InputValue"), nil, [includeDeprecated]),
                ])),
        .enum(
            enumeration(
                "__DirectiveLocation", "A place where a directive may stand.",
                DirectiveLocation.allCases.map(\.rawValue))),
    ]

    static let names = Set(all.map(\.name))

    private static let string = WrappedType.named("String")

    private static let includeDeprecated = InputField(
        name: "includeDeprecated", description: "Whether deprecated ones are listed too.",
        type: .nonNull(.named("Boolean")), defaultValue: .boolean(false, .none), deprecationReason: nil, directives: [])

    private static func nullableListOf(_ name: String) -> WrappedType { .list(.nonNull(.named(name))) }
    private static func listOf(_ name: String) -> WrappedType { .nonNull(nullableListOf(name)) }

    private static func object(_ name: String, _ description: String, _ fields: [FieldType]) -> ObjectType {
        ObjectType(
            name: name, description: description, interfaces: [], fields: FieldMap(fields, name: \.name), directives: []
        )
    }

    private static func field(
        _ name: String, _ type: WrappedType, _ description: String? = nil, _ arguments: [InputField] = []
    ) -> FieldType {
        FieldType(
            name: name, description: description, arguments: InputMap(arguments, name: \.name), type: type,
            deprecationReason: nil, directives: [], range: .none)
    }

    private static func enumeration(_ name: String, _ description: String, _ values: [String]) -> EnumType {
        EnumType(
            name: name, description: description,
            values: values.map { EnumValue(name: $0, description: nil, deprecationReason: nil) })
    }
}
