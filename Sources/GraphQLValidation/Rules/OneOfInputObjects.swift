import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// A OneOf input object has exactly one field, which is not null. (``AllVariableUsagesAreAllowed``
/// checks variables.) https://spec.graphql.org/September2025/#sec-OneOf-Input-Objects
enum OneOfInputObjects {
    static let rule = "OneOf Input Objects"

    static func check(
        _ fields: [ObjectField], of type: InputObjectType, range: SourceRange, _ context: ValidationContext
    ) {
        guard fields.count == 1 else {
            let found = fields.isEmpty ? "none" : enumeration(fields.map(\.name.value.quoted))
            return context.errors.add(
                rule, at: range, message: "Input type \(type.name.quoted) takes exactly one field, found \(found).")
        }
        if case .null(let null) = fields[0].value {
            context.errors.add(
                rule, at: null,
                message: "Field \(fields[0].name.value.quoted) of input type \(type.name.quoted) must not be null.")
        }
    }
}
