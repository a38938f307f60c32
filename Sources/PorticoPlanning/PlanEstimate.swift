import PorticoCatalog
import PostgresSQL

/// How many rows the loads of one plan find, as far as PostgreSQL's statistics tell: what its cost is reckoned with, beside its `first`s.
///
/// Reckoned once for a plan and a reading of the statistics; a request then only multiplies.
public struct PlanEstimate: Sendable {
    /// By load; for one row of the parent's.
    private let rows: [Int?]
    /// Of ``TableStatistics/reading``: an estimate of an older reading is made anew.
    public let reading: Int

    /// Nothing is known.
    public static let unknown = PlanEstimate(rows: [], reading: 0)

    private init(rows: [Int?], reading: Int) {
        self.rows = rows
        self.reading = reading
    }

    public init(_ plan: AuthorizedPlan, catalog: Catalog, statistics: TableStatistics) {
        self.init(rows: plan.loads.map { Self.rows(of: $0, catalog, statistics) }, reading: statistics.reading)
    }

    /// `nil` where nothing is known.
    public func rowsPerParent(_ load: Int) -> Int? { load < rows.count ? rows[load] : nil }

    /// The rows of the table, divided by the values of the column that ties them to their parents, or else to their tenant.
    private static func rows(of load: Load, _ catalog: Catalog, _ statistics: TableStatistics) -> Int? {
        guard let table = catalog.types[load.type]?.table, let known = statistics[table] else { return nil }
        let tie = column(of: .key, in: load) ?? (column(of: .isolation, in: load))
        guard let tie else { return known.rows }
        return known.distinct[tie].map { max(1, Int((Double(known.rows) / max(1, $0)).rounded(.up))) } ?? known.rows
    }

    /// The column that a condition of the load compares with one value.
    private static func column(of reason: ConditionNote.Reason, in load: Load) -> String? {
        for note in load.notes where note.reason == reason {
            var condition = note.condition
            while case .isTrue(let inner) = condition { condition = inner }
            if case .binary(.column(_, let name), .equal, _) = condition { return name }
        }
        return nil
    }
}

/// What PostgreSQL reckons of the tables (`pg_class.reltuples`, `pg_stats.n_distinct`): approximate, and never about a single tenant.
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

    /// Goes up with every reading; 0 where none took place.
    public let reading: Int
    private let tables: [TableName: Table]

    public static let none = TableStatistics(reading: 0, tables: [:])

    public init(reading: Int, tables: [TableName: Table]) {
        self.reading = reading
        self.tables = tables
    }

    public subscript(_ table: TableName) -> Table? { tables[table] }
}
