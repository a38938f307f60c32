import GraphQLLanguage

/// A variable that is defined is used by its operation or by a fragment that it reaches.
/// https://spec.graphql.org/September2025/#sec-All-Variables-Used
enum AllVariablesUsed {
    static let rule = "All Variables Used"

    static func report(_ variable: VariableDefinition, in operation: OperationDefinition, _ context: ValidationContext)
    {
        let words = operation.name.map { "operation \($0.value.quoted)" } ?? "the operation"
        context.errors.add(
            rule, at: variable.name.range,
            message: "Variable \("$\(variable.name.value)".quoted) is never used in \(words).")
    }
}
