import PostgresClient

/// The connection that migrations run on, with this target's error type.
struct MigrationSession {
    private let connection: BlockingConnection

    init(_ connection: BlockingConnection) { self.connection = connection }

    /// Our own statements without rows.
    func execute(_ sql: String) throws(MigrationError) {
        do throws(DatabaseFailure) {
            try connection.execute(sql)
        } catch {
            throw .database(SQLFailure(error))
        }
    }

    /// One of our own statements, with its rows as text.
    func rows(_ sql: String, _ parameters: [String?] = []) throws(MigrationError) -> [[String?]] {
        do throws(DatabaseFailure) {
            return try connection.query(sql, parameters: parameters).rows
        } catch {
            throw .database(SQLFailure(error))
        }
    }

    /// A part of a script, unmodified.
    func run(_ script: SQLScript, from start: Int, to end: Int) throws(MigrationError) {
        do throws(DatabaseFailure) {
            try connection.execute(String(decoding: script.bytes[start..<end], as: UTF8.self))
        } catch {
            let failure = SQLFailure(error)
            // A lost connection is not the script's fault.
            guard !failure.sqlState.isEmpty else { throw .database(failure) }
            throw .refused(
                failure, script: script, offset: failure.position.map { script.offset(ofCharacter: $0, from: start) },
                recorded: false)
        }
    }

    /// Ends a failed transaction; harmless without one, or without a connection.
    func rollback() { try? connection.execute("ROLLBACK") }
}

extension SQLFailure {
    public init(_ failure: DatabaseFailure) {
        self.init(
            sqlState: failure.sqlState, message: failure.message, detail: failure.detail, hint: failure.hint,
            position: failure.position)
    }
}
