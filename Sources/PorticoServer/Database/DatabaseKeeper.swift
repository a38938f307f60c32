import Diagnostics
import ExactText
import Logging
import PorticoCatalog
import PorticoDatabase
import PostgresClient

/// Acts on what ``DatabaseWatch`` finds: puts the columns as they are in force, tells the operator,
/// and lets requests in.
final class DatabaseKeeper {
    /// Readings in a row that the database refuses before requests are answered without one.
    static let patience = 3
    /// Differences that are told one by one. Guards against a log that a schema of another version
    /// fills.
    static let toldProblems = 20

    /// What is done elsewhere, outside the worker that watches.
    struct Actions: Sendable {
        /// Plans by these columns from now on, if it does not already; false where that is not
        /// possible.
        var adopt: @Sendable (Catalog) async -> Bool
        /// Forgets what was prepared on tables of before, on every connection of the process.
        var forget: @Sendable () async -> Void
    }

    private let findings: Published<DatabaseFindings>
    private let actions: Actions
    private let metrics: ServerMetrics
    private let logger: Logger
    /// Readings in a row that the database refused.
    private var refusals = 0
    private let clock: () -> Int
    private var inForce: Catalog
    /// One after the other, in the order of the readings.
    private var adoption: Task<Void, Never>?
    private var told: Set<ExactString> = []
    private var repeated = RepeatedLines()

    /// - Parameters:
    ///   - inForce: The columns by which requests are planned now.
    ///   - clock: Milliseconds that never go back.
    init(
        _ findings: Published<DatabaseFindings>, inForce: Catalog, actions: Actions, metrics: ServerMetrics,
        logger: Logger, clock: @escaping () -> Int
    ) {
        self.findings = findings
        self.actions = actions
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
        self.inForce = inForce
    }

    func take(_ result: Result<DatabaseWatch.Reading, DatabaseFailure>) {
        switch result {
        case .success(let reading): take(reading)
        case .failure(let failure): tell(failure)
        }
    }

    private func take(_ reading: DatabaseWatch.Reading) {
        refusals = 0
        let adopts = adopt(reading.catalog, reading.findings, isOther: reading.isOther)
        tell(reading.findings, isOther: reading.isOther, adopts: adopts)
    }

    /// Lets requests in once they are planned by these columns.
    /// - Returns: Whether those are others than before.
    @discardableResult private func adopt(_ catalog: Catalog, _ found: DatabaseFindings, isOther: Bool) -> Bool {
        let isNew = !catalog.compares(like: inForce)
        if isNew { inForce = catalog }
        adoption = Task { [actions, findings, found, inForce, before = adoption] in
            await before?.value
            var new = found
            new.catalog = inForce
            if isOther { await actions.forget() }
            // What was refused before is tried again: the rules may be others by now.
            if await !actions.adopt(inForce) {
                new.obstacle = "the rules are not proven on the columns of the database"
            }
            findings.replace(with: new)
        }
        return isNew
    }

    // MARK: Telling

    /// Where the database itself refuses to be read, nothing is assumed that could show rows of
    /// another tenant: no text is taken to be equal to another only where its bytes are.
    private func tell(_ failure: DatabaseFailure) {
        // That the database cannot be reached is said by its connections.
        if failure.sqlState.isEmpty { return }
        refusals += 1
        if refusals == Self.patience, !findings.current.isKnown {
            let unread = Diagnostic("The tables of the database cannot be looked at.", file: GatewayConfiguration.path)
            let found = DatabaseFindings(isKnown: true, problems: [unread])
            metrics.sample(differences: found)
            adopt(inForce.cautious, found, isOther: false)
        }
        let detail = String(reflecting: failure)
        guard repeated.admit(detail, now: clock()) != nil else { return }
        logger.error("the tables of the database cannot be looked at", metadata: ["detail": "\(detail)"])
    }

    private func tell(_ found: DatabaseFindings, isOther: Bool, adopts: Bool) {
        metrics.sample(differences: found)
        if isOther {
            logger.notice(
                "the tables of the database have changed",
                metadata: ["errors": "\(found.errorCount)", "warnings": "\(found.warningCount)"])
        }
        if adopts {
            logger.notice("requests are planned by the types and collations that the database's columns have now")
        }
        // A path that leads elsewhere is among the problems.
        let errors = found.problems.filter { $0.severity == .error }
        let new = errors.filter { !told.contains(ExactString($0.message)) }
        for problem in new.prefix(Self.toldProblems) {
            var metadata: Logger.Metadata = ["file": "\(problem.file)", "detail": "\(problem.message)"]
            if let hint = problem.hint { metadata["hint"] = "\(hint)" }
            logger.error("the database is not what the files state", metadata: metadata)
        }
        if new.count > Self.toldProblems {
            logger.error(
                "and there are more differences", metadata: ["differences": "\(new.count - Self.toldProblems)"])
        }
        if errors.isEmpty, !told.isEmpty { logger.notice("the database is what the files state again") }
        if !found.foreignPaths.isEmpty {
            logger.critical("no request is answered, because rows would be shown to other tenants than theirs")
        }
        told = Set(errors.map { ExactString($0.message) })
    }
}
