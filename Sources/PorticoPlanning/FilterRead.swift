import PorticoCatalog

/// The rows that a client's filter makes PostgreSQL look at behind a relation: a part of what a
/// plan costs.
public struct FilterRead: Sendable, Hashable {
    /// Whose rows they are.
    public let type: String
    /// The columns that tie them to the row that is tested; empty where that row has one of them at
    /// most.
    public let ties: [String]
    /// What is read for each of them.
    public let nested: [FilterRead]

    /// What a filter follows, in the order of the filter.
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
