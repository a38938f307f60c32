import Diagnostics
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// A row condition of one file, with its place.
struct RuleRows: Sendable, Hashable {
    var condition: Condition<RuleOperand>
    var required: Set<ViewerValue>
    var origin: RuleOrigin

    /// Reads a `rows:` value; reports problems and returns `nil`.
    init?(
        _ node: YAMLNode, of type: TypeBinding, role: String, isCrossTenant: Bool, catalog: Catalog, origin: RuleOrigin,
        _ reader: inout YAMLReader
    ) {
        var filter = FilterReader<RuleNode>(catalog: catalog)
        condition = filter.condition(RuleNode(node: node, schema: catalog.schema, role: role), of: type)
        for problem in filter.problems {
            reader.report(problem.message, at: problem.range ?? node.range, hint: problem.hint)
        }
        guard filter.problems.isEmpty else { return nil }
        required = []
        self.origin = origin
        var unreachable: Set<String> = []
        condition.visit { part in
            switch part {
            case .compare(_, _, .viewer(let value)): required.insert(value)
            case .toOne(let relation, _), .toMany(let relation, _, _):
                if !isCrossTenant, catalog.types[relation.target]?.isolation == .unstated {
                    unreachable.insert(relation.target)
                }
            case .all, .any, .not, .compare: break
            }
        }
        for target in unreachable.sorted() {
            reader.report(
                "The rule reaches \(target), which states no isolation: only roles with `crossTenant: true` reach it.",
                at: node.range)
        }
        if !unreachable.isEmpty { return nil }
    }
}

extension Condition {
    /// Calls `body` with this condition and all nested ones.
    func visit(_ body: (Condition) -> Void) {
        body(self)
        switch self {
        case .all(let items), .any(let items): for item in items { item.visit(body) }
        case .not(let inner), .toOne(_, let inner), .toMany(_, _, let inner): inner.visit(body)
        case .compare: break
        }
    }
}
