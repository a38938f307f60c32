import GraphQLLanguage

/// An argument is given once.
/// https://spec.graphql.org/September2025/#sec-Argument-Uniqueness
enum ArgumentUniqueness {
    static let rule = "Argument Uniqueness"

    static func check(_ arguments: [Argument], _ context: ValidationContext) {
        guard arguments.count > 1 else { return }
        for names in repeated(arguments.map(\.name)) {
            context.errors.add(
                rule, at: names.map(\.range),
                message: "Argument \(names[0].value.quoted) is given \(names.count) times.")
        }
    }
}
