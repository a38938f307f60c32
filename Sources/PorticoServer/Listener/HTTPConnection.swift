import Glibc
import HTTPWire
import JSONBytes
import SocketLoop
import TLSTransport

/// One client: its socket, the requests that it sends and the answer that is on its way. One
/// request is answered at a time, those behind it wait, so that answers go out in order.
final class HTTPConnection: WheelEntry, BodyHolder {
    /// What a connection leaves on the heap when it ends, roughly, in bytes.
    static let restBytes = 2 << 10

    /// Bytes of an answer that are handed to the kernel in one turn of the loop (1 MiB: a
    /// millisecond, if they have to be encrypted). Guards against long answers to clients that
    /// fetch as fast as they are sent.
    static let bytesPerTurn = 1 << 20

    /// Requests of one client that are taken up in one turn of the loop; those behind them wait for
    /// the next. Stands against pipelines of thousands, each of which is answered at once, while
    /// others wait.
    private static let requestsPerTurn = 16

    /// Called once when the client goes away before its request is answered.
    var clientGone: (() -> Void)?
    var deadline = WheelDeadline()

    private let listener: HTTPListener
    private let settings: HTTPConnectionSettings
    @exclusivity(unchecked) private var transport: Transport
    /// The session whose handshake is not done yet.
    @exclusivity(unchecked) private var handshaking: TLSSession?
    let origin: PeerOrigin
    private let slot: Int
    // Exclusivity is not checked at run time: every request passes here several times, and nobody
    // is called while one of these is being changed.
    @exclusivity(unchecked) private var registration: Registration?
    private let parser: RequestParser
    @exclusivity(unchecked) private var state = ConnectionState()
    private var writer = ResponseWriter(keepAlive: true)

    // The answer on its way: a head, and the body from where it lies.
    private var head: [UInt8] = []
    private var body: ResponseBuffer?
    /// What counts the body's memory while it waits for the client.
    private var bodyHold: AnyObject?
    @exclusivity(unchecked) private var written = 0
    @exclusivity(unchecked) private var isBlocked = false
    /// When it was blocked, and how much the client had fetched by then, and when the time that
    /// runs began.
    private var blockedAt = 0
    private var fetchedWhenBlocked = 0
    private var fetchedBefore = 0

    /// What counts bodies that arrive in pieces, and what waits in the parser.
    private let unfinished: UnfinishedInput

    @exclusivity(unchecked) private var isProcessing = false
    /// The turn's requests are taken up, and more were read.
    @exclusivity(unchecked) private var isPaused = false
    /// What the deadline that is set was set for.
    @exclusivity(unchecked) private var timeoutInForce = ConnectionState.Timeout.idle
    @exclusivity(unchecked) private var peerHasEnded = false

    init(_ transport: Transport, from origin: PeerOrigin, slot: Int, listener: HTTPListener) throws(SocketFailure) {
        self.transport = transport
        self.origin = origin
        self.slot = slot
        self.listener = listener
        unfinished = UnfinishedInput(listener.bodies, owner: .stranger(origin))
        settings = listener.settings
        parser = RequestParser(limits: settings.http)
        registration = try listener.reactor.register(transport.descriptor, .read) { [unowned self] events in
            self.happened(events)
        }
        if case .secure(let session) = transport { handshaking = session }
        listener.wheel.set(self, after: handshaking == nil ? settings.idleTimeout : settings.headerTimeout)
    }

    /// Who the client is by its certificate, if it has presented one.
    var clientCertificate: ClientCertificate? {
        if case .secure(let session) = transport { session.clientCertificate } else { nil }
    }

    /// Whether the client's own software presents its credential by itself, with every request that
    /// anybody makes it send.
    var bringsAmbientCredentials: Bool { clientCertificate != nil }

    /// Who is at the other end; asks the kernel.
    var peer: Peer? { isOpen ? Peer(ofSocket: transport.descriptor) : nil }

