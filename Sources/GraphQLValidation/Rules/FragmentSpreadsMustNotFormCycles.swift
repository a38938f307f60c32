import GraphQLLanguage

/// A fragment does not spread itself, directly or through others.
/// https://spec.graphql.org/September2025/#sec-Fragment-Spreads-Must-Not-Form-Cycles
enum FragmentSpreadsMustNotFormCycles {
    static let rule = "Fragment Spreads Must Not Form Cycles"

    static func check(_ order: FragmentOrder, _ context: ValidationContext) {
        for cycle in order.cycles {
            let names = cycle.map { context.index.fragments[$0.fragment].name.value.quoted }
            let way = names.count > 1 ? " by way of \(enumeration(Array(names.dropFirst())))" : ""
            context.errors.add(
                rule, at: cycle.prefix(8).map(\.spread), message: "Fragment \(names[0]) spreads itself\(way).")
        }
    }
}
