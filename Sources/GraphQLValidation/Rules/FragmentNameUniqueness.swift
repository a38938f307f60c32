import GraphQLLanguage

/// Each fragment has a name of its own.
/// https://spec.graphql.org/September2025/#sec-Fragment-Name-Uniqueness
enum FragmentNameUniqueness {
    static let rule = "Fragment Name Uniqueness"

    static func check(_ context: ValidationContext) {
        for names in repeated(context.index.fragments.map(\.name)) {
            context.errors.add(
                rule, at: names.map(\.range),
                message:
                    "There are \(names.count) fragments called \(names[0].value.quoted): each needs a name of its own.")
        }
    }
}
