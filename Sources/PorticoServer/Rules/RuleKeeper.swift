import Diagnostics
import ExactText
import Glibc
import Logging
import PorticoAccess
import PorticoCatalog
import SocketLoop

/// Keeps the rules in force what the files say: a loop and a thread of its own, so that reading,
/// compiling and proving hold no request up.
///
/// Everything inside is plain objects in this actor's region; what leaves it are immutable
/// policies, which the workers take up by ``PolicyStore``.
actor RuleKeeper: LoopPoller {
    enum Limits {
        /// Milliseconds between two looks at what changes without an event: links that lead
        /// elsewhere, volumes, folders of a file system that tells nothing; and between two
        /// attempts to write the history.
        static let look = 5_000
    }

    nonisolated let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let reactor: Reactor
    private let store: PolicyStore
    private let metrics: ServerMetrics
    private let log: RuleLog
    private let project: String
    private var rules: LiveRules
    private var files: RuleFiles
    private var watch: RuleWatch?
    private var history: AccessHistoryWriter?
    /// Files whose text was read as rules so far.
    private(set) var filesParsed = 0
    /// Why the history could not be written when that was last said.
    private var saidOfHistory: String?
    /// Of the first look, until it is taken.
    private var beginning: TimerToken?
    /// Of the next file that is to be looked at again.
    private var timer: TimerToken?
    /// Of the next look at everything that may change without an event.
    private var ticker: TimerToken?

    /// - Parameter project: The folder that holds `config/access/`.
    init(_ state: ServerState, project: String, logger: Logger) {
        executor = LoopExecutor()
        reactor = Reactor(executor: executor)
        store = state.policy
        metrics = state.metrics
        log = RuleLog(logger: logger, format: state.configuration.logging.format)
        self.project = project
        rules = LiveRules(state.policy.current, accept: state.ruleAcceptance)
        files = RuleFiles(project: project)
        history = state.configuration.access.history.map { AccessHistoryWriter($0, project: project) }
    }

    nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    // MARK: Life

    /// Begins to watch. What is made here refers back to the keeper, until ``stop()`` lets go of
    /// it.
    func start() {
        watchFolders()
        lookFromTimeToTime()
        // Nobody waits for thousands of files to be read once more.
        beginning = reactor.after(milliseconds: 0) { self.begin() }
    }

    /// Says that it begins, and compares all files once; whatever else happens comes after,
    /// whichever of them was first to be told of.
    private func begin() {
        guard beginHistory() else { return }
        // What was written between the start of the process and now is as good as an edit.
        take(files.lookAtAll(known: rules.knownTenants, always: true, now: reactor.now, clock: clock()))
    }

    /// - Returns: false where it has begun before.
    @discardableResult private func beginHistory() -> Bool {
        guard let token = beginning else { return false }
        reactor.cancel(token)
        beginning = nil
        history?.start(time: clock(), everything: filesInForce())
        tellOfHistory()
        return true
    }

    /// Reads all files again, whether or not they look as they did.
    func readAgain() {
        begin()
        let before = rules.policy
        take(files.lookAtAll(known: rules.knownTenants, always: true, now: reactor.now, clock: clock()))
        if rules.policy === before {
            log.logger.notice(
                "the access rules were read again; those in force stay", metadata: ["wrong": "\(wrongFiles)"])
        }
    }

    /// Has requests planned by other columns from now on, under the same rules.
    /// - Returns: false where the rules are not proven on them.
    func adopt(_ catalog: Catalog) -> Bool {
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

    func stop() {
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

    private func lookFromTimeToTime() {
        ticker = reactor.after(milliseconds: Limits.look) { self.lookOnce() }
    }

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

    /// Puts in force what is good of what was found, and only then tells of it.
    private func take(_ found: RuleFiles.Found) {
        defer { waitForTheNextLook() }
        let update = found.edits.isEmpty ? nil : rules.apply(found.edits)
        if let update {
            filesParsed += update.parsed
            if update.isChange { store.replace(with: update.after) }
        }
        // The numbers first: whoever reads of an edit in the log finds it counted.
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

    /// Files that were read so far.
    var filesRead: Int { files.filesRead }

    private var wrongFiles: Int { rules.wrongTenants + (rules.isRoleFileWrong ? 1 : 0) + files.faultCount }

    /// Milliseconds since 1970.
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
        let effects = RuleEffects(update)
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

    /// All files in force, and those for which a tenant is not served.
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
