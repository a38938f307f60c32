import GraphQLLanguage
import GraphQLSchema

/// A field of an input object is defined by its type.
/// https://spec.graphql.org/September2025/#sec-Input-Object-Field-Names
enum InputObjectFieldNames {
    static let rule = "Input Object Field Names"

    static func report(_ field: ObjectField, of type: InputObjectType, _ context: ValidationContext) {
        context.errors.add(
            rule, at: field.name.range,
            message: context.schema.unknownName(
                "Input type \(type.name.quoted) has no field \(field.name.value.quoted).", field.name.value,
                among: type.fields.names))
    }
}
