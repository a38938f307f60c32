import PostgresClient

/// The connection that migrations run on, with failures as this target tells them.
struct MigrationSession {
    private let connection: BlockingConnection

    init(_ connection: BlockingConnection) { self.connection = connection }

    /// Statements of our own that give no rows.
    func execute(_ sql: String) throws(MigrationError) {
        do throws(DatabaseFailure) {
            try connection.execute(sql)
        } catch {
            throw .database(SQLFailure(error))
        }
    }

    /// One statement of our own and its rows as texts.
    func rows(_ sql: String, _ parameters: [String?] = []) throws(MigrationError) -> [[String?]] {
        do throws(DatabaseFailure) {
            return try connection.query(sql, parameters: parameters).rows
        } catch {
            throw .database(SQLFailure(error))
        }
    }

    /// A part of a script, as it stands in the file.
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

    /// Ends a transaction that failed; harmless where there is none, or no connection any more.
    func rollback() { try? connection.execute("ROLLBACK") }
}

extension SQLFailure {
    public init(_ failure: DatabaseFailure) {
        self.init(
            sqlState: failure.sqlState, message: failure.message, detail: failure.detail, hint: failure.hint,
            position: failure.position)
    }
}
