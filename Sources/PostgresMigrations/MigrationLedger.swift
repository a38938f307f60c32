import PostgresClient

/// The record of applied migrations, `_prisma_migrations`, and its only writer.
///
/// One ledger per connection. Everything that changes the database runs under the advisory lock of
/// Prisma's own tools, so that concurrent runs of any tool are serialised. The lock ends with the
/// session, so migrations do not work through a pooler that shares sessions between clients.
public struct MigrationLedger {
    /// Events of a run, in order.
    public enum Event: Sendable, Equatable {
        case waitingForLock
        case applying(Migration)
        case applied(Migration)
        case recorded(Migration)
        /// Recorded as applied, but no longer on disk; the database is in order.
        case missing(String)
    }

    private let session: MigrationSession
    private let events: (Event) -> Void

    /// - Parameter events: Called before and after each step.
    public init(_ connection: BlockingConnection, events: @escaping (Event) -> Void = { _ in }) {
        session = MigrationSession(connection)
        self.events = events
    }

    /// The state of every migration. Changes nothing, and takes no lock.
    public func status(of folder: MigrationFolder) throws(MigrationError) -> [MigrationStatus] {
        MigrationStatus.all(folder.migrations, try LedgerTable(session).rowsIfThere() ?? [])
    }

    /// What ``apply(_:)`` would run now, in order; throws what it would throw. Changes nothing.
    public func pending(of folder: MigrationFolder) throws(MigrationError) -> [Migration] {
        let table = try LedgerTable(session)
        let rows = try table.rowsIfThere()
        if rows?.isEmpty ?? true, !folder.migrations.isEmpty {
            let tables = try table.otherTables()
            if !tables.isEmpty { throw .notEmpty(tables: tables) }
        }
        return try pending(of: folder, rows ?? [])
    }

    /// Applies pending migrations in order and returns them. The first failure ends the run;
    /// earlier migrations stay applied.
    @discardableResult
    public func apply(_ folder: MigrationFolder) throws(MigrationError) -> [Migration] {
        try locked { () throws(MigrationError) in
            let pending = try pending(of: folder)
            let table = try LedgerTable(session)
            try table.make()
            for status in try self.status(of: folder) {
                if case .failed(let failed) = status.state { try table.recordRolledBack(failed.id) }
            }
            for migration in pending {
                events(.applying(migration))
                if migration.runsOutsideTransaction {
                    try applyStepByStep(migration, table)
                } else {
                    try applyAtOnce(migration, table)
                }
                events(.applied(migration))
                // A file may change settings of the session, such as a dump's empty search_path.
                try session.execute("RESET ALL")
            }
            return pending
        }
    }

    /// Records every unrecorded migration as applied without running it, for a database that was
    /// created by other means. Returns those it recorded.
    @discardableResult
    public func baseline(_ folder: MigrationFolder) throws(MigrationError) -> [Migration] {
        try locked { () throws(MigrationError) in
            let table = try LedgerTable(session)
            if try table.otherTables().isEmpty { throw .nothingToBaseline }
            let pending = try pending(of: folder, try table.rowsIfThere() ?? [])
            try session.execute("BEGIN")
            do throws(MigrationError) {
                try table.make()
                for migration in pending { try table.recordFinished(migration, steps: 0) }
                try session.execute("COMMIT")
            } catch {
                session.rollback()
                throw error
            }
            for migration in pending { events(.recorded(migration)) }
            return pending
        }
    }

    private func pending(of folder: MigrationFolder, _ rows: [LedgerRow]) throws(MigrationError) -> [Migration] {
        let statuses = MigrationStatus.all(folder.migrations, rows)
        let byName = Dictionary(folder.migrations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var changed: [ChangedMigration] = [], pending: [Migration] = []
        for status in statuses {
            switch status.state {
            case .applied: break
            case .pending: if let migration = byName[status.name] { pending.append(migration) }
            case .missing: events(.missing(status.name))
            case .failed(let failed):
                guard failed.leftNothing else { throw .failedEarlier(failed) }
                if let migration = byName[status.name] { pending.append(migration) }
            case .changed(let applied, let found):
                changed.append(
                    ChangedMigration(
                        name: status.name, path: byName[status.name]?.script.path ?? status.name, applied: applied,
                        found: found))
            }
        }
        if !changed.isEmpty { throw .changed(changed) }
        for migration in pending where !migration.runsOutsideTransaction { try refuseTransactionControl(in: migration) }
        return pending
    }

    private func refuseTransactionControl(in migration: Migration) throws(MigrationError) {
        for piece in SQLStatementSplitter.split(migration.script.bytes) where piece.endsTransaction {
            throw .transactionControl(
                script: migration.script, offset: piece.range.lowerBound, statement: piece.words.prefix(1).joined())
        }
    }

    /// Runs the migration and records it in one transaction: after a failure or a crash there is
    /// neither. A failure is recorded in a row.
    private func applyAtOnce(_ migration: Migration, _ table: LedgerTable) throws(MigrationError) {
        let start = try table.now()
        try session.execute("BEGIN")
        do throws(MigrationError) {
            try session.run(migration.script, from: 0, to: migration.script.bytes.count)
            try table.recordFinished(migration, steps: 1)
            try session.execute("COMMIT")
        } catch {
            session.rollback()
            if let failure = error.failure { try? table.recordRolledBackRun(of: migration, startedAt: start, failure) }
            throw error
        }
    }

    /// Runs each statement by itself. Writes the record first, for crashes; stores a failure in it.
    private func applyStepByStep(_ migration: Migration, _ table: LedgerTable) throws(MigrationError) {
        let id = try table.recordStarted(migration)
        for piece in SQLStatementSplitter.split(migration.script.bytes) {
            do throws(MigrationError) {
                try session.run(migration.script, from: piece.range.lowerBound, to: piece.range.upperBound)
            } catch {
                session.rollback()
                guard case .refused(let failure, let script, let offset, _) = error else { throw error }
                try? table.recordFailure(id, failure.description)
                throw .refused(failure, script: script, offset: offset, recorded: true)
            }
        }
        try session.execute("RESET ALL")
        try table.recordFinish(of: id)
    }

    private func locked<R>(_ body: () throws(MigrationError) -> R) throws(MigrationError) -> R {
        if try session.rows("SELECT pg_try_advisory_lock(\(Self.lock))").first?.first != "t" {
            events(.waitingForLock)
            try session.execute("SET lock_timeout = '\(MigrationLimits.lockWaitSeconds)s'")
            do throws(MigrationError) {
                _ = try session.rows("SELECT pg_advisory_lock(\(Self.lock))")
            } catch {
                if case .database(let failure) = error, failure.sqlState == "55P03" { throw .locked }
                throw error
            }
            try session.execute("RESET lock_timeout")
        }
        defer { _ = try? session.rows("SELECT pg_advisory_unlock(\(Self.lock))") }
        return try body()
    }

    /// The key of Prisma's advisory lock, so that its tools never run at the same time.
    private static let lock = 72_707_369
}

extension SQLStatementSplitter.Piece {
    /// Whether it begins or ends a transaction. `ROLLBACK TO` a savepoint does neither.
    var endsTransaction: Bool {
        switch words.first {
        case "BEGIN", "COMMIT", "END", "ABORT": true
        case "START", "PREPARE": words.count > 1 && words[1] == "TRANSACTION"
        case "ROLLBACK": !words.contains("TO")
        default: false
        }
    }
}
