import PostgresClient
import PostgresMigrations

/// One plain connection to the database, for what commands ask themselves.
final class Database {
    let connection: BlockingConnection
    /// User, host and database, as messages show them; without the password.
    let target: String

    /// Connects; a failure is a sentence with libpq's own words.
    init(_ text: String) throws(CommandFailure) {
        let settings: ConnectionSettings
        do throws(DatabaseFailure) {
            settings = try ConnectionSettings(text)
        } catch {
            throw .wrongUsage("\(error.message).")
        }
        target = settings.target
        do throws(DatabaseFailure) {
            connection = try BlockingConnection(settings)
        } catch {
            throw .notInOrder("the database \(settings.target) cannot be reached: \(error.message)")
        }
    }

    /// One statement and its rows as texts.
    func rows(_ sql: String, _ parameters: [String?] = []) throws(SQLFailure) -> [[String?]] {
        do throws(DatabaseFailure) {
            return try connection.query(sql, parameters: parameters).rows
        } catch {
            throw SQLFailure(error)
        }
    }

    /// Runs `body` in a transaction that can change nothing and whose statements take at most so
    /// many milliseconds.
    func readOnly<R>(milliseconds: Int, _ body: () throws(SQLFailure) -> R) throws(SQLFailure) -> R {
        _ = try rows("BEGIN READ ONLY")
        defer { _ = try? rows("ROLLBACK") }
        _ = try rows("SELECT set_config('statement_timeout', $1, true)", [String(milliseconds)])
        return try body()
    }
}

extension CommandFailure {
    /// What a statement of a command met.
    init(_ failure: SQLFailure) {
        self = .notInOrder(
            failure.sqlState.isEmpty
                ? "the connection to the database is lost: \(failure.message)" : "the database refuses: \(failure)")
    }

    /// One of the errors that commands let pass, as the shell and the person see it; `nil` for what
    /// ArgumentParser throws.
    init?(anyOf error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as MigrationError: self.init(error)
        case let failure as SQLFailure: self.init(failure)
        case let failure as DatabaseFailure: self.init(SQLFailure(failure))
        default: return nil
        }
    }
}
