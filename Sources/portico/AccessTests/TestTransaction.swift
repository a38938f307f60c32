import Diagnostics
import PorticoCatalog
import PorticoPolicyTesting
import PorticoProject
import PostgresClient
import PostgresSQL
import SocketLoop

/// One connection in a transaction that is never committed: a test run's database and fixtures.
///
/// Everything that a gateway runs on its pool is part of it, including look-ups of viewers, because
/// the pool has no other connection.
final class TestTransaction {
    /// Milliseconds that one statement may take.
    static let patience = 60_000

    let reactor = Reactor()
    let pool: ConnectionPool
    private let target: String
    /// The settings of the transaction, if a pooler prevents session settings; else `nil`.
    private let transactionSettings: String?

    init(_ project: Project) throws(CommandFailure) {
        var settings = try project.connectionSettings()
        settings.statements = project.configuration.database.statements
        settings.statementTimeoutMilliseconds = Self.patience
        settings.callerHoldsTransaction = true
        transactionSettings = settings.statements == .unnamed ? settings.transactionSettingsText : nil
        target = settings.target
        var sizes = ConnectionPool.Settings()
        sizes.connections = 1
        pool = ConnectionPool(reactor: reactor, connection: settings, settings: sizes)
        pool.start()
    }

    deinit { pool.close() }

    /// Begins, inserts the rows, and prevents further writes. Throws with a refused row's place.
    func begin(_ suite: AccessSuite) throws(CommandFailure) {
        let writes = suite.fixtures.contains { !$0.rows.isEmpty }
        try check(run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ \(writes ? "READ WRITE" : "READ ONLY")"))
        if let transactionSettings { try check(run(transactionSettings)) }
        for fixture in suite.fixtures {
            for row in fixture.rows { try insert(row, into: fixture.table, suite) }
        }
        if writes { try check(run("SET TRANSACTION READ ONLY")) }
        try check(run("SAVEPOINT portico_tests"))
    }

    /// Rolls back to the tests' start after a failed statement. Fails if the connection is lost.
    func recover() throws(CommandFailure) { try check(run("ROLLBACK TO SAVEPOINT portico_tests")) }

    /// Throws if the connection was lost: another one has no fixture rows.
    func checkConnection() throws(CommandFailure) {
        guard pool.statistics.connectionsLost > 0 else { return }
        throw .notInOrder("the connection to the database was lost\(pool.lastFailure.map { ": \($0.message)" } ?? ".")")
    }

    /// Rolls back.
    func end() { _ = run("ROLLBACK") }

    /// Turns the loop until the condition holds, or patience ends.
    func wait(until isDone: () -> Bool) { reactor.poll(until: isDone, within: Self.patience + 1_000) }

    private func run(_ text: String, _ parameters: [ParameterValue] = []) -> Result<ResultSet, DatabaseFailure> {
        var result: Result<ResultSet, DatabaseFailure>?
        let statement = Statement(text: text, parameterTypes: parameters.map { _ in 0 })
        pool.submit(statement, parameters: parameters, deadline: reactor.now + Self.patience) { result = $0 }
        wait { result != nil }
        return result ?? .failure(DatabaseFailure(.timeout, message: "the database did not answer in time"))
    }

    private func check(_ result: Result<ResultSet, DatabaseFailure>) throws(CommandFailure) {
        if case .failure(let failure) = result {
            if failure.kind == .unavailable {
                throw .notInOrder("the database \(target) cannot be reached: \(failure.message)")
            }
            throw .notInOrder("the database refuses: \(failure.message)")
        }
        try checkConnection()
    }

    private func insert(_ row: FixtureRows.Row, into table: TableName, _ suite: AccessSuite) throws(CommandFailure) {
        let columns = row.cells.map { quoteIdentifier($0.column) }.joined(separator: ", "),
            places = row.cells.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let text =
            row.cells.isEmpty
            ? "INSERT INTO \(table.quoted) DEFAULT VALUES"
            : "INSERT INTO \(table.quoted) (\(columns)) OVERRIDING SYSTEM VALUE VALUES (\(places))"
        let result = run(text, row.cells.map { $0.text.map { .text($0) } ?? .null })
        guard case .failure(let failure) = result else { return try checkConnection() }
        let words = [failure.message, failure.detail, failure.hint].compactMap(\.self).joined(separator: " ")
        // 25006: the server, or the role, is read-only.
        if failure.kind == .permissionDenied || failure.sqlState == "25006" {
            throw .notInOrder(
                "the fixtures cannot be inserted as the role of \(target): \(words). They need a role that may write; name it by --database-url. "
                    + "Nothing stays: the transaction is rolled back.")
        }
        if failure.kind == .unavailable {
            throw .notInOrder("the database \(target) cannot be reached: \(failure.message)")
        }
        let problem = Diagnostic(
            "PostgreSQL refuses this row of \(table.name): \(words)", file: suite.source.name, range: row.range)
        throw CommandFailure(Diagnostics([problem]), in: suite.source)
    }
}

extension CommandFailure {
    /// Problems of a file that need not be in the project: status 2.
    init(_ diagnostics: Diagnostics, in source: SourceText) {
        let pictures = diagnostics.items.map { render($0, in: source) }.joined(separator: "\n\n")
        self = .wrongUsage("the tests are not in order (\(countText(diagnostics.items))).\n\n\(pictures)")
    }
}
