import Diagnostics
import GraphQLLanguage

/// Refuses operations that exceed ``ValidationLimits`` before their fragments are expanded.
enum OperationSizes {
    static let rule = "Limits of an Operation"

    /// Whether all operations keep the limits. `order` must be free of cycles.
    static func check(_ typed: TypedDocument, order: FragmentOrder, _ context: ValidationContext) -> Bool {
        let limits = context.limits
        let count = ExtentCount(typed, order: order.order)
        var isWithin = true
        for (operation, facts) in zip(context.index.operations, typed.operations) {
            let extent = count.count(set: facts.set)
            let figures: [(value: Int, limit: Int, name: ValidationLimits.Name, words: String)] = [
                (extent.depth, limits.depth, .depth, "nests fields deeper than the %d levels that are allowed"),
                (
                    extent.introspectionDepth, limits.introspectionDepth, .introspectionDepth,
                    "nests introspection deeper than the %d levels that are allowed"
                ),
                (
                    extent.introspectionLists, limits.introspectionLists, .introspectionLists,
                    "nests more lists of introspection than the %d that are allowed"
                ),
                (extent.aliases, limits.aliases, .aliases, "has more aliases than the %d that are allowed"),
                (
                    extent.rootFields, limits.rootFields, .rootFields,
                    "has more root fields than the %d that are allowed"
                ),
                (
                    extent.selections, limits.selections, .selections,
                    "selects more than the %d fields and fragments that are allowed"
                ),
                (
                    extent.nesting, min(limits.nesting, ValidationLimits.deepest), .nesting,
                    "nests fields and fragments deeper than the %d levels that are allowed"
                ),
            ]
            let words = operation.name.map { "Operation \($0.value.quoted)" } ?? "The operation"
            for figure in figures where figure.value > figure.limit {
                isWithin = false
                context.errors.add(
                    rule, at: operation.place, limit: figure.name,
                    message: "\(words) \(sentence(figure.words, figure.limit))\(found(figure.value)).")
            }
        }
        return isWithin
    }

    private static func sentence(_ words: String, _ limit: Int) -> String {
        words.split(separator: "%d", maxSplits: 1).joined(separator: "\(limit)")
    }

    private static func found(_ value: Int) -> String { value < OperationSize.most ? ": \(value)" : "" }
}
