public import PostgresSQL
public import SocketLoop

/// A few connections in pipeline mode that serve all requests of one worker.
///
/// It is confined to the worker's actor. A statement goes to the least busy connection, or waits,
/// in turn between the keys that callers give (a tenant's hash). Statements must only read: a batch
/// is one transaction, and statements cut off by a neighbour's error or a lost connection are run
/// again. A caller that needs its own transaction borrows a connection (``Lease``).
///
/// ``start()`` opens the connections, which are reopened indefinitely. While none is up, a
/// statement fails with ``DatabaseFailure/Kind/unavailable`` within ``Settings/unavailableAfter``,
/// or at once if the last attempt to connect has failed.
public final class ConnectionPool {
    public struct Settings: Sendable, Equatable {
        /// Connections of this pool, that is of one worker.
        public var connections = 4
        /// Connections that may be lent at the same time; `nil`: all but one, but at least one.
        /// Guards against transactions that leave no connection for other statements.
        public var leases: Int?
        /// Statements in flight per connection; more wait in the pool, which serves keys in turn.
        public var inFlightPerConnection = 32
        /// Of these, statements of one fairness key. Since a connection answers in order, this
        /// bounds how many statements of a flooding tenant precede another tenant's; four keep a
        /// connection busy despite the network's latency.
        public var inFlightPerKey = 4
        /// Keys of waiting statements that are merged into one; 0 disables merging. Guards against
        /// a request that waits for the results of very many others.
        public var mergedKeys = 300
        /// Waiting statements; more are refused, so that a slow database does not fill memory.
        public var queueLimit = 10_000
        /// Statements of one batch: a result may have to wait for its batch.
        public var statementsPerBatch = 16
        /// Milliseconds before an attempt to connect is abandoned.
        public var connectTimeout = 5_000
        /// Milliseconds that a statement waits while no connection is up.
        public var unavailableAfter = 500
        /// Milliseconds that a statement may run before its connection counts as full, and what
        /// follows is run again elsewhere. Guards against slow statements that delay fast ones.
        public var slowAfter = 50
        /// Milliseconds for which one key's slow statements may hold connections before the key
        /// counts as slow with smaller shares (``PoolState``). Guards against tenants that block
        /// all connections.
        public var slowDebt = 100
        /// Milliseconds without any response after which a server that only runs abandoned
        /// statements is considered dead.
        public var stuckAfter = 30_000

        public init() {}
    }

    /// Minimum milliseconds between checks of deadlines.
    static let deadlineGrain = 5
    /// Milliseconds between checks of a running abandoned statement.
    static let abandonedGrain = 25
    /// The same while others wait for that connection.
    static let clearingGrain = 5
    /// Minimum milliseconds between two invalidations of prepared statements.
    static let forgettingGrain = 1_000
    /// Maximum number of statements in one turn that are searched for mergeable ones.
    private static let comparedArrivals = 16

    let reactor: Reactor
    private let connectionSettings: ConnectionSettings
    private let resolver: HostResolver
    /// Read at the first attempt to connect.
    private lazy var servers = ServerList(connectionSettings.pipelineParameters)
    private let connectionLimits: PipelineConnection.Limits
    // Exclusivity is not checked at run time: statements pass here several times each, and nothing
    // is called while one of these is modified.
    @exclusivity(unchecked) var state: PoolState<PendingStatement, Lease>
    @exclusivity(unchecked) var connections: [PipelineConnection?]
    /// By slot, the lease that has the connection.
    @exclusivity(unchecked) var leases: [Lease?]
    @exclusivity(unchecked) var isClosed = false
    @exclusivity(unchecked) var types = ResultTypes()

    /// Waiting statements that may be merged, by their statement.
    @exclusivity(unchecked) var likes: [ObjectIdentifier: [PendingStatement]] = [:]
    /// Of these, the number of entries that may be dead.
    @exclusivity(unchecked) var deadLikes = 0
    /// Arrivals of this turn that may be merged.
    @exclusivity(unchecked) var coming: [PendingStatement] = []
    /// Arrivals that are being placed.
    @exclusivity(unchecked) private var arrived: [PendingStatement] = []
    @exclusivity(unchecked) private var stateTimer: (token: TimerToken, at: Int)?
    /// Set while a connection is busy.
    @exclusivity(unchecked) var headTimer: TimerToken?
    @exclusivity(unchecked) private var deadlineTimer: (token: TimerToken, at: Int)?
    /// Set while an abandoned statement is in flight.
    private var abandonedTimer: TimerToken?

    @exclusivity(unchecked) public internal(set) var statistics = PoolStatistics()
    var nextForgetting = Int.min
    /// The last failure to connect or loss of a connection; `nil` while connected.
    public internal(set) var lastFailure: DatabaseFailure?
    public var onEvent: ((Event) -> Void)?

