public import PostgresSQL
public import SocketLoop

/// A few connections in pipeline mode that serve all requests of one worker.
///
/// It is confined to the worker's actor. A statement goes to the connection with the least in
/// flight, or waits, fairly between the keys that callers give (a tenant's hash). It is for
/// statements that only read: a batch is one transaction, and what its neighbours' errors or a lost
/// connection have cut off is run again. A caller that needs one transaction of its own borrows a
/// connection (``Lease``).
///
/// Connections are made by ``start()`` and made anew for ever; while none stands, a statement fails
/// with ``DatabaseFailure/Kind/unavailable`` within ``Settings/unavailableAfter``, and at once when
/// the last attempt to connect has failed.
public final class ConnectionPool {
    public struct Settings: Sendable, Equatable {
        /// Connections of this pool, that is of one worker.
        public var connections = 4
        /// Connections that may be lent at the same time; `nil`: all but one, but at least one.
        /// Stands against transactions that leave none to the statements of others.
        public var leases: Int?
        /// Statements sent on one connection and not yet answered; more of them wait in the pool,
        /// where fairness rules.
        public var inFlightPerConnection = 32
        /// Those of one fairness key among them. A connection answers in order, so that this is how
        /// many statements of a tenant that floods may stand before another tenant's one; four keep
        /// a connection busy while answers travel.
        public var inFlightPerKey = 4
        /// Keys of statements that wait together and are then run as one; 0: each is run by itself.
        /// Stands against a request that waits for the answers of very many others.
        public var mergedKeys = 300
        /// Statements that wait; more are refused, so that a slow database does not fill the
        /// memory.
        public var queueLimit = 10_000
        /// Statements of one batch: an answer may have to wait for its batch.
        public var statementsPerBatch = 16
        /// Milliseconds until an attempt to connect is given up.
        public var connectTimeout = 5_000
        /// Milliseconds that a statement waits while no connection stands.
        public var unavailableAfter = 500
        /// Milliseconds that a statement may run before its connection is treated as full, and what
        /// stands behind it is run again elsewhere. Stands against slow statements that quick ones
        /// wait for.
        public var slowAfter = 50
        /// Milliseconds for which one key's slow statements may have held connections before it is
        /// taken for slow, with stricter shares (``PoolState``). Stands against tenants that keep
        /// all connections busy.
        public var slowDebt = 100
        /// Milliseconds without any answer after which a server, for whose statement nobody waits
        /// any more, is taken for dead.
        public var stuckAfter = 30_000

        public init() {}
    }

    /// Deadlines are looked at together: at most every so many milliseconds.
    static let deadlineGrain = 5
    /// While the server runs a statement that nobody waits for, it is looked after every so many
    /// milliseconds.
    static let abandonedGrain = 25
    /// The same while others wait for that connection.
    static let clearingGrain = 5
    /// Prepared statements are forgotten at most every so many milliseconds.
    private static let forgettingGrain = 1_000
    /// Of so many statements that come in one turn it is looked whether each is alone.
    private static let comparedArrivals = 16

    let reactor: Reactor
    private let connectionSettings: ConnectionSettings
    private let resolver: HostResolver
    /// Read at the first attempt to connect.
    private lazy var servers = ServerList(connectionSettings.pipelineParameters)
    private let connectionLimits: PipelineConnection.Limits
    // Exclusivity is not checked at run time: statements pass here several times each, and nobody
    // is called while one of these is being changed.
    @exclusivity(unchecked) var state: PoolState<PendingStatement, Lease>
    @exclusivity(unchecked) var connections: [PipelineConnection?]
    /// By slot, who has its connection alone.
    @exclusivity(unchecked) var leases: [Lease?]
    @exclusivity(unchecked) var isClosed = false
    @exclusivity(unchecked) var types = ResultTypes()

    /// Statements that wait and may be run together, by their statement.
    @exclusivity(unchecked) var likes: [ObjectIdentifier: [PendingStatement]] = [:]
    /// Of these, how many may not be wanted any more.
    @exclusivity(unchecked) var deadLikes = 0
    /// What came in this turn and may go together.
    @exclusivity(unchecked) private var coming: [PendingStatement] = []
    /// What is given its place just now.
    @exclusivity(unchecked) private var arrived: [PendingStatement] = []
    @exclusivity(unchecked) private var stateTimer: (token: TimerToken, at: Int)?
    /// Set while a connection is busy.
    @exclusivity(unchecked) var headTimer: TimerToken?
    @exclusivity(unchecked) private var deadlineTimer: (token: TimerToken, at: Int)?
    /// Set while a statement is in flight that nobody waits for.
    private var abandonedTimer: TimerToken?

