import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// A non-null field of an input object without a default is given. (``ValuesOfCorrectType`` checks
/// that it is not null.) https://spec.graphql.org/September2025/#sec-Input-Object-Required-Fields
enum InputObjectRequiredFields {
    static let rule = "Input Object Required Fields"

    static func check(
        _ fields: [ObjectField], of type: InputObjectType, range: SourceRange, _ context: ValidationContext
    ) {
        for definition in type.fields where definition.isRequired {
            guard !fields.contains(where: { $0.name.value == definition.name }) else { continue }
            context.errors.add(
                rule, at: range,
                message:
                    "Input type \(type.name.quoted) needs the field \(definition.name.quoted) of type \(definition.type.description.quoted)."
            )
        }
    }
}
