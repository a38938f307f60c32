import ArgumentParser
import PorticoProject
import PostgresMigrations

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply the migrations that are missing.",
        discussion: """
            Each runs in one transaction, in the order of their names, and is recorded in _prisma_migrations with the SHA-256 of its file. A file that has changed \
            since it was applied is refused. A file whose first line is "-- portico: no transaction" runs outside one, statement by statement.
            """)

    @OptionGroup var options: GlobalOptions
    @Flag(
        help: "Say where each migration stands, and change nothing; exit status 1 unless all are applied as they are.")
    var status = false
    @Flag(help: "Say what would be applied, and change nothing.") var dryRun = false
    @Flag(help: "Record an existing database as up to date, and run nothing.") var baseline = false

    func validate() throws {
        if [status, dryRun, baseline].count(where: { $0 }) > 1 {
            throw ValidationError("--status, --dry-run and --baseline exclude each other.")
        }
    }

    func run() throws {
        let project = try Project(options)
        let database = try project.databaseText()
        let folder = try project.migrations()
        let ledger = MigrationLedger(try Database(database).connection, events: Self.tell)
        if status {
            try report(try ledger.status(of: folder))
        } else if dryRun {
            let pending = try ledger.pending(of: folder)
            for migration in pending {
                Terminal.print(
                    "would apply  \(migration.name)\(migration.runsOutsideTransaction ? "  (outside a transaction)" : "")"
                )
            }
            Terminal.print(
                pending.isEmpty
                    ? "The database is up to date: nothing to apply."
                    : "\(Self.count(pending.count)) to apply; nothing was done.")
        } else if baseline {
            let recorded = try ledger.baseline(folder)
            Terminal.print(
                recorded.isEmpty
                    ? "Every migration is recorded already."
                    : "\(Self.count(recorded.count)) recorded as applied; nothing was run.")
        } else {
            let applied = try ledger.apply(folder)
            Terminal.print(
                applied.isEmpty
                    ? "The database is up to date: \(Self.count(folder.migrations.count)), none missing."
                    : "\(Self.count(applied.count)) applied.")
        }
    }

    private func report(_ statuses: [MigrationStatus]) throws(CommandFailure) {
        var isInOrder = true
        for status in statuses {
            switch status.state {
            case .applied(let time): Terminal.print("applied  \(status.name)  \(time)")
            case .missing: Terminal.print("applied  \(status.name)  (no longer on disk)")
            case .pending:
                Terminal.print("pending  \(status.name)")
                isInOrder = false
            case .changed(let applied, let found):
                Terminal.print("changed  \(status.name)  applied \(applied), now \(found)")
                isInOrder = false
            case .failed(let failed):
                let end = failed.leftNothing ? "; nothing of it stayed: migrate runs it again" : ""
                Terminal.print("failed   \(status.name)  started \(failed.startedAt)\(end)")
                isInOrder = false
            }
        }
        if statuses.isEmpty { Terminal.print("There are no migrations.") }
        if !isInOrder { throw .reported }
    }

    /// Prints the progress line by line.
    static func tell(_ event: MigrationLedger.Event) {
        switch event {
        case .waitingForLock: Terminal.note("waiting for another migration of this database to end …")
        case .applying: break
        case .applied(let migration): Terminal.print("applied  \(migration.name)")
        case .recorded(let migration): Terminal.print("recorded \(migration.name)")
        case .missing(let name): Terminal.note("note: the migration \(name) is applied, but no longer on disk")
        }
    }

    private static func count(_ number: Int) -> String { "\(number) migration\(number == 1 ? "" : "s")" }
}