    @exclusivity(unchecked) public internal(set) var statistics = PoolStatistics()
    private var nextForgetting = Int.min
    /// The last failure to connect or loss of a connection; `nil` while all is well.
    public private(set) var lastFailure: DatabaseFailure?
    public var onEvent: ((Event) -> Void)?

    /// - Parameter lookup: What finds the addresses of the hosts that the settings name; it is
    ///   asked anew with each attempt to connect, on threads beside the loop.
    public init(
        reactor: Reactor, connection: ConnectionSettings, settings: Settings = Settings(), lookup: HostLookup = .system
    ) {
        self.reactor = reactor
        connectionSettings = connection
        // Shorter than the attempt that it is a part of, so that a failure says what took so long.
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

    /// Starts to connect. To be called once.
    public func start() { perform(state.tick(now: reactor.now)) }

    /// Closes the connections; statements that have no answer fail with
    /// ``DatabaseFailure/Kind/unavailable``, and so does every later one.
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

    /// After this no timer names the pool, so that they need no weak reference to it, which would
    /// make all others slow.
    private func cancelTimers() {
        for token in [stateTimer?.token, deadlineTimer?.token, abandonedTimer, headTimer] {
            if let token { reactor.cancel(token) }
        }
        stateTimer = nil
        deadlineTimer = nil
        abandonedTimer = nil
        headTimer = nil
    }

    /// A connection stands.
    public var isUp: Bool { state.readyCount > 0 && !isClosed }
    public var readyConnections: Int { state.readyCount }
    /// Connections that the pool is to have.
    public var connectionCount: Int { connections.count }
    /// Connections that run nothing: a statement that is submitted now starts at once.
    public var idleConnections: Int { state.idleCount }
    /// Connections that take no more statements for now, because of a slow one.
    public var heldConnections: Int { state.heldCount }
    /// Statements that wait for a place on a connection.
    public var waitingStatements: Int { state.waitingCount }

    static let closedFailure = DatabaseFailure(.unavailable, message: "the pool is closed")

    // MARK: Statements

    /// Sends a statement that only reads, or queues it.
    /// - Parameters:
    ///   - deadline: On the reactor's clock (``Reactor/now``), milliseconds; `Int.max` for none.
    ///   - fairnessKey: Those who wait with different keys take turns, and none has more than its
    ///     share in flight. 0 is for what serves all alike.
    ///   - meter: Is asked while a large result comes in; where it refuses, the statement fails
    ///     with ``DatabaseFailure/Kind/tooLarge`` and is cancelled.
    ///   - completion: Called exactly once, never within this call.
    @discardableResult public func submit(
        _ statement: Statement, parameters: [ParameterValue], deadline: Int = .max, fairnessKey: UInt64 = 0,
        meter: (any ResultMeter)? = nil, completion: @escaping (Result<ResultSet, DatabaseFailure>) -> Void
    ) -> StatementTicket {
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
        return StatementTicket(pending: pending)
    }

    /// Gives a statement up: its completion is called with ``DatabaseFailure/Kind/cancelled``
    /// within this call, unless it was answered before. The server is asked to end it if it is what
    /// its connection runs.
    public func cancel(_ ticket: StatementTicket) {
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

    /// Whatever came in this turn and may go together is there: idle connections take it. It costs
    /// no time, since nothing is written before the end of the turn.
    private func dispatch() {
        placeArrivals()
        state.advance(to: reactor.now)
        while let (pending, slot) = state.nextForIdle() { send(pending, slot: slot) }
    }

    private func placeArrivals() {
        guard arrived.isEmpty else { return }
        // Two arrays in turn, so that neither is allocated anew.
        swap(&coming, &arrived)
        for pending in arrived where pending.isLive { place(pending, hasCompany: hasCompany(pending)) }
        arrived.removeAll(keepingCapacity: true)
    }

    private func hasCompany(_ pending: PendingStatement) -> Bool {
        // Of very many it does not matter whether one of them is alone.
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

    /// Sends what the state has given a place; what cannot be sent leaves it to the next one.
    func send(_ first: PendingStatement, slot: Int) {
        var next: PendingStatement? = first
        while let waiting = next {
            let pending = withItsLike(waiting)
            next = nil
            let failure: DatabaseFailure?
            if pending.deadline <= reactor.now {
                // Its time came while it waited, in the very turn that made room for it.
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
        // Until the end of its turn everything waits.
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

    /// Nobody is called from within a call of theirs.
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

    /// Looks at all statements at once: the list is short, and nothing is paid for the many that
    /// are answered in time.
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
            // Through the reactor, so that a server that is down does not make `perform` call
            // itself.
            return reactor.atEndOfTurn { [self] in connectionFailed(connection, failure) }
        }
        resolver.find(names) { [unowned self] found in
            // The attempt may be given up by now.
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

/// What a connection tells its pool.
extension ConnectionPool {
    func connectionIsReady(_ connection: PipelineConnection) {
        statistics.connects += 1
        lastFailure = nil
        onEvent?(.connected(slot: connection.slot))
        perform(state.connected(slot: connection.slot, now: reactor.now))
    }

    /// It never stood.
    func connectionFailed(_ connection: PipelineConnection, _ failure: DatabaseFailure) {
        guard !isClosed, connections[connection.slot] === connection else { return }
        connections[connection.slot] = nil
        lastFailure = failure
        onEvent?(.connectFailed(slot: connection.slot, failure))
        perform(state.connectFailed(slot: connection.slot, now: reactor.now))
    }

    /// It stood and is gone; the statements have no answer.
    func connectionLost(_ connection: PipelineConnection, _ failure: DatabaseFailure, unanswered: [PendingStatement]) {
        guard !isClosed else { return }
        connections[connection.slot] = nil
        statistics.connectionsLost += 1
        lastFailure = failure
        let actions = state.lost(slot: connection.slot, now: reactor.now)
        let interruption = interruptLease(ofSlot: connection.slot, failure)
        onEvent?(.lost(slot: connection.slot, failure, unanswered: unanswered.count))
        for pending in unanswered where pending.isLive {
            if pending.lease != nil {
                answerLater(pending, interruption)
            } else if pending.hasTwin || !pending.isWanted {
                leaveToTwin(pending)
            } else if pending.lostConnection {
                var failure = failure
                failure.kind = .unavailable
                answerLater(pending, failure)
            } else {
                pending.lostConnection = true
                statistics.moved += 1
                admit(pending)
            }
        }
        perform(actions)
    }

    /// A statement is done and its place is free. Nobody may be waiting for it any more.
    func connection(
        _ connection: PipelineConnection, finished pending: PendingStatement,
        _ result: Result<ResultSet, DatabaseFailure>
    ) {
        if let lease = pending.lease { return finished(pending, result, of: lease, on: connection) }
        pending.place = .done
        state.advance(to: reactor.now)
        // Where no connection idles, what came in this turn can only wait, and may be the next or
        // be taken along.
        if !coming.isEmpty, state.idleCount == 0 { placeArrivals() }
        if let next = state.finished(slot: connection.slot, key: pending.fairnessKey, statement: pending.kind) {
            send(next, slot: connection.slot)
        }
        let spread = state.spread(pending.fairnessKey, from: connection.slot)
        if !spread.isEmpty { perform(spread) }
        if state.isWanted(slot: connection.slot) { perform(state.emptied(slot: connection.slot)) }
        // Its own run was ended, or has failed while another one goes on.
        if case .failure = result, pending.hasTwin, pending.restsOnTwin { return }
        deliver(result, to: pending)
    }

    /// What was prepared on any connection rests on tables of before: operators, and the types of
    /// parameters, are chosen once. At most once a second, whatever fails for another reason.
    func tablesHaveChanged() {
        guard reactor.now >= nextForgetting else { return }
        nextForgetting = reactor.now + Self.forgettingGrain
        forgetPrepared()
        onEvent?(.tablesChanged)
    }

    /// Lets every statement be prepared anew before it runs the next time.
    public func forgetPrepared() {
        for connection in connections { connection?.forgetPrepared() }
    }

    /// The connection is gone, and what it ran is run by another one already, or need not be run.
    private func leaveToTwin(_ pending: PendingStatement) {
        pending.place = .done
        if pending.hasTwin { return pending.restsOnTwin = true }
        for member in pending.members { member.place = .done }
        pending.forget()
    }
}
