import GraphQLLanguage

/// A fragment that is spread is defined in the document.
/// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Target-Defined
enum FragmentSpreadTargetDefined {
    static let rule = "Fragment Spread Target Defined"

    /// The fragment's position, or `nil` after an error.
    static func check(_ spread: FragmentSpread, _ context: ValidationContext) -> Int? {
        if let position = context.index.fragmentPositions[spread.name.value] { return position }
        context.errors.add(
            rule, at: spread.name.range,
            message: unknownName(
                "There is no fragment \(spread.name.value.quoted).", spread.name.value,
                among: context.index.fragments.prefix(documentCandidates).map(\.name.value)))
        return nil
    }
}
