import GraphQLLanguage
import GraphQLSchema

/// A directive stands where its definition allows it.
/// https://spec.graphql.org/September2025/#sec-Directives-Are-in-Valid-Locations
enum DirectivesAreInValidLocations {
    static let rule = "Directives Are in Valid Locations"

    static func check(
        _ directive: Directive, _ definition: DirectiveType, on location: DirectiveLocation,
        _ context: ValidationContext
    ) {
        guard !definition.locations.contains(location.rawValue) else { return }
        context.errors.add(
            rule, at: directive.range,
            message:
                "Directive \("@\(directive.name.value)".quoted) cannot stand on \(location.words), only on \(enumeration(definition.locations, limit: 20))."
        )
    }
}

/// The locations of directives in an executable document (section 3.13,
/// ExecutableDirectiveLocation).
enum DirectiveLocation: String {
    case query = "QUERY", mutation = "MUTATION", subscription = "SUBSCRIPTION", field = "FIELD", fragmentDefinition =
        "FRAGMENT_DEFINITION"
    case fragmentSpread = "FRAGMENT_SPREAD", inlineFragment = "INLINE_FRAGMENT", variableDefinition =
        "VARIABLE_DEFINITION"

    init(_ kind: OperationKind) {
        self =
            switch kind {
            case .query: .query
            case .mutation: .mutation
            case .subscription: .subscription
            }
    }

    var words: String {
        switch self {
        case .query: "a query"
        case .mutation: "a mutation"
        case .subscription: "a subscription"
        case .field: "a field"
        case .fragmentDefinition: "a fragment's definition"
        case .fragmentSpread: "a fragment spread"
        case .inlineFragment: "an inline fragment"
        case .variableDefinition: "a variable's definition"
        }
    }
}
