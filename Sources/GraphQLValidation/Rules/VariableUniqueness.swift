import GraphQLLanguage

/// Each variable of an operation has a name of its own.
/// https://spec.graphql.org/September2025/#sec-Variable-Uniqueness
enum VariableUniqueness {
    static let rule = "Variable Uniqueness"

    static func check(_ operation: OperationDefinition, _ context: ValidationContext) {
        for names in repeated(operation.variables.map(\.name)) {
            context.errors.add(
                rule, at: names.map(\.range),
                message: "There are \(names.count) variables called \("$\(names[0].value)".quoted).")
        }
    }
}
