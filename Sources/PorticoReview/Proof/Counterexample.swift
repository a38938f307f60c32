import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// A query whose answer depends on a row outside the viewer's tenants, and such a row.
public struct Counterexample: Sendable {
    /// Whose rules; `nil` where it is a part that any rules may have.
    public let role: String?
    public let scope: TenantScope
    public let query: String
    /// The response path of the load, such as `tenants.sites`.
    public let path: String
    /// The type of the row that is outside; where it is only a step towards a tenant, its table.
    public let type: String
    public let sql: String
    /// The table's name in the statement.
    let alias: Alias
    /// Why the proof ends here.
    public let reason: String
    /// The row first, then rows beside it that the statement asks for; made up, but such that its
    /// conditions are TRUE.
    public let rows: [String]
    /// What the statement's parameters hold, as far as they matter: `$2 = "the viewer's tenant"`.
    public let values: [String]
    /// Whether the conditions were evaluated over these rows and are TRUE: else it is only not
    /// known that they keep such a row out.
    public let isConfirmed: Bool

    init(
        _ open: StatementProof.OpenTable, _ load: Load, query: String, _ subject: ProofSubject, _ scope: TenantScope,
        _ paths: IsolationPaths
    ) {
        role = subject.name
        self.scope = scope
        self.query = query
        path = load.path
        type = open.type?.name ?? open.table.name
        sql = load.statement.text
        alias = open.table.alias
        if let obstacle = open.obstacle {
            reason = obstacle
            rows = []
            values = []
            isConfirmed = false
            return
        }
        let found = CounterexampleRows(open, parameters: load.parameters, paths: paths)
        reason =
            open.type?.isolation == .unstated
            ? "\(type) states no isolation, and its rows are not shut out"
            : "nothing in the WHERE that reads \(open.table.name) AS \(open.table.alias.text) ties its rows to the viewer's tenants"
        rows = found.rows.map(\.text)
        let used = SQLPrinter.print(open.select).parameterNumbers
        values = found.values.sorted { $0.key < $1.key }.filter { used.contains($0.key) }.map {
            "$\($0.key) = \($0.value.text)"
        }
        isConfirmed = found.isConfirmed
    }

    /// Several lines, without a line end.
    public var text: String {
        let viewer = role.map { "A viewer of the role \($0)" } ?? "A viewer whose rules follow relations"
        let reach =
            switch scope {
            case .one: "who reaches one tenant"
            case .several, .all: "who reaches several tenants"
            }
        var lines = ["\(viewer), \(reach), depends on a row of \(type) outside them: \(reason)."]
        lines.append("  query      \(query)")
        lines.append("  load       \(path)")
        lines.append("  sql        \(sql)")
        if !values.isEmpty { lines.append("  values     \(values.joined(separator: ", "))") }
        for (index, row) in rows.enumerated() { lines.append("  \(index == 0 ? "row       " : "beside it ") \(row)") }
        if !rows.isEmpty, !isConfirmed {
            lines.append("  The row was made up of what the conditions say, and they could not be tried on it.")
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The numbers behind `$` in a statement.
    fileprivate var parameterNumbers: Set<Int> {
        Set(split(separator: "$").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) })
    }
}
