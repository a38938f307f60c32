import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// A subscription has exactly one root field, which is neither an introspection field nor
/// conditional. https://spec.graphql.org/September2025/#sec-Single-Root-Field
enum SingleRootField {
    static let rule = "Single Root Field"

    static func check(_ operation: OperationDefinition, _ context: ValidationContext) {
        guard operation.kind == .subscription, let root = context.schema.subscriptionType else { return }
        let fields = collect(operation, on: root.name, context)
        guard let first = fields.first else { return }
        let others = fields.filter { $0.responseKey.value != first.responseKey.value }
        if !others.isEmpty {
            context.errors.add(
                rule, at: others.map(\.responseKey.range),
                message:
                    "\(words(operation)) must have one root field, not several: \(others[0].responseKey.value.quoted) is asked for besides \(first.responseKey.value.quoted)."
            )
        }
        for field in fields where field.name.value.hasPrefix("__") {
            context.errors.add(
                rule, at: field.name.range,
                message:
                    "\(words(operation)) cannot have the introspection field \(field.name.value.quoted) at its root.")
        }
    }

    /// CollectSubscriptionFields, without recursion: chains of fragments may be long.
    private static func collect(
        _ operation: OperationDefinition, on root: String, _ context: ValidationContext
    ) -> [Field] {
        var fields: [Field] = [], visited: Set<Int> = []
        var waiting = Array(operation.selectionSet.selections.reversed())
        while let selection = waiting.popLast(), context.spend(1, at: operation.place) {
            switch selection {
            case .field(let field):
                refuseConditions(field.directives, context)
                fields.append(field)
            case .fragmentSpread(let spread):
                refuseConditions(spread.directives, context)
                guard let position = context.index.fragmentPositions[spread.name.value],
                    visited.insert(position).inserted
                else { continue }
                let fragment = context.index.fragments[position]
                if context.schema.isPossible(root, for: fragment.typeCondition.value) {
                    waiting.append(contentsOf: fragment.selectionSet.selections.reversed())
                }
            case .inlineFragment(let fragment):
                refuseConditions(fragment.directives, context)
                let applies = fragment.typeCondition.map { context.schema.isPossible(root, for: $0.value) } ?? true
                if applies { waiting.append(contentsOf: fragment.selectionSet.selections.reversed()) }
            }
        }
        return fields
    }

    private static func refuseConditions(_ directives: [Directive], _ context: ValidationContext) {
        for directive in directives where directive.name.value == "skip" || directive.name.value == "include" {
            context.errors.add(
                rule, at: directive.range,
                message: "Directive \("@\(directive.name.value)".quoted) cannot stand at the root of a subscription.")
        }
    }

    private static func words(_ operation: OperationDefinition) -> String {
        operation.name.map { "Subscription \($0.value.quoted)" } ?? "A subscription"
    }
}
