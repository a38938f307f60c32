/// The state of one migration on disk and in the database.
public struct MigrationStatus: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        /// On disk, not in the database.
        case pending
        /// `at` is the time as PostgreSQL prints it in UTC.
        case applied(at: String)
        /// Applied, but the file has changed since.
        case changed(applied: String, found: String)
        /// Applied, but no longer on disk.
        case missing
        /// Started and not finished, by this command or by another of Prisma's tools.
        case failed(FailedMigration)
    }

    public var name: String
    public var state: State
}

/// A row of `_prisma_migrations` that was not rolled back.
struct LedgerRow: Equatable {
    /// Its table's SQL name.
    var table: String
    var id: String
    var name: String
    var checksum: String
    var startedAt: String
    var finishedAt: String?
    var logs: String?
}

extension MigrationStatus {
    /// The states of all known migrations, in the order of their names.
    static func all(_ migrations: [Migration], _ rows: [LedgerRow]) -> [MigrationStatus] {
        var recorded: [String: LedgerRow] = [:]
        // A finished row takes precedence over earlier attempts.
        for row in rows where recorded[row.name]?.finishedAt == nil { recorded[row.name] = row }
        var statuses = migrations.map { migration in
            MigrationStatus(
                name: migration.name,
                state: recorded.removeValue(forKey: migration.name).map { state($0, of: migration) } ?? .pending)
        }
        statuses += recorded.values.map {
            MigrationStatus(name: $0.name, state: $0.finishedAt == nil ? failed($0) : .missing)
        }
        return statuses.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func state(_ row: LedgerRow, of migration: Migration) -> State {
        guard let finished = row.finishedAt else { return failed(row) }
        return migration.matches(row.checksum)
            ? .applied(at: finished) : .changed(applied: row.checksum, found: migration.checksum)
    }

    private static func failed(_ row: LedgerRow) -> State {
        let logs = row.logs.flatMap { $0.isEmpty ? nil : $0 } ?? "It left no log: its process may have been killed."
        return .failed(
            FailedMigration(name: row.name, id: row.id, table: row.table, startedAt: row.startedAt, logs: logs))
    }
}
