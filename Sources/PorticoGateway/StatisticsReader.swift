import PorticoCatalog
import PorticoPlanning
import PostgresClient
import PostgresSQL
import SocketLoop

/// Periodically reads PostgreSQL's statistics of the catalog's tables; no request waits for it.
final class StatisticsReader {
    /// Milliseconds between two readings; PostgreSQL itself updates them every few minutes at most.
    static let interval = 600_000
    /// Milliseconds before a retry after a failure.
    static let retryInterval = 30_000
    /// Milliseconds that a reading may take.
    static let timeout = 10_000

    private(set) var statistics = TableStatistics.none
    private let pool: ConnectionPool
    private let reactor: Reactor
    private let tables: [TableName]
    private let columns: [String]

    init(catalog: Catalog, pool: ConnectionPool, reactor: Reactor) {
        self.pool = pool
        self.reactor = reactor
        tables = Set(catalog.types.values.map(\.table)).sorted {
            ($0.schema ?? "", $0.name) < ($1.schema ?? "", $1.name)
        }
        columns = Self.ties(catalog).sorted()
    }

    /// The columns by which rows are found: those of relations and isolation.
    private static func ties(_ catalog: Catalog) -> Set<String> {
        var found: Set<String> = []
        for type in catalog.types.values {
            switch type.isolation {
            case .column(let column), .path(_, let column): found.insert(column.column)
            case .none, .unstated: break
            }
            for field in type.fields.keys {
                if let relation = type.relation(field) { found.formUnion(relation.remotes.map(\.column)) }
            }
        }
        return found
    }

    /// Starts reading, and calls back once when the first reading is over, whatever its outcome.
    /// The timer refers to this object weakly, so that it ends with the gateway.
    func start(first: @escaping () -> Void = {}) {
        let names = tables.map { table in
            (table.schema.map { quoteIdentifier($0) + "." } ?? "") + quoteIdentifier(table.name)
        }
        let parameters = [Self.array(names), Self.array(columns)]
        pool.submit(Self.statement, parameters: parameters, deadline: reactor.now + Self.timeout, fairnessKey: 0) {
            [weak self] result in
            guard let self else { return }
            var pause = Self.retryInterval
            if case .success(let rows) = result {
                take(rows)
                pause = Self.interval
            }
            first()
            reactor.after(milliseconds: pause) { [weak self] in self?.start() }
        }
    }

    private func take(_ rows: ResultSet) {
        var found: [TableName: TableStatistics.Table] = [:]
        for row in 0..<rows.rowCount {
            func text(_ column: Int) -> String? {
                rows.bytes(row: row, column: column).map { String(decoding: $0, as: UTF8.self) }
            }
            // A table that was never analysed has -1 rows.
            guard let place = text(0).flatMap({ Int($0) }), tables.indices.contains(place - 1),
                let count = text(1).flatMap({ Double($0) }), count >= 0
            else { continue }
            let total = Int(min(count, 1e15))
            var table = found[tables[place - 1]] ?? TableStatistics.Table(rows: total, distinct: [:])
            // A negative value is a fraction of the rows.
            if let column = text(2), let distinct = text(3).flatMap({ Double($0) }) {
                table.distinct[column] = distinct < 0 ? -distinct * count : distinct
            }
            found[tables[place - 1]] = table
        }
        statistics = TableStatistics(reading: statistics.reading + 1, tables: found)
    }

    private static func array(_ texts: [String]) -> ParameterValue {
        let quoted = texts.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
        return .text(Array("{\(quoted.joined(separator: ","))}".utf8))
    }

    /// Every column is text, whose binary form is its bytes. `pg_stats` shows readable tables.
    private static let statement = Statement(
        text: """
            SELECT t.place::text, c.reltuples::text, s.attname::text, s.n_distinct::text \
            FROM unnest($1::text[]) WITH ORDINALITY AS t(name, place) \
            JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(t.name) \
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
            LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = ANY ($2::text[])
            """,
        parameterTypes: [1009, 1009])
}
