import PorticoCatalog

/// Rows that a client's filter makes PostgreSQL read behind a relation: part of a plan's cost.
public struct FilterRead: Sendable, Hashable {
    public let type: String
    /// The columns that tie them to the tested row; empty if that row has at most one of them.
    public let ties: [String]
    /// What is read for each of them.
    public let nested: [FilterRead]

    /// The relations that a filter follows, in the order of the filter.
    static func reads<Operand>(_ condition: Condition<Operand>) -> [FilterRead] {
        switch condition {
        case .all(let items), .any(let items): items.flatMap { reads($0) }
        case .not(let inner): reads(inner)
        case .compare: []
        case .toOne(let relation, let inner): [FilterRead(type: relation.target, ties: [], nested: reads(inner))]
        case .toMany(let relation, _, let inner):
            [FilterRead(type: relation.target, ties: relation.remotes.map(\.column), nested: reads(inner))]
        }
    }
}
