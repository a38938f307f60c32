import GraphQLLanguage
import GraphQLSchema

/// The schema has a root type for each operation's kind.
/// https://spec.graphql.org/September2025/#sec-Operation-Type-Existence
enum OperationTypeExistence {
    static let rule = "Operation Type Existence"

    static func check(_ operation: OperationDefinition, root: ObjectType?, _ context: ValidationContext) {
        guard root == nil else { return }
        let kinds =
            switch operation.kind {
            case .query: "queries"
            case .mutation: "mutations"
            case .subscription: "subscriptions"
            }
        context.errors.add(rule, at: operation.place, message: "This schema has no \(kinds).")
    }
}
