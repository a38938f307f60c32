import Diagnostics
import ExactText
import Logging
import PorticoCatalog
import PorticoConfiguration
import PorticoDatabase
import PorticoTelemetry
import PostgresClient
import SocketLoop

/// Acts on the results of ``DatabaseWatch``: puts columns in force, logs, and admits requests.
final class DatabaseKeeper {
    /// Consecutive readings refused by the database before requests are answered without one.
    static let patience = 3
    /// Differences that are logged individually. Guards against a log filled by another schema.
    static let toldProblems = 20

    /// Actions outside the watching worker.
    struct Actions: Sendable {
        /// Plans with these columns from now on, if not already; false if impossible.
        var adopt: @Sendable (Catalog) async -> Bool
        /// Invalidates prepared statements on every connection of the process.
        var forget: @Sendable () async -> Void
    }

    private let findings: Published<DatabaseFindings>
    private let actions: Actions
    private let metrics: ServerMetrics
    private let logger: Logger
    /// Consecutive readings refused by the database.
    private var refusals = 0
    private let clock: () -> Int
    private var inForce: Catalog
    /// Serialised, in the order of the readings.
    private var adoption: Task<Void, Never>?
    private var told: Set<ExactString> = []
    private var repeated = RepeatedLines()

    /// - Parameters:
    ///   - inForce: The columns currently used for planning.
    ///   - clock: Monotonic milliseconds.
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

    /// Admits requests once they are planned with these columns.
    /// - Returns: Whether the columns have changed.
    @discardableResult private func adopt(_ catalog: Catalog, _ found: DatabaseFindings, isOther: Bool) -> Bool {
        let isNew = !catalog.compares(like: inForce)
        if isNew { inForce = catalog }
        adoption = Task { [actions, findings, found, inForce, before = adoption] in
            await before?.value
            var new = found
            new.catalog = inForce
            if isOther { await actions.forget() }
            // Retries what was refused before: the rules may have changed.
            if await !actions.adopt(inForce) {
                new.obstacle = "the rules are not proven on the columns of the database"
            }
            findings.replace(with: new)
        }
        return isNew
    }

    // MARK: Telling

    /// If the database refuses to be read, assumes nothing that could show rows of another tenant:
    /// text columns may not replace each other in comparisons.
    private func tell(_ failure: DatabaseFailure) {
        // The connections report an unreachable database.
        if failure.sqlState.isEmpty { return }
        refusals += 1
        if refusals == Self.patience, !findings.current.isKnown {
            let unread = Diagnostic("The tables of the database cannot be looked at.", file: GatewayConfiguration.path)
            let found = DatabaseFindings(isKnown: true, problems: [unread])
            metrics.sample(databaseErrors: found.errorCount, warnings: found.warningCount)
            adopt(inForce.cautious, found, isOther: false)
        }
        let detail = String(reflecting: failure)
        guard repeated.admit(detail, now: clock()) != nil else { return }
        logger.error("the tables of the database cannot be looked at", metadata: ["detail": "\(detail)"])
    }

    private func tell(_ found: DatabaseFindings, isOther: Bool, adopts: Bool) {
        metrics.sample(databaseErrors: found.errorCount, warnings: found.warningCount)
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
