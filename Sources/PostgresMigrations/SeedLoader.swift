import PostgresClient

/// Loads a script of seed data in one transaction: all of it, or nothing. The script itself must be
/// idempotent (`ON CONFLICT DO NOTHING`).
public struct SeedLoader {
    private let session: MigrationSession

    public init(_ connection: BlockingConnection) { session = MigrationSession(connection) }

    /// Throws ``MigrationError/refused(_:script:offset:recorded:)`` for a statement that PostgreSQL
    /// refuses; the script then has no effect.
    public func load(_ script: SQLScript) throws(MigrationError) {
        for piece in SQLStatementSplitter.split(script.bytes) where piece.endsTransaction {
            throw .transactionControl(
                script: script, offset: piece.range.lowerBound, statement: piece.words.prefix(1).joined())
        }
        try session.execute("BEGIN")
        do throws(MigrationError) {
            try session.run(script, from: 0, to: script.bytes.count)
            try session.execute("COMMIT")
            try session.execute("RESET ALL")
        } catch {
            session.rollback()
            throw error
        }
    }
}
