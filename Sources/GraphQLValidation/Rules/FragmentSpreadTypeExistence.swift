import GraphQLLanguage
import GraphQLSchema

/// The type that a fragment is on is defined by the schema.
/// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Type-Existence
enum FragmentSpreadTypeExistence {
    static let rule = "Fragment Spread Type Existence"

    /// The type, or `nil` after an error.
    static func check(_ condition: Name, _ context: ValidationContext) -> NamedType? {
        if let type = context.schema.type(condition.value) { return type }
        context.errors.add(
            rule, at: condition.range,
            message: context.schema.unknownName(
                "There is no type \(condition.value.quoted).", condition.value,
                among: context.schema.typeOrder.filter { context.schema.type($0)?.isComposite == true }))
        return nil
    }
}