    /// - Parameter lookup: Resolves the settings' host names at each attempt, off the loop.
    public init(
        reactor: Reactor, connection: ConnectionSettings, settings: Settings = Settings(), lookup: HostLookup = .system
    ) {
        self.reactor = reactor
        connectionSettings = connection
        // Shorter than the connect timeout, so that a failure names the resolution as its cause.
        resolver = HostResolver(
            reactor: reactor, lookup: lookup, limits: .init(patience: settings.connectTimeout * 4 / 5))
        connectionLimits = PipelineConnection.Limits(
            statementsPerBatch: max(1, settings.statementsPerBatch), stuckAfter: settings.stuckAfter)
        let limits = PoolState<PendingStatement, Lease>.Limits(
            connections: max(1, settings.connections),
            leases: max(1, min(settings.leases ?? .max, settings.connections - 1)),
            inFlightPerConnection: max(1, settings.inFlightPerConnection),
            inFlightPerKey: max(1, settings.inFlightPerKey), mergedKeys: max(0, settings.mergedKeys),
            queueLimit: max(0, settings.queueLimit),
            connectTimeout: settings.connectTimeout, unavailableAfter: settings.unavailableAfter,
            slowAfter: max(1, settings.slowAfter), slowDebt: max(1, settings.slowDebt))
        state = PoolState(limits: limits, now: reactor.now, seed: .random(in: .min ... .max))
        connections = Array(repeating: nil, count: limits.connections)
        leases = Array(repeating: nil, count: limits.connections)
    }

    deinit {
        cancelTimers()
        for connection in connections { connection?.close() }
    }

    // MARK: The life of the pool

    /// Starts to connect. Call once.
    public func start() { perform(state.tick(now: reactor.now)) }

