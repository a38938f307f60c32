import HTTPWire
import Logging
import SocketLoop
import TLSTransport

/// Accepts the connections of one worker and keeps them.
package final class HTTPListener {
    /// Connections accepted in one turn; the others wait for the next. Guards against a flood of
    /// connections that starves open ones.
    private static let acceptsPerTurn = 64
    /// Steps of handshakes in one turn; the others wait for the next, after requests. Guards
    /// against a flood of handshakes that blocks the loop.
    private static let handshakesPerTurn = 8
    /// Steps of parsing and answering, of all connections, in one turn of the loop (256: some
    /// milliseconds). Guards against pipelines of many clients at once.
    private static let requestsPerTurn = 256
    /// Milliseconds without accepting once descriptors have run out.
    private static let pauseMilliseconds = 200
    /// Milliseconds between two warnings that accepting is paused.
    private static let warningMilliseconds = 60_000
    /// Connections that are searched for the longest-waiting one of an address. Guards against a
    /// search of all of them for each new connection.
    private static let searched = 1_000
    /// Bytes offered to one read. The rest is read in the next turn, for fairness.
    static let readBytes = 16 << 10

    let reactor: Reactor
    let settings: HTTPConnectionSettings
    let wheel: TimerWheel<HTTPConnection>
    package let statistics = ListenerStatistics()
    /// The shared read buffer of all connections.
    let input = InputRoom(bytes: HTTPListener.readBytes)
    package let bodies: BodyBudget
    let answers: WaitingAnswers
    /// Called with the approximate bytes that a closed connection left on the heap.
    package var gaveBack: ((Int) -> Void)?
    unowned let handler: any HTTPHandler
    private let sockets: [ListeningSocket]
    private let certificates: CertificateStore?
    private let mostConnections: Int
    private let logger: Logger
    private var registrations: [Registration] = []
    private var connections: [HTTPConnection?] = []
    private var freeSlots: [Int] = []
    /// Connections that wait for a request, or for the rest of its head, the longest-waiting first.
    @exclusivity(unchecked) private var waiting = SlotList()
    @exclusivity(unchecked) private var waitingLinks = SlotLinks()
    /// Connections of each address, without this machine.
    private var origins: OriginCounts
    package private(set) var connectionCount = 0
    private var isPaused = false
    /// Accepting is paused because no connection can be closed for another one.
    private var isFull = false
    /// When the next warning about a pause is due; pauses may come and go many times a second.
    private var nextWarning = Int.min
    private var stopped: (() -> Void)?
    private var isStopping = false
    /// When slow readers may be searched again.
    var nextSlowSearch = Int.min
    private var handshakes = TurnRation(HTTPListener.handshakesPerTurn)
    @exclusivity(unchecked) private var requests = TurnRation(HTTPListener.requestsPerTurn)
    private var cachedDate: (second: Int, text: [UInt8]) = (0, [])

    /// - Parameters:
    ///   - sockets: Already listening; the caller closes them.
    ///   - certificates: If given, TCP is served only by TLS; a Unix socket, which does not leave
    ///     the machine, stays plain.
    package init(
        reactor: Reactor, sockets: [ListeningSocket], certificates: CertificateStore? = nil,
        settings: HTTPConnectionSettings,
        mostConnections: Int, answers: ByteBudget,
        handler: any HTTPHandler, logger: Logger
    ) {
        self.reactor = reactor
        self.sockets = sockets
        self.certificates = certificates
        self.settings = settings
        self.mostConnections = mostConnections
        self.handler = handler
        self.logger = logger
        wheel = TimerWheel(reactor: reactor)
        origins = OriginCounts(share: settings.connectionsPerAddress, countsThisMachine: settings.countsThisMachine)
        bodies = BodyBudget(limit: settings.bodyBytes, now: { reactor.now })
        self.answers = WaitingAnswers(answers)
        answers.makeRoom = { [weak self] bytes, owner in self?.closeSlowReaders(toFree: bytes, of: owner) }
    }

    // MARK: Accepting

    package func start() throws(SocketFailure) {
        for socket in sockets {
            // Exclusive: of several workers that share a Unix socket, one wakes.
            registrations.append(
                try reactor.register(socket.descriptor, [.read, .exclusive]) { [unowned self] _ in
                    _ = self.accept(from: socket)
                })
        }
    }

    /// - Returns: Whether there may be more.
    private func accept(from socket: ListeningSocket) -> Bool {
        for _ in 0..<Self.acceptsPerTurn {
            guard connectionCount < mostConnections || longestWaiting(where: { _ in true }) != nil else {
                statistics.hit(.connections)
                isFull = true
                pause("the limit of open connections is reached", until: nil)
                return false
            }
            switch socket.accept() {
            case .connection(let connection, let origin):
                guard makeRoom(for: origin) else {
                    connection.close()
                    continue
                }
                open(transport(of: connection, from: socket), from: origin)
                if isPaused { return false }
            case .none: return false
            case .lost: continue
            case .exhausted(let errno):
                pause("no descriptor is left for another connection", until: Self.pauseMilliseconds, errno: errno)
                return false
            }
        }
        return true
    }

    private func transport(of connection: StreamSocket, from socket: ListeningSocket) -> Transport {
        connection.disableDelay()
        switch socket.address {
        case .tcp: return certificates.map { .secure(TLSSession($0.current, connection)) } ?? .plain(connection)
        case .unix: return .plain(connection)
        }
    }

    /// Closes a connection that waits for a request if there is no room for a new one otherwise.
    /// - Returns: false if the address is using all of its share.
    private func makeRoom(for origin: PeerOrigin) -> Bool {
        guard origins.admits(origin) else {
            statistics.hit(.connectionShare)
            return closeLongestWaiting { $0.origin == origin }
        }
        guard connectionCount >= mostConnections else { return true }
        statistics.hit(.connections)
        return closeLongestWaiting { _ in true }
    }

    private func closeLongestWaiting(where isMeant: (HTTPConnection) -> Bool) -> Bool {
        guard let connection = longestWaiting(where: isMeant) else { return false }
        statistics.evicted += 1
        connection.close()
        return true
    }

    /// A connection with an unread request no longer counts as waiting.
    private func longestWaiting(where isMeant: (HTTPConnection) -> Bool) -> HTTPConnection? {
        var slot = waiting.first, left = Self.searched
        while slot >= 0, left > 0 {
            if let connection = connections[slot], isMeant(connection), !connection.hasUnreadInput { return connection }
            slot = waitingLinks.next(slot)
            left -= 1
        }
        return nil
    }

    /// A connection waits for a request.
    func waits(_ slot: Int) {
        waitingLinks.append(slot, to: &waiting)
        if isFull { resume() }
    }

    /// A connection has a request.
    func hasRequest(_ slot: Int) { waitingLinks.remove(slot, from: &waiting) }

    private func open(_ transport: Transport, from origin: PeerOrigin) {
        let slot =
            freeSlots.popLast()
            ?? {
                connections.append(nil)
                return connections.count - 1
            }()
        do throws(SocketFailure) {
            connections[slot] = try HTTPConnection(transport, from: origin, slot: slot, listener: self)
            connectionCount += 1
            origins.add(origin)
            waits(slot)
        } catch {
            transport.close()
            freeSlots.append(slot)
            pause("a connection cannot be watched", until: Self.pauseMilliseconds, errno: error.errno)
        }
    }

    /// Pauses accepting; connections wait in the kernel's backlog.
    private func pause(_ reason: String, until milliseconds: Int?, errno: Int32 = 0) {
        guard !isPaused else { return }
        isPaused = true
        stopWatching()
        if reactor.now >= nextWarning {
            nextWarning = reactor.now + Self.warningMilliseconds
            logger.warning(
                "accepting is paused: \(reason)", metadata: ["connections": "\(connectionCount)", "errno": "\(errno)"])
        }
        if let milliseconds { reactor.after(milliseconds: milliseconds) { [weak self] in self?.resume() } }
    }

    private func resume() {
        guard isPaused, !isStopping else { return }
        isPaused = false
        isFull = false
        do throws(SocketFailure) { try start() } catch {
            pause("the listening socket cannot be watched", until: Self.pauseMilliseconds, errno: error.errno)
        }
    }

    private func stopWatching() {
        for registration in registrations { reactor.deregister(registration) }
        registrations = []
    }

    // MARK: Handshakes

    /// Whether this turn allows another step of a handshake. If not, the event recurs in the next.
    func mayShakeHands() -> Bool { handshakes.take(in: reactor.turns) }

    /// Whether this turn allows another request. If not, the connection continues in the next turn,
    /// in the order of asking. Always true while the listener stops: no later turn would process
    /// what the clients have already sent.
    func mayTakeRequest() -> Bool {
        isStopping || requests.take(in: reactor.turns)
    }

    func handshakeFailed(_ reason: String, _ outcome: ListenerStatistics.Outcome) {
        statistics.shookHands(outcome)
        logger.debug("a TLS handshake failed", metadata: ["detail": "\(reason)"])
    }

    // MARK: Connections

    func closed(_ slot: Int) {
        guard let connection = connections[slot] else { return }
        connections[slot] = nil
        freeSlots.append(slot)
        connectionCount -= 1
        waitingLinks.remove(slot, from: &waiting)
        origins.remove(connection.origin)
        gaveBack?(HTTPConnection.restBytes)
        if isPaused, connectionCount < mostConnections * 9 / 10 + 1 { resume() }
        if connectionCount == 0 { finishStopping() }
    }

    /// The `date` of an answer, formatted once a second.
    func date() -> [UInt8] {
        let second = WallClock.seconds()
        if second != cachedDate.second { cachedDate = (second, HTTPDate.format(unixSeconds: Int64(second))) }
        return cachedDate.text
    }

    func forEachConnection(_ body: (HTTPConnection) -> Void) {
        for connection in connections { if let connection { body(connection) } }
    }

    // MARK: Shutdown

    /// Stops accepting; afterwards the listening sockets may be closed. First accepts connections
    /// in the backlog, whose clients consider themselves connected.
    package func stopAccepting() {
        guard !isStopping else { return }
        for socket in sockets { while !isPaused, accept(from: socket) {} }
        isStopping = true
        stopWatching()
    }

    /// Lets requests in flight finish, and calls back when the last connection is closed, at the
    /// latest after the given milliseconds.
    package func stop(within milliseconds: Int, then: @escaping () -> Void) {
        stopAccepting()
        stopped = then
        for connection in connections { connection?.shutDown() }
        if connectionCount == 0 { return finishStopping() }
        reactor.after(milliseconds: milliseconds) { [weak self] in
            guard let self else { return }
            for connection in self.connections { connection?.close() }
        }
    }

    private func finishStopping() {
        guard isStopping else { return }
        stopped.take()?()
    }
}
