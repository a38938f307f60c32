/// Why migrations could not be read, or were not applied. Each description is complete: what
/// happened, where, and what to do.
public enum MigrationError: Error, Sendable, Equatable {
    /// A file or folder of the project; `reason` is a clause without its full stop.
    case unreadable(path: String, reason: String)
    /// A migration that runs in a transaction contains a statement that would end it.
    case transactionControl(script: SQLScript, offset: Int, statement: String)
    /// Files that differ from what was applied.
    case changed([ChangedMigration])
    /// A migration has failed, may have left something behind, and is not yet marked as resolved.
    case failedEarlier(FailedMigration)
    /// The database contains tables, but no record of any migration.
    case notEmpty(tables: [String])
    /// There is nothing to record as applied.
    case nothingToBaseline
    /// Another session has held the lock for ``MigrationLimits/lockWaitSeconds``.
    case locked
    /// PostgreSQL refused a statement of a script. `recorded` if it ran outside a transaction, so
    /// that earlier statements persist and the failure is recorded.
    case refused(SQLFailure, script: SQLScript, offset: Int?, recorded: Bool)
    /// PostgreSQL refused one of our own statements, or the connection is lost.
    case database(SQLFailure)
}

extension MigrationError {
    /// PostgreSQL's error from the migration, if any.
    var failure: SQLFailure? {
        switch self {
        case .refused(let failure, _, _, _), .database(let failure): failure.sqlState.isEmpty ? nil : failure
        default: nil
        }
    }
}

public struct ChangedMigration: Sendable, Equatable {
    public var name: String
    public var path: String
    /// When it was applied.
    public var applied: String
    /// In the current file.
    public var found: String
}

public struct FailedMigration: Sendable, Equatable {
    public var name: String
    /// The key of its row in `_prisma_migrations`.
    public var id: String
    /// That table's SQL name.
    public var table: String
    public var startedAt: String
    public var logs: String

    /// Whether it ran in one transaction that was rolled back, so that it can simply run again.
    public var leftNothing: Bool { logs.hasSuffix(Self.nothingStayed) }

    /// The end of such a run's log. Only written here: Prisma may leave a migration half applied.
    static let nothingStayed =
        "It ran in one transaction, which was rolled back: nothing of it stayed, and `portico migrate` runs it again."
}

public struct SQLFailure: Error, Sendable, Equatable {
    /// Five characters; empty without a server error, such as for a lost connection.
    public var sqlState: String
    public var message: String
    public var detail: String?
    public var hint: String?
    /// In characters from 1 in the text that was sent.
    public var position: Int?

    public init(sqlState: String, message: String, detail: String? = nil, hint: String? = nil, position: Int? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
    }
}

extension SQLFailure: CustomStringConvertible {
    public var description: String {
        var text = message
        if let detail { text += "\n  \(detail)" }
        if let hint { text += "\n  \(hint)" }
        return text
    }
}

extension MigrationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            return "\(path) cannot be used: \(reason)."
        case .transactionControl(let script, _, let statement):
            return
                "\(script.path): \(statement) would end the transaction that the migration runs in; remove it, or make `-- portico: no transaction` the first line."
        case .changed(let migrations):
            let lines = migrations.map { "  \($0.path)\n    applied: \($0.applied)\n    now:     \($0.found)" }
            let subject =
                migrations.count == 1
                ? "A migration that is applied has changed"
                : "\(migrations.count) migrations that are applied have changed"
            return
                "\(subject); nothing was done. Put the file back as it was, and make the change in a new migration.\n"
                + lines.joined(separator: "\n")
        case .failedEarlier(let failed):
            return """
                The migration \(failed.name), started at \(failed.startedAt), failed, and part of it may have stayed; nothing was done.
                  \(failed.logs.split(separator: "\n").joined(separator: "\n  "))
                Look at what it left behind. If you have undone that, say so, and it runs again:
                  UPDATE \(failed.table) SET rolled_back_at = now() WHERE id = '\(failed.id.replacing("'", with: "''"))';
                If you have done the rest by hand, say so, and it counts as applied:
                  UPDATE \(failed.table) SET finished_at = now() WHERE id = '\(failed.id.replacing("'", with: "''"))';
                """
        case .notEmpty(let tables):
            let names = tables.prefix(3).joined(separator: ", ") + (tables.count > 3 ? ", …" : "")
            return
                "The database has tables (\(names)) but no record of migrations; nothing was done. If it already is what the migrations make, record that by `portico migrate --baseline`."
        case .nothingToBaseline:
            return "The database has no tables, so there is nothing to record as up to date; run `portico migrate`."
        case .locked:
            return
                "Somebody else has been migrating this database for more than \(MigrationLimits.lockWaitSeconds) seconds; nothing was done."
        case .refused(let failure, let script, _, let recorded):
            let end = recorded ? "\nWhat came before it in the file stays: the file runs outside a transaction." : ""
            return "\(script.path): \(failure)\(end)"
        case .database(let failure): return failure.description
        }
    }
}
