import PorticoCatalog
import PostgresSQL

/// The number of rows that the loads of one plan find according to PostgreSQL's statistics;
/// together with each `first`, the basis of the plan's cost.
///
/// Computed once per plan and reading of the statistics; a request only multiplies.
public struct PlanEstimate: Sendable {
    /// By load; for one row of the parent.
    private let rows: [Int?]
    /// By load, what its filter reads from other tables.
    private let reads: [[EstimatedRead]]
    /// Of ``TableStatistics/reading``: an estimate from an older reading is recomputed.
    public let reading: Int

    /// Maximum rows assumed for a list without statistics, if a filter tests them.
    public static let assumedTested = 100
    /// Rows assumed for a list inside a filter without statistics.
    public static let assumedRead = 10

    public static let unknown = PlanEstimate()

    private init() {
        rows = []
        reads = []
        reading = 0
    }

    public init(_ plan: AuthorizedPlan, catalog: Catalog, statistics: TableStatistics) {
        let source = EstimateSource(catalog: catalog, statistics: statistics, scope: plan.scope)
        rows = plan.loads.map(source.rows)
        reads = plan.loads.map { $0.reads.map(source.read) }
        reading = statistics.reading
    }

    /// `nil` if unknown.
    public func rowsPerParent(_ load: Int) -> Int? { load < rows.count ? rows[load] : nil }

    /// The rows that a load's filter makes PostgreSQL read behind relations if it tests so many
    /// rows; `Int.max` on overflow.
    public func rowsRead(by load: Load, testing rows: Int) -> Int {
        let known = load.index < reads.count ? reads[load.index] : load.reads.map(EstimatedRead.init(unknown:))
        return sum(known.map { $0.rows(testing: rows) })
    }
}

/// A ``FilterRead`` in numbers.
private struct EstimatedRead: Sendable {
    /// Rows for each tested row; `nil` if unknown.
    var each: Int?
    /// Rows within the viewer's reach, each read at most once; `nil` if unknown.
    var all: Int?
    var nested: [EstimatedRead]

    init(each: Int?, all: Int?, nested: [EstimatedRead]) {
        self.each = each
        self.all = all
        self.nested = nested
    }

    init(unknown read: FilterRead) {
        self.init(each: read.ties.isEmpty ? 1 : nil, all: nil, nested: read.nested.map(EstimatedRead.init(unknown:)))
    }

    func rows(testing rows: Int) -> Int {
        let here = min(rows.saturatingProduct(each ?? PlanEstimate.assumedRead), all ?? .max)
        return sum([here] + nested.map { $0.rows(testing: here) })
    }
}

private func sum(_ numbers: [Int]) -> Int { numbers.reduce(0) { $0.saturatingSum($1) } }

/// The inputs of an estimate.
///
/// The statistics cover all tenants. An isolated viewer could discover them from refused
/// operations; for it they are rounded to powers of ten, which reveals only orders of magnitude.
private struct EstimateSource {
    let catalog: Catalog
    let statistics: TableStatistics
    let scope: TenantScope

    /// The table's rows, divided by the distinct values of the column that ties them to their
    /// parents, or by the number of tenants; `nil` if unknown.
    func rows(of load: Load) -> Int? {
        guard let binding = catalog.types[load.type], let known = statistics[binding.table] else { return nil }
        let ties = keys(of: load)
        if !ties.isEmpty { return rounded(share(known, by: ties)) }
        return rowsInReach(binding)
    }

    func read(_ read: FilterRead) -> EstimatedRead {
        let nested = read.nested.map(self.read)
        guard let binding = catalog.types[read.type], let known = statistics[binding.table] else {
            return EstimatedRead(each: read.ties.isEmpty ? 1 : nil, all: nil, nested: nested)
        }
        return EstimatedRead(
            each: read.ties.isEmpty ? 1 : rounded(share(known, by: read.ties)), all: rowsInReach(binding),
            nested: nested)
    }

    /// Rows of an average tenant, or of all tenants if the viewer is not isolated.
    private func rowsInReach(_ binding: TypeBinding) -> Int? {
        guard let known = statistics[binding.table] else { return nil }
        if scope == .all { return known.rows }
        return switch binding.isolation {
        case .none, .unstated: rounded(known.rows)
        case .column(let column): rounded(share(known.rows, known.distinct[column.column]))
        case .path(let relations, let column):
            rounded(
                share(
                    known.rows,
                    relations.last.flatMap { catalog.types[$0.target] }.flatMap {
                        statistics[$0.table]?.distinct[column.column]
                    }))
        }
    }

    /// The columns that a load's key is compared with.
    private func keys(of load: Load) -> [String] {
        load.notes.compactMap { note in
            if note.reason == .key, case .binary(.column(_, let name), .equal, _) = note.condition { name } else { nil }
        }
    }

    /// The rows with equal values of the columns, estimated by the most selective one.
    private func share(_ known: TableStatistics.Table, by columns: [String]) -> Int {
        columns.map { share(known.rows, known.distinct[$0]) }.min() ?? known.rows
    }

    private func share(_ rows: Int, _ distinct: Double?) -> Int {
        guard let distinct else { return rows }
        return max(1, Int(exactly: (Double(rows) / max(1, distinct)).rounded(.up)) ?? .max)
    }

    /// The nearest power of ten, by ratio.
    private func rounded(_ rows: Int) -> Int {
        guard scope != .all else { return rows }
        var power = 1
        while power <= 1_000_000_000_000_000, Double(rows) > Double(power) * 3.162_277_66 { power *= 10 }
        return power
    }
}

/// PostgreSQL's estimates of the tables (`pg_class.reltuples`, `pg_stats.n_distinct`): approximate,
/// and never about a single tenant.
public struct TableStatistics: Sendable {
    public struct Table: Sendable, Equatable {
        public var rows: Int
        /// Distinct values, by column.
        public var distinct: [String: Double]

        public init(rows: Int, distinct: [String: Double]) {
            self.rows = rows
            self.distinct = distinct
        }
    }

    /// Increases with every reading; 0 before the first.
    public let reading: Int
    private let tables: [TableName: Table]

    public static let none = TableStatistics(reading: 0, tables: [:])

    public init(reading: Int, tables: [TableName: Table]) {
        self.reading = reading
        self.tables = tables
    }

    public subscript(_ table: TableName) -> Table? { tables[table] }
}