    /// Closes the connections; unanswered and later statements fail with
    /// ``DatabaseFailure/Kind/unavailable``.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        cancelTimers()
        var unanswered: [PendingStatement] = []
        for connection in connections { unanswered += connection?.close() ?? [] }
        state.forEachWaiting { unanswered.append($0) }
        unanswered += coming
        unanswered += endLeases(Self.closedFailure)
        for pending in unanswered {
            pending.place = .done
            pending.answer(.failure(Self.closedFailure))
        }
    }

    /// After this no timer refers to the pool. Timers can therefore hold it unowned; a weak
    /// reference would slow down all others.
    private func cancelTimers() {
        for token in [stateTimer?.token, deadlineTimer?.token, abandonedTimer, headTimer] {
            if let token { reactor.cancel(token) }
        }
        stateTimer = nil
        deadlineTimer = nil
        abandonedTimer = nil
        headTimer = nil
    }

    /// Whether a connection is up.
    public var isUp: Bool { state.readyCount > 0 && !isClosed }
    public var readyConnections: Int { state.readyCount }
    /// Target number of connections.
    public var connectionCount: Int { connections.count }
    /// Connections that run nothing: a statement submitted now starts at once.
    public var idleConnections: Int { state.idleCount }
    /// Connections that accept no statements for now, because of a slow one.
    public var heldConnections: Int { state.heldCount }
    /// Statements that wait for a place on a connection.
    public var waitingStatements: Int { state.waitingCount }

    static let closedFailure = DatabaseFailure(.unavailable, message: "the pool is closed")

    // MARK: Statements

    /// Sends a read-only statement, or queues it.
    /// - Parameters:
    ///   - deadline: On the reactor's clock (``Reactor/now``), milliseconds; `Int.max` for none.
    ///   - fairnessKey: Waiters with different keys are served in turn, and none exceeds its share
    ///     in flight. 0 is for statements on behalf of all.
    ///   - meter: Consulted while a large result arrives; if it refuses, the statement fails with
    ///     ``DatabaseFailure/Kind/tooLarge`` and is cancelled.
    ///   - completion: Called exactly once, never within this call.
    @discardableResult public func submit(
        _ statement: Statement, parameters: [ParameterValue], deadline: Int = .max, fairnessKey: UInt64 = 0,
        meter: (any ResultMeter)? = nil, completion: @escaping (Result<ResultSet, DatabaseFailure>) -> Void
    ) -> StatementHandle {
        let pending = PendingStatement(
            statement: statement, parameters: parameters, deadline: deadline, fairnessKey: fairnessKey, meter: meter,
            completion: completion)
        statistics.submitted += 1
        if isClosed {
            answerLater(pending, Self.closedFailure)
        } else if deadline <= reactor.now {
            statistics.timedOut += 1
            answerLater(pending, Self.timeoutFailure)
        } else {
            admit(pending)
            watchDeadline(deadline)
        }
        return StatementHandle(pending: pending)
    }

    /// Cancels a statement: its completion is called with ``DatabaseFailure/Kind/cancelled`` within
    /// this call, unless it was already answered. A running one is cancelled on the server.
    public func cancel(_ ticket: StatementHandle) {
        abandon(ticket.pending, .failure(DatabaseFailure(.cancelled, message: "the caller gave up")))
    }

    static let timeoutFailure = DatabaseFailure(.timeout, message: "the statement's deadline has passed")

    func admit(_ pending: PendingStatement) {
        guard state.mayMerge(pending) else { return place(pending) }
        pending.place = .coming
        coming.append(pending)
        guard coming.count == 1 else { return }
        reactor.atEndOfTurn { self.dispatch() }
    }

    /// All arrivals of this turn are known: idle connections take them. This costs no time, since
    /// nothing is written before the end of the turn.
    private func dispatch() {
        placeArrivals()
        state.advance(to: reactor.now)
        while let (pending, slot) = state.nextForIdle() { send(pending, slot: slot) }
    }

    func placeArrivals() {
        guard arrived.isEmpty else { return }
        // Alternates between two arrays to avoid allocation.
        swap(&coming, &arrived)
        for pending in arrived where pending.isLive { place(pending, hasCompany: hasCompany(pending)) }
        arrived.removeAll(keepingCapacity: true)
    }

    private func hasCompany(_ pending: PendingStatement) -> Bool {
        // With very many arrivals, merging one more does not matter.
        guard
            arrived.count > Self.comparedArrivals
                || arrived.contains(where: { $0 !== pending && $0.statement === pending.statement })
        else { return false }
        return isSmall(pending)
    }

    private func place(_ pending: PendingStatement, hasCompany: Bool = false) {
        switch state.submit(pending, key: pending.fairnessKey, hasCompany: hasCompany, now: reactor.now) {
        case .send(let slot): send(pending, slot: slot)
        case .wait:
            pending.place = .waiting
            pending.turn = reactor.turns
            remember(pending)
            watchHeads()
            if state.readyCount == 0 { planTick() }
        case .refuse(.queueFull):
            guard let displaced = state.displace(for: pending.fairnessKey) else {
                return answerLater(pending, failure(of: .queueFull))
            }
            answerLater(displaced, failure(of: .queueFull))
            place(pending, hasCompany: hasCompany)
        case .refuse(.serverDown): answerLater(pending, failure(of: .serverDown))
        }
    }

    /// Sends a statement to its assigned slot; if it cannot be sent, the next one takes its place.
    func send(_ first: PendingStatement, slot: Int) {
        var next: PendingStatement? = first
        while let waiting = next {
            let pending = withItsLike(waiting)
            next = nil
            let failure: DatabaseFailure?
            if pending.deadline <= reactor.now {
                // Its deadline passed in the turn that made room for it.
                statistics.timedOut += 1
                failure = Self.timeoutFailure
            } else {
                countWait(of: pending)
                failure =
                    connections[slot].map { $0.send(pending, standsAlone: state.slots[slot].exclusiveKey != nil) }
                    ?? DatabaseFailure(.unavailable, message: "the connection is closed")
            }
            if let failure {
                answerLater(pending, failure)
                next = state.finished(slot: slot, key: pending.fairnessKey)
                if state.isWanted(slot: slot) { perform(state.emptied(slot: slot)) }
            }
        }
        watchHeads()
    }

    func countWait(of pending: PendingStatement) {
        guard pending.enqueuedAt > 0 else { return }
        // Every statement waits until the end of its turn; only longer waits count.
        if pending.turn != reactor.turns {
            statistics.waits += 1
            statistics.waitMilliseconds += reactor.now - pending.enqueuedAt
        }
        pending.enqueuedAt = 0
    }

    func failure(of refusal: PoolState<PendingStatement, Lease>.Refusal) -> DatabaseFailure {
        statistics.refused += 1
        switch refusal {
        case .queueFull:
            return DatabaseFailure(.unavailable, message: "\(state.limits.queueLimit) statements wait already")
        case .serverDown:
            let reason = lastFailure.map { ": \($0.message)" } ?? ""
            return DatabaseFailure(
                .unavailable, sqlState: lastFailure?.sqlState ?? "", message: "no connection to the database\(reason)",
                hint: lastFailure?.hint)
        }
    }

    /// Callers are never called back within their own call.
    func answerLater(_ pending: PendingStatement, _ failure: DatabaseFailure) {
        let hasWaited = if case .waiting = pending.place { true } else { false }
        pending.place = .done
        if hasWaited { forgetLike(pending) }
        reactor.atEndOfTurn { pending.answer(.failure(failure)) }
    }

    /// Answers a statement before its connection has.
    func abandon(_ pending: PendingStatement, _ result: Result<ResultSet, DatabaseFailure>) {
        guard pending.isLive else { return }
        pending.answer(result)
        switch pending.place {
        case .done, .held, .next, .coming: break
        case .waiting:
            pending.place = .done
            state.forgotWaiter()
            forgetLike(pending)
        case .inFlight: lookAfterAbandoned()
        case .merged(let whole): lostMember(of: whole)
        }
    }

    // MARK: Deadlines

    func watchDeadline(_ deadline: Int) {
        guard deadline != .max else { return }
        if let deadlineTimer {
            guard deadline < deadlineTimer.at else { return }
            reactor.cancel(deadlineTimer.token)
        }
        let token = reactor.after(milliseconds: max(Self.deadlineGrain, deadline - reactor.now)) { [unowned self] in
            checkDeadlines()
        }
        deadlineTimer = (token, deadline)
    }

    /// Checks all statements together: the list is short, and timely answers cost nothing.
    private func checkDeadlines() {
        deadlineTimer = nil
        let now = reactor.now
        var late: [PendingStatement] = [], next = Int.max
        func look(_ pending: PendingStatement) {
            for member in pending.members { look(member) }
            guard pending.isLive, pending.members.isEmpty else { return }
            if pending.deadline <= now { late.append(pending) } else { next = min(next, pending.deadline) }
        }
        for connection in connections { connection?.forEachInFlight { pending, _ in look(pending) } }
        state.forEachWaiting(look)
        coming.forEach(look)
        let lateLeases = leasesPast(now, &next)
        watchDeadline(next)
        for pending in late where pending.isLive {
            if !pending.isTwin { statistics.timedOut += 1 }
            abandon(pending, .failure(Self.timeoutFailure))
        }
        for lease in lateLeases { end(lease, Self.timeoutFailure) }
    }

    func lookAfterAbandoned() {
        guard !isClosed else { return }
        let isClearing = connections.contains { $0?.isBeingCleared == true }
        if let timer = abandonedTimer {
            guard isClearing else { return }
            reactor.cancel(timer)
            abandonedTimer = nil
        }
        var hasAbandoned = false
        for connection in connections where connection?.cancelAbandoned() == true { hasAbandoned = true }
        guard hasAbandoned else { return }
        abandonedTimer = reactor.after(milliseconds: isClearing ? Self.clearingGrain : Self.abandonedGrain) {
            [unowned self] in
            abandonedTimer = nil
            lookAfterAbandoned()
        }
    }

    // MARK: Connections

    func perform(_ actions: [PoolState<PendingStatement, Lease>.Action]) {
        for action in actions where !isClosed {
            switch action {
            case .connect(let slot): connect(slot)
            case .abandonConnect(let slot):
                connections[slot]?.close()
                connections[slot] = nil
                let failure = DatabaseFailure(
                    .unavailable,
                    message: "the server did not accept the connection within \(state.limits.connectTimeout) ms")
                lastFailure = failure
                onEvent?(.connectFailed(slot: slot, failure))
            case .send(let pending, let slot): send(pending, slot: slot)
            case .fail(let pending, let refusal): answerLater(pending, failure(of: refusal))
            case .lend(let lease, let slot): lend(lease, slot: slot)
            case .failBorrower(let lease, let refusal): refuse(lease, failure(of: refusal))
            }
        }
        planTick()
    }

    private func connect(_ slot: Int) {
        statistics.connectAttempts += 1
        let connection = PipelineConnection(
            slot: slot, settings: connectionSettings, limits: connectionLimits, reactor: reactor, pool: self)
        connections[slot] = connection
        let names = servers.names
        guard !names.isEmpty else {
            guard let failure = connection.open() else { return }
            // Through the reactor, to avoid recursion of `perform` while the server is down.
            return reactor.atEndOfTurn { [self] in connectionFailed(connection, failure) }
        }
        resolver.find(names) { [unowned self] found in
            // The attempt may have been abandoned by now.
            guard !isClosed, connections[slot] === connection else { return }
            do throws(DatabaseFailure) {
                if let failure = connection.open(at: try servers.parameters(found)) { throw failure }
            } catch {
                connectionFailed(connection, error)
            }
        }
    }

    private func planTick() {
        guard !isClosed, let at = state.nextTick() else { return }
        if let stateTimer {
            guard at < stateTimer.at else { return }
            reactor.cancel(stateTimer.token)
        }
        let token = reactor.after(milliseconds: at - reactor.now) { [unowned self] in
            stateTimer = nil
            perform(state.tick(now: reactor.now))
        }
        stateTimer = (token, at)
    }
}