    /// Whether something of it waits to be read; asks the kernel.
    var hasUnreadInput: Bool {
        var byte: UInt8 = 0
        return isOpen && recv(transport.descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// Whether an answer can still reach the client.
    var isOpen: Bool { registration != nil }

    // MARK: Events

    private func happened(_ events: Events) {
        // With both directions closed nobody is left who would read an answer; the kernel reports
        // it even where nothing is watched.
        if events.contains(.error) || (events.contains(.hangup) && isHungUp()) { return broke() }
        if let handshaking { return goOn(with: handshaking) }
        if isBlocked, events.contains(transport.writeNeedsRead ? .readable : .writable) { flush() }
        if events.contains(transport.readNeedsWrite ? .writable : .readable), registration != nil { read() }
    }

    /// The next step of a handshake. It costs up to a millisecond of arithmetic, so that a turn of
    /// the loop has room for a few alone.
    private func goOn(with session: TLSSession) {
        guard listener.mayShakeHands() else { return }
        switch session.handshake() {
        case .done:
            handshaking = nil
            listener.statistics.shookHands(session.isResumed ? .resumed : .full, version: session.version)
            listener.wheel.set(self, after: settings.idleTimeout)
            watch()
            read()
        case .wantsRead: watchHandshake(.read)
        case .wantsWrite: watchHandshake(.write)
        case .plainHTTP:
            handshaking = nil
            listener.statistics.shookHands(.plainHTTP)
            transport = .plain(session.socket)
            state.parsed(.failed(Self.plainRequest), progress: .failed)
            refuse(Self.plainRequest)
        case .closed: broke()
        case .peerRefused(let reason): handshakeFailed(reason, .certificateRefused)
        case .failed(let reason): handshakeFailed(reason, .failed)
        }
    }

    private func handshakeFailed(_ reason: String, _ outcome: ListenerStatistics.Outcome) {
        handshaking = nil
        listener.handshakeFailed(reason, outcome)
        broke()
    }

    private static let plainRequest = HTTPFailure(status: 400, "This port speaks HTTPS; the request came without TLS.")

    private func watchHandshake(_ interest: Interest) {
        if let registration { listener.reactor.modify(registration, interest) }
    }

    private func read() {
        if state.phase == .lingering { return discard() }
        guard wantsInput else { return watch() }
        var outcome = IOOutcome.wouldBlock
        _ = parser.read(through: listener.input) { room in
            outcome = transport.read(into: room)
            if case .bytes(let count) = outcome { return count }
            return 0
        }
        switch outcome {
        case .bytes(let count):
            _ = state.received(count)
            process()
        case .wouldBlock: watch()
        case .closed: peerEnded()
        case .failed: broke()
        }
        parser.settle(listener.input)
    }

    /// Throws away what arrives behind the last answer.
    private func discard() {
        let outcome = withUnsafeTemporaryAllocation(byteCount: HTTPListener.readBytes, alignment: 16) {
            transport.read(into: $0)
        }
        switch outcome {
        case .bytes(let count):
            _ = state.received(count)
            if state.mustClose { close() }
        case .wouldBlock: watch()
        case .closed, .failed: close()
        }
    }

    private func peerEnded() {
        peerHasEnded = true
        state.peerEnded()
        if state.mustClose { return close() }
        // It may have ended its sending alone and still wait for the answer; whoever is gone looks
        // the same, so that the wait is short.
        watch()
        if !isBlocked { listener.wheel.set(self, after: settings.halfClosedTimeout) }
    }

    private func isHungUp() -> Bool {
        var entry = pollfd(fd: transport.descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Whether there is room for more. While a request is being answered, a little is read ahead:
    /// it saves the system calls that would stop and start the watch for every request, and it is
    /// how the end of a client is noticed.
    private var wantsInput: Bool {
        if peerHasEnded || isPaused { return false }
        if state.wantsInput, !isBlocked { return true }
        return (state.phase == .responding || isBlocked) && parser.bufferedCount < settings.readAhead
    }

    /// Waits for what can be used now. Input is not watched while there is no room for it, nor
    /// behind its end, where it would be reported for ever.
    private func watch() {
        guard let registration else { return }
        var interest: Interest = []
        if wantsInput { interest.insert(transport.readNeedsWrite ? .write : .read) }
        if isBlocked { interest.insert(transport.writeNeedsRead ? .read : .write) }
        listener.reactor.modify(registration, interest)
    }

    // MARK: Requests

    /// Takes requests from what was read until one has to wait for its answer. Answers that come
    /// within the call continue the loop, not the recursion.
    private func process() {
        guard !isProcessing, !isPaused else { return }
        takeRequests()
        countInput()
    }

    private func takeRequests() {
        isProcessing = true
        var left = Self.requestsPerTurn
        while state.mayParse, !isBlocked {
            if left == 0 || !listener.mayTakeRequest() {
                isProcessing = false
                return pause()
            }
            let event = parser.next()
            state.parsed(event, progress: parser.progress)
            switch event {
            case .head(let head):
                begin(head)
                listener.handler.decide(on: head, self)
            case .needBodyRoom(let bytes): takeBodyRoom(bytes)
            case .request(let request):
                left -= 1
                begin(request)
                unfinished.bodyCompleted()
                listener.handler.handle(request, on: self)
            case .failed(let failure): refuse(failure)
            case .expectContinue: sendContinue()
            case .needMore:
                isProcessing = false
                return waitForInput()
            }
        }
        isProcessing = false
        // While a body is decided on, nothing is watched anew: that is over soon, and usually is
        // already.
        if state.mustClose { close() } else if state.phase != .deciding { watch() }
    }

    private func begin(_ request: HTTPRequest) {
        writer = ResponseWriter(for: request, keepAlive: state.keepsAlive)
        listener.hasRequest(slot)
        listener.wheel.set(self, after: nil)
        timeoutInForce = .none
    }

    private func pause() {
        isPaused = true
        watch()
        listener.reactor.after(milliseconds: 0) { [self] in resume() }
    }

    private func resume() {
        isPaused = false
        if registration != nil { process() }
    }

    private func waitForInput() {
        if state.mustClose { return close() }
        if unfinished.hasBody {
            unfinished.bodyProgressed()
        } else if state.phase != .readingBody {
            listener.waits(slot)
        }
        // Within a head or a body the first deadline stays: a client that drips does not move it.
        if state.timeout != timeoutInForce {
            timeoutInForce = state.timeout
            listener.wheel.set(self, after: milliseconds(of: state.timeout))
        }
        watch()
    }

    private func milliseconds(of timeout: ConnectionState.Timeout) -> Int? {
        switch timeout {
        case .none: nil
        case .idle: settings.idleTimeout
        case .head: settings.headerTimeout
        case .body: settings.bodyTimeout
        case .linger: settings.lingerTimeout
        }
    }

    private func refuse(_ failure: HTTPFailure) {
        var failure = failure
        failure.origin = failure.origin ?? parser.origin
        parser.stop()
        unfinished.release()
        listener.hasRequest(slot)
        writer = ResponseWriter(keepAlive: false)
        send(listener.handler.response(to: failure))
    }

    private func sendContinue() {
        head.append(
            contentsOf: UnsafeBufferPointer(
                start: ResponseWriter.continueResponse.utf8Start,
                count: ResponseWriter.continueResponse.utf8CodeUnitCount))
        flush()
    }

    // MARK: Bodies

    /// The body of the head that was handed out is to be read.
    /// - Parameter owner: Who is held responsible for its memory.
    func readBody(of owner: BodyOwner) {
        guard state.phase == .deciding, registration != nil else { return }
        unfinished.belongs(to: owner)
        state.bodyWanted()
        process()
    }

    private func takeBodyRoom(_ bytes: Int) {
        if unfinished.takeBody(bytes, for: self) { parser.grantBody(bytes) } else { dropBody() }
    }

    /// Counts what waits in the parser with the bodies, in case it is much.
    private func countInput() {
        // While a body is decided on, its head is the handler's.
        guard registration != nil, state.phase != .deciding else { return }
        if !unfinished.take(parser.heldBytes, for: self) { dropBody() }
    }

    func dropBody() {
        // The request that is being answered was whole: only those behind it are refused, in their
        // turn.
        if state.mayParse, !isBlocked {
            state.refused()
            refuse(Self.inputIsFull)
        } else {
            parser.stop(Self.inputIsFull)
            unfinished.release()
        }
    }

    private static let inputIsFull = HTTPFailure(
        status: 503, "Too many requests are arriving in pieces at the moment. Try again shortly.", excess: .bodies,
        retryAfter: 1)

    /// The body of the request that was handed out last is needed no longer, or counts elsewhere.
    func releaseBody() { unfinished.releaseBody(for: self) }

    // MARK: Answers

    /// Answers the request that was handed out last; without effect when the client is gone.
    func respond(_ response: HTTPResponse) {
        guard registration != nil, body == nil, head.isEmpty else { return }
        if state.phase == .deciding {
            parser.stop()
            state.answeredEarly()
        }
        guard state.phase == .responding else { return }
        releaseBody()
        clientGone = nil
        send(response)
    }

    private func send(_ response: HTTPResponse) {
        // The state may have changed since the request came: a shutdown closes behind this answer.
        writer.keepAlive = state.keepsAlive
        writer.writeHead(response.head, bodyLength: response.body?.count ?? 0, date: listener.date(), into: &head)
        if writer.sendsBody(status: response.head.status) { body = response.body }
        flush()
    }

    private func flush() {
        let total = head.count + (body?.count ?? 0)
        var left = Self.bytesPerTurn
        while written < total {
            // The others come first; the loop comes back to it as to a client that was slow.
            if left <= 0 { return blocked() }
            switch transport.write(head, body, from: written, atMost: Self.bytesPerTurn) {
            case .bytes(let count):
                written += count
                left -= count
            case .wouldBlock: return blocked()
            case .closed, .failed: return broke()
            }
        }
        isBlocked = false
        written = 0
        head.removeAll(keepingCapacity: true)
        body = nil
        bodyHold = nil
        state.responded()
        timeoutInForce = .none
        if state.phase == .lingering {
            transport.finishWriting()
            listener.wheel.set(self, after: settings.lingerTimeout)
            watch()
        } else if state.mustClose {
            if !isProcessing { close() }
        } else {
            process()
        }
    }

    private func blocked() {
        if !isBlocked {
            if let body {
                switch listener.answers.hold(body) {
                case .held(let hold): bodyHold = hold
                case .full:
                    listener.statistics.hit(.answerBytes)
                    return broke()
                }
            }
            isBlocked = true
            blockedAt = listener.reactor.now
            fetchedWhenBlocked = fetched
            beginWriteTime(fetchedWhenBlocked)
        }
        watch()
    }

    /// What the client's kernel has of the answer: the kernel here takes much at once, and is asked
    /// what it still has.
    private var fetched: Int { written - (StreamSocket(descriptor: transport.descriptor).unsentBytes ?? 0) }

    private func beginWriteTime(_ fetched: Int) {
        fetchedBefore = fetched
        listener.wheel.set(self, after: settings.writeTimeout)
    }

    /// The time for the next bytes is over. Whoever has fetched enough of them gets it again.
    private func writeTimePassed() {
        let fetched = fetched, progress = fetched - fetchedBefore
        if progress > 0, progress >= settings.leastFetched { return beginWriteTime(fetched) }
        listener.statistics.hit(progress > 0 ? .writeRate : .writeTimeout)
        broke()
    }

    /// Bytes of the answer's body that are kept for a client that does not fetch them.
    var bodyLeft: Int { isBlocked ? body?.count ?? 0 : 0 }

    /// Whose share of the budget of answers the waiting answer takes; `nil` for nobody's.
    var answerOwner: UInt64? { (body?.reservation as? ByteReservation)?.owner }

    /// Bytes a second that the client fetches, where an answer has waited for it for so long that
    /// this says something.
    var readerRate: Int? {
        let time = listener.reactor.now - blockedAt
        guard bodyLeft > 0, time >= HTTPListener.slowAfter else { return nil }
        return max(0, fetched - fetchedWhenBlocked) * 1000 / time
    }

    // MARK: Ends

    func deadlinePassed() {
        if handshaking != nil {
            handshaking = nil
            listener.statistics.shookHands(.timedOut)
            listener.statistics.hit(.headerTimeout)
        }
        if isBlocked { return writeTimePassed() }
        if peerHasEnded, state.phase == .responding { return broke() }
        guard let failure = state.timedOut() else { return state.mustClose ? close() : () }
        refuse(failure)
    }

    /// The server stops: what is in flight is finished, an idle connection closes.
    func shutDown() {
        // What the client has sent by now was sent in good faith; there are no more turns to wait
        // for.
        while isPaused { resume() }
        if state.phase == .idle, handshaking == nil, registration != nil { read() }
        guard registration != nil else { return }
        state.shutDown()
        if state.mustClose { close() }
    }

    private func broke() {
        state.broke()
        close()
    }

    /// Closes now, whatever is on its way.
    func close() {
        guard let registration else { return }
        self.registration = nil
        listener.reactor.deregister(registration)
        transport.close()
        if handshaking != nil { listener.statistics.shookHands(.closed) }
        handshaking = nil
        body = nil
        bodyHold = nil
        parser.stop()
        unfinished.release()
        listener.wheel.remove(self)
        listener.closed(slot)
        clientGone.take()?()
    }
}
