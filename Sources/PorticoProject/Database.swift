import PostgresClient
import PostgresMigrations

/// A plain connection to the database for a command's own queries.
package final class Database {
    package let connection: BlockingConnection
    /// User, host and database for messages, without the password.
    package let target: String

    /// Connects; a failure is a sentence with libpq's message.
    package init(_ text: String) throws(CommandFailure) {
        let settings = try ConnectionSettings(stated: text)
        target = settings.target
        do throws(DatabaseFailure) {
            connection = try BlockingConnection(settings)
        } catch {
            throw .notInOrder("the database \(settings.target) cannot be reached: \(error.message)")
        }
    }

    /// One statement and its rows as text.
    package func rows(_ sql: String, _ parameters: [String?] = []) throws(SQLFailure) -> [[String?]] {
        do throws(DatabaseFailure) {
            return try connection.query(sql, parameters: parameters).rows
        } catch {
            throw SQLFailure(error)
        }
    }

    /// The rows of one read-only statement of at most `milliseconds`.
    package func rows(_ sql: String, _ parameters: [String?] = [], milliseconds: Int) throws(SQLFailure) -> [[String?]]
    { try readOnly(milliseconds: milliseconds) { () throws(SQLFailure) in try rows(sql, parameters) } }

    /// Strings as one parameter of type `text[]`.
    package static func array(_ texts: [String]) -> String {
        let quoted = texts.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        return "{\(quoted.joined(separator: ","))}"
    }

    /// Runs `body` in a read-only transaction whose statements take at most `milliseconds` each.
    package func readOnly<R>(milliseconds: Int, _ body: () throws(SQLFailure) -> R) throws(SQLFailure) -> R {
        _ = try rows("BEGIN READ ONLY")
        defer { _ = try? rows("ROLLBACK") }
        _ = try rows("SELECT set_config('statement_timeout', $1, true)", [String(milliseconds)])
        return try body()
    }
}

extension CommandFailure {
    package init(_ failure: SQLFailure) {
        self = .notInOrder(
            failure.sqlState.isEmpty
                ? "the connection to the database is lost: \(failure.message)" : "the database refuses: \(failure)")
    }

    /// A command's error as an exit status and message; `nil` for ArgumentParser's own.
    package init?(anyOf error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as MigrationError: self.init(error)
        case let failure as SQLFailure: self.init(failure)
        case let failure as DatabaseFailure: self.init(SQLFailure(failure))
        default: return nil
        }
    }
}
