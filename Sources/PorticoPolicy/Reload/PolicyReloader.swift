import Diagnostics
import ExactText
import Glibc
import Logging
import PorticoAccess
import PorticoCatalog
import PorticoConfiguration
import PorticoTelemetry
import SocketLoop

/// Keeps the rules in force in sync with the files, on a loop and thread of its own, so that
/// reading, compiling and proving delay no request.
///
/// Its objects are confined to this actor; only immutable policies leave it.
package actor PolicyReloader: LoopPoller {
    enum Limits {
        /// Milliseconds between checks for changes without events: links that point elsewhere,
        /// volumes, file systems without notification; and between attempts to write the history.
        static let look = 5_000
    }

    package nonisolated let executor: LoopExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let reactor: Reactor
    private let store: PolicyStore
    private let metrics: ServerMetrics
    private let log: RuleLog
    private let project: String
    private var rules: PolicyReloadState
    private var files: RuleFiles
    private var watch: RuleWatch?
    private var history: AccessHistoryWriter?
    /// Files parsed as rules so far.
    private(set) var filesParsed = 0
    /// The last reported failure to write the history.
    private var saidOfHistory: String?
    /// Of the first check, until it is done.
    private var beginning: TimerToken?
    /// Of the next file to be checked again.
    private var timer: TimerToken?
    /// Of the next check for changes without events.
    private var ticker: TimerToken?

    /// - Parameters:
    ///   - store: Holds the accepted rules in force.
    ///   - project: The folder that contains `config/access/`.
    package init(
        _ store: PolicyStore, project: String, configuration: GatewayConfiguration, metrics: ServerMetrics,
        logger: Logger
    ) {
        executor = LoopExecutor()
        reactor = Reactor(executor: executor)
        self.store = store
        self.metrics = metrics
        log = RuleLog(logger: logger, format: configuration.logging.format)
        self.project = project
        rules = PolicyReloadState(store.current, accept: configuration.policyAcceptance)
        files = RuleFiles(project: project)
        history = configuration.access.history.map { AccessHistoryWriter($0, project: project) }
    }

    package nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    // MARK: Life

    /// Starts watching. The handlers created here refer back to the reloader until ``stop()``.
    package func start() {
        watchFolders()
        lookFromTimeToTime()
        // The start does not wait for thousands of files to be read again.
        beginning = reactor.after(milliseconds: 0) { self.begin() }
    }

    /// Records the start, and compares all files once; other events come after that.
    private func begin() {
        guard beginHistory() else { return }
        // What was written between the start of the process and now counts as an edit.
        take(files.lookAtAll(known: rules.knownTenants, always: true, now: reactor.now, clock: clock()))
    }

    /// - Returns: false if it has already begun.
    @discardableResult private func beginHistory() -> Bool {
        guard let token = beginning else { return false }
        reactor.cancel(token)
        beginning = nil
        history?.start(time: clock(), everything: filesInForce())
        tellOfHistory()
        return true
    }

    /// Reads all files again, even if they look unchanged.
    package func readAgain() {
        begin()
        let before = rules.policy
        take(files.lookAtAll(known: rules.knownTenants, always: true, now: reactor.now, clock: clock()))
        if rules.policy === before {
            log.logger.notice(
                "the access rules were read again; those in force stay", metadata: ["wrong": "\(wrongFiles)"])
        }
    }

    /// Plans requests with other columns from now on, under the same rules.
    /// - Returns: false if the rules are not proven for them.
    package func adopt(_ catalog: Catalog) -> Bool {
        if rules.policy.catalog === catalog { return true }
        do throws(Diagnostics) {
            try rules.adopt(catalog)
            store.replace(with: rules.policy)
            return true
        } catch {
            log.logger.critical(
                "no request is answered, because the rules are not proven on the columns that the database has now",
                metadata: ["detail": "\(error.items.map(\.message).joined(separator: " "))"])
            return false
        }
    }

    package func stop() {
        beginHistory()
        for token in [timer, ticker].compactMap(\.self) { reactor.cancel(token) }
        watch?.cancel()
        watch = nil
        history?.stop(time: clock(), everything: filesInForce)
        tellOfHistory()
        history = nil
        executor.stop()
    }

    // MARK: Looking

    private func makeWatch() throws(SocketFailure) {
        watch = try RuleWatch(project: project, reactor: reactor) { glance in self.look(glance) }
    }

    private func watchFolders() {
        do throws(SocketFailure) {
            try makeWatch()
        } catch {
            log.logger.warning(
                "access rules cannot be watched; they are looked at every \(Limits.look / 1000) seconds",
                metadata: ["detail": "\(error)"])
        }
        if let failure = watch?.failure {
            log.logger.warning(
                "a folder of access rules cannot be watched; it is looked at every \(Limits.look / 1000) seconds",
                metadata: ["detail": "\(failure)"])
        }
    }

    private func look(_ glance: RuleWatch.Glance) {
        begin()
        files.missing(glance.missing, now: reactor.now)
        var found = files.look(at: glance.sources, now: reactor.now, clock: clock())
        if glance.everything { found.add(files.lookAtAll(known: rules.knownTenants, now: reactor.now, clock: clock())) }
        take(found)
    }

    private func lookFromTimeToTime() { ticker = reactor.after(milliseconds: Limits.look) { self.lookOnce() } }

    private func lookOnce() {
        let isAnother = watch?.armAgain() ?? true
        if isAnother || watch?.failure != nil {
            take(files.lookAtAll(known: rules.knownTenants, now: reactor.now, clock: clock()))
        } else {
            take(files.lookBehindLinks(now: reactor.now, clock: clock()))
        }
        history?.retry(everything: filesInForce)
        tellOfHistory()
        lookFromTimeToTime()
    }

    /// Puts the valid files in force, then reports.
    private func take(_ found: RuleFiles.Found) {
        defer { waitForTheNextLook() }
        let update = found.edits.isEmpty ? nil : rules.apply(found.edits)
        if let update {
            filesParsed += update.parsed
            if update.isChange { store.replace(with: update.after) }
        }
        // Metrics first, so that an edit that is logged is already counted.
        metrics.reloaded(.rules, isTaken: false, count: found.faults.count)
        metrics.sample(wrongRuleFiles: wrongFiles)
        for fault in found.faults { log.tell(fault: fault.reason, file: fault.file) }
        if let update { tell(update) }
    }

    private func waitForTheNextLook() {
        if let timer { reactor.cancel(timer) }
        timer = nil
        guard let next = files.nextLook else { return }
        timer = reactor.after(milliseconds: max(0, next - reactor.now)) { self.lookAgain() }
    }

    private func lookAgain() {
        timer = nil
        take(files.lookAgain(now: reactor.now, clock: clock()))
    }

    var filesRead: Int { files.filesRead }

    private var wrongFiles: Int { rules.wrongTenants + (rules.isRoleFileWrong ? 1 : 0) + files.faultCount }

    private func clock() -> Int { WallClock.milliseconds() }

    // MARK: Telling

    private func tell(_ update: RuleUpdate) {
        metrics.reloaded(.rules, isTaken: true, count: update.changes.count)
        metrics.reloaded(.rules, isTaken: false, count: update.refusals.count)
        for source in update.restored { log.tell(restored: source) }
        for refusal in update.refusals {
            log.tell(refusal, in: update.before)
            record(refusal, update)
        }
        guard !update.changes.isEmpty else { return }
        let effects = PolicyEffects(update)
        log.tell(update, effects)
        guard let history else { return }
        let contents = update.changes.compactMap { change in
            change.after.map {
                AccessFileContent(file: change.source.path, bytes: $0.source.bytes, modified: $0.modified)
            }
        }
        var record = history.record(.change, time: clock())
        let written = Dictionary(contents.map { (ExactString($0.state.file), $0.state) }, uniquingKeysWith: { $1 })
        record.files = update.changes.map {
            written[$0.source.path] ?? AccessFileState(file: $0.source.path, sha256: nil)
        }
        (record.effects, record.direction) = (effects.lines, effects.direction)
        history.add(record, texts: contents, everything: filesInForce)
        tellOfHistory()
    }

    private func record(_ refusal: RuleUpdate.Refusal, _ update: RuleUpdate) {
        guard let history else { return }
        var record = history.record(.refusal, time: clock())
        record.files = [
            AccessFileContent(
                file: refusal.source.path, bytes: refusal.text.source.bytes, modified: refusal.text.modified,
                isUnserved: refusal.isUnserved
            ).state
        ]
        record.problems = RuleLog.pictures(of: refusal, in: update.before)
        history.add(record, everything: filesInForce)
        tellOfHistory()
    }

    /// All files in force, and the invalid ones of tenants that are not served.
    private func filesInForce() -> [AccessFileContent] {
        let policy = rules.policy
        let tenants = policy.tenantFiles.map {
            AccessFileContent(file: RuleSource.tenant($0.tenant).path, bytes: $0.bytes, isUnserved: $0.isUnserved)
        }
        return ([AccessFileContent(file: RuleSource.roles.path, bytes: policy.roleText.bytes)] + tenants).sorted {
            $0.state.file.utf8.lexicographicallyPrecedes($1.state.file.utf8)
        }
    }

    private func tellOfHistory() {
        guard let history, history.failure != saidOfHistory else { return }
        saidOfHistory = history.failure
        if let reason = history.failure {
            log.logger.error(
                "the history of access rules cannot be written; requests are served, and it is tried again",
                metadata: ["folder": "\(history.path)", "detail": "\(reason)"])
        } else {
            log.logger.notice("the history of access rules is written again", metadata: ["folder": "\(history.path)"])
        }
    }
}
