import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// An operation without a name is the only operation of its document.
/// https://spec.graphql.org/September2025/#sec-Lone-Anonymous-Operation
enum LoneAnonymousOperation {
    static let rule = "Lone Anonymous Operation"

    static func check(_ context: ValidationContext) {
        guard context.index.operations.count > 1 else { return }
        for operation in context.index.operations where operation.name == nil {
            context.errors.add(
                rule, at: operation.place,
                message: "This operation has no name, so it must be the only one of the document.")
        }
    }
}

extension OperationDefinition {
    /// The place of an error about the whole operation.
    var place: SourceRange { name?.range ?? range }
}
