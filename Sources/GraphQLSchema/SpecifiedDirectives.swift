import GraphQLLanguage

/// The directives that GraphQL itself specifies (sections 3.13.1 to 3.13.5): part of every schema.
public enum SpecifiedDirectives {
    public static let names = types.map(\.name)

    /// The default reason of `@deprecated` (section 3.13.3).
    static let defaultDeprecationReason = "No longer supported"

    static let types: [DirectiveType] = [
        DirectiveType(
            name: "include", description: "Includes the field or fragment only where `if` is true.",
            arguments: arguments(argument("if", .nonNull(.named("Boolean")), "Included when true.")),
            isRepeatable: false, locations: ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"]),
        DirectiveType(
            name: "skip", description: "Leaves the field or fragment out where `if` is true.",
            arguments: arguments(argument("if", .nonNull(.named("Boolean")), "Skipped when true.")),
            isRepeatable: false, locations: ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"]),
        DirectiveType(
            name: "deprecated", description: "Marks what should not be used any more.",
            arguments: arguments(
                argument(
                    "reason", .nonNull(.named("String")), "Why, and what to use instead, in Markdown.",
                    default: .string(StringValue(defaultDeprecationReason)))), isRepeatable: false,
            locations: ["FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"]),
        DirectiveType(
            name: "specifiedBy", description: "Says where the behaviour of a custom scalar is specified.",
            arguments: arguments(argument("url", .nonNull(.named("String")), "The address of the specification.")),
            isRepeatable: false, locations: ["SCALAR"]),
        DirectiveType(
            name: "oneOf", description: "Marks an input object of which exactly one field must be given.",
            arguments: arguments(), isRepeatable: false, locations: ["INPUT_OBJECT"]),
    ]

    /// The same as syntax, by name.
    static let definitions = Dictionary(types.map { ($0.name, $0.syntax) }, uniquingKeysWith: { first, _ in first })

    private static func arguments(_ arguments: InputField...) -> InputMap { InputMap(arguments, name: \.name) }

    private static func argument(
        _ name: String, _ type: WrappedType, _ description: String, default value: Value? = nil
    ) -> InputField {
        InputField(
            name: name, description: description, type: type, defaultValue: value, deprecationReason: nil,
            directives: [])
    }
}

/// The locations of directives (section 3.13, DirectiveLocation).
enum DirectiveLocation: String, CaseIterable {
    case query = "QUERY"
    case mutation = "MUTATION"
    case subscription = "SUBSCRIPTION"
    case field = "FIELD"
    case fragmentDefinition = "FRAGMENT_DEFINITION"
    case fragmentSpread = "FRAGMENT_SPREAD"
    case inlineFragment = "INLINE_FRAGMENT"
    case variableDefinition = "VARIABLE_DEFINITION"
    case schema = "SCHEMA"
    case scalar = "SCALAR"
    case object = "OBJECT"
    case fieldDefinition = "FIELD_DEFINITION"
    case argumentDefinition = "ARGUMENT_DEFINITION"
    case interface = "INTERFACE"
    case union = "UNION"
    case `enum` = "ENUM"
    case enumValue = "ENUM_VALUE"
    case inputObject = "INPUT_OBJECT"
    case inputFieldDefinition = "INPUT_FIELD_DEFINITION"
}
