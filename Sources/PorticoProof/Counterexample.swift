import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// A query whose answer depends on a row outside the viewer's tenants, and such a row.
public struct Counterexample: Sendable {
    /// The role; `nil` for a part that any rules may contain.
    public let role: String?
    public let scope: TenantScope
    public let query: String
    /// The response path of the load, such as `tenants.sites`.
    public let path: String
    /// The type of the row outside; for a step of an isolation path, its table.
    public let type: String
    public let sql: String
    /// The table's alias in the statement.
    let alias: Alias
    /// Why the proof fails here.
    public let reason: String
    /// The row outside first, then the other rows needed; invented so that all conditions are TRUE.
    public let rows: [String]
    /// The values of relevant parameters: `$2 = "the viewer's tenant"`.
    public let values: [String]
    /// Whether the conditions were evaluated over these rows and are TRUE; otherwise it is only
    /// unproven that they exclude such a row.
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
        sql = load.sql
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

    /// Several lines, without a trailing line break.
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
    /// The numbers of `$` parameters in a statement.
    fileprivate var parameterNumbers: Set<Int> {
        Set(split(separator: "$").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) })
    }
}
