import GraphQLLanguage

/// The implicit fields of every schema (section 4.1); see ``Schema/field(_:of:)``.
public enum MetaFields {
    public static let typename = field("__typename", .nonNull(.named("String")), "The name of the object's type.")
    public static let schema = field("__schema", .nonNull(.named("__Schema")), "The schema that answers this request.")
    public static let type = field(
        "__type", .named("__Type"), "One type of the schema by its name; null where there is none.",
        [
            InputField(
                name: "name", description: nil, type: .nonNull(.named("String")), defaultValue: nil,
                deprecationReason: nil, directives: [])
        ])

    private static func field(
        _ name: String, _ type: WrappedType, _ description: String, _ arguments: [InputField] = []
    ) -> FieldType {
        FieldType(
            name: name, description: description, arguments: InputMap(arguments, name: \.name), type: type,
            deprecationReason: nil, directives: [], range: .none)
    }
}
