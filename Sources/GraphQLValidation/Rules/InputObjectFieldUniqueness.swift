import GraphQLLanguage

/// A field of an input object is given once.
/// https://spec.graphql.org/September2025/#sec-Input-Object-Field-Uniqueness
enum InputObjectFieldUniqueness {
    static let rule = "Input Object Field Uniqueness"

    static func check(_ fields: [ObjectField], _ context: ValidationContext) {
        guard fields.count > 1 else { return }
        for names in repeated(fields.map(\.name)) {
            context.errors.add(
                rule, at: names.map(\.range),
                message: "Input field \(names[0].value.quoted) is given \(names.count) times.")
        }
    }
}
