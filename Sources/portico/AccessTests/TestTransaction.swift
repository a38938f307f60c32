import Diagnostics
import PorticoCatalog
import PorticoReview
import PostgresClient
import PostgresSQL
import SocketLoop

/// One connection in one transaction that is never committed: what the tests of a run see, their
/// fixture rows included.
///
/// All that a gateway runs on its pool is in it, the look-up of viewers too, because the pool has
/// no other connection.
final class TestTransaction {
    /// Milliseconds that one statement may take.
    static let patience = 60_000

    let reactor = Reactor()
    let pool: ConnectionPool
    private let target: String
    /// What the transaction is set to, where a pooler keeps sessions from being set; else `nil`.
    private let transactionSettings: String?

    init(_ project: Project) throws(CommandFailure) {
        let text = try project.databaseText()
        var settings: ConnectionSettings
        do throws(DatabaseFailure) {
            settings = try ConnectionSettings(text)
        } catch {
            throw .wrongUsage("\(error.message).")
        }
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

    /// Begins, inserts the rows, and lets nothing more be written. Throws with the place of the row
    /// that PostgreSQL refuses.
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

    /// After a statement that failed: back to where the tests began. Fails where the connection is
    /// gone, and the rows with it.
    func recover() throws(CommandFailure) { try check(run("ROLLBACK TO SAVEPOINT portico_tests")) }

    /// Throws where the connection was lost meanwhile: on another one there are no fixture rows.
    func checkConnection() throws(CommandFailure) {
        guard pool.statistics.connectionsLost > 0 else { return }
        throw .notInOrder("the connection to the database was lost\(pool.lastFailure.map { ": \($0.message)" } ?? ".")")
    }

    /// Nothing stays.
    func end() { _ = run("ROLLBACK") }

    /// Turns the loop until the condition holds, or patience ends.
    func wait(until isDone: () -> Bool) {
        let end = reactor.now + Self.patience + 1_000
        while !isDone(), reactor.now < end { reactor.poll(timeoutMilliseconds: 1_000) }
    }

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
        let name =
            table.schema.map { quoteIdentifier($0) + "." + quoteIdentifier(table.name) } ?? quoteIdentifier(table.name)
        let columns = row.cells.map { quoteIdentifier($0.column) }.joined(separator: ", "),
            places = row.cells.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let text =
            row.cells.isEmpty
            ? "INSERT INTO \(name) DEFAULT VALUES"
            : "INSERT INTO \(name) (\(columns)) OVERRIDING SYSTEM VALUE VALUES (\(places))"
        let result = run(text, row.cells.map { $0.text.map { .text($0) } ?? .null })
        guard case .failure(let failure) = result else { return try checkConnection() }
        let words = [failure.message, failure.detail, failure.hint].compactMap(\.self).joined(separator: " ")
        // 25006: the server, or the role, is set to read only.
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
    /// What is wrong with a file that need not lie in the project: status 2.
    init(_ diagnostics: Diagnostics, in source: SourceText) {
        let pictures = diagnostics.items.map { render($0, in: source) }.joined(separator: "\n\n")
        self = .wrongUsage("the tests are not in order (\(countText(diagnostics.items))).\n\n\(pictures)")
    }
}
