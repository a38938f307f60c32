import GraphQLLanguage

/// A variable that is used is defined by each operation that reaches the use.
/// https://spec.graphql.org/September2025/#sec-All-Variable-Uses-Defined
enum AllVariableUsesDefined {
    static let rule = "All Variable Uses Defined"

    static func report(
        _ use: TypedDocument.VariableUse, in operation: OperationDefinition, _ context: ValidationContext
    ) {
        let words = operation.name.map { "operation \($0.value.quoted)" } ?? "the operation"
        context.errors.add(
            rule, at: use.name.range, operation.place,
            message: unknownName(
                "Variable \("$\(use.name.value)".quoted) is not defined by \(words).", use.name.value,
                among: operation.variables.prefix(documentCandidates).map(\.name.value), sign: "$"))
    }
}
