import Glibc
import HTTPWire
import JSONBytes
import SocketLoop
import TLSTransport

/// One client: its socket, its requests and the current answer. One request is answered at a time
/// and pipelined ones wait, so that answers are sent in order.
package final class HTTPConnection: WheelEntry, BodyHolder {
    /// Approximate bytes that a closed connection leaves on the heap.
    static let restBytes = 2 << 10

    /// Bytes of an answer that are passed to the kernel in one turn of the loop (1 MiB: a
    /// millisecond with encryption). Guards against long answers to fast clients.
    static let bytesPerTurn = 1 << 20

    /// Requests of one client that are processed in one turn of the loop; further ones wait for the
    /// next. Guards against pipelines of thousands, each answered at once, while others wait.
    private static let requestsPerTurn = 16

    /// Called once when the client leaves before its request is answered; see
    /// ``ResponseSink/onClose(_:)``.
    var onClose: (() -> Void)?
    var deadline = WheelDeadline()

    let listener: HTTPListener
    let settings: HTTPConnectionSettings
    @exclusivity(unchecked) private(set) var transport: Transport
    /// The session during its handshake.
    @exclusivity(unchecked) private var handshaking: TLSSession?
    package let origin: PeerOrigin
    private let slot: Int
    // Exclusivity is not checked at run time: every request passes here several times, and nothing
    // is called while one of these is modified.
    @exclusivity(unchecked) private var registration: Registration?
    let parser: RequestParser
    @exclusivity(unchecked) var state = ConnectionState()
    var writer = ResponseWriter(keepAlive: true)

    @exclusivity(unchecked) var output = ResponseOutput()
    /// Set while the answer has more pieces, or is another protocol.
    @exclusivity(unchecked) var stream: ResponseStream?
    /// The number of completed answers, which is that of the next one.
    @exclusivity(unchecked) private(set) var exchange = 0

    /// Accounts for bodies that arrive in pieces, and for the parser's input.
    let unfinished: UnfinishedInput

    @exclusivity(unchecked) private(set) var isProcessing = false
    /// The turn's quota of requests is used up, and more were read.
    @exclusivity(unchecked) private var isPaused = false
    /// The kind of the current deadline.
    @exclusivity(unchecked) var timeoutInForce = ConnectionState.Timeout.idle
    @exclusivity(unchecked) private(set) var peerHasEnded = false

    init(
        _ transport: Transport, from origin: PeerOrigin, slot: Int, listener: HTTPListener
    ) throws(SocketFailure) {
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

    /// The client's certificate, if it has presented one.
    var clientCertificate: ClientCertificate? {
        if case .secure(let session) = transport { session.clientCertificate } else { nil }
    }

    /// Whether the client presents its credential by itself, with requests of any page.
    var bringsAmbientCredentials: Bool { clientCertificate != nil }

    /// The remote end; queries the kernel.
    var peer: Peer? { isOpen ? Peer(ofSocket: transport.descriptor) : nil }

    /// Whether unread input waits; queries the kernel.
    var hasUnreadInput: Bool {
        var byte: UInt8 = 0
        return isOpen && recv(transport.descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// Whether an answer can still reach the client.
    var isOpen: Bool { registration != nil }

    // MARK: Events

    private func happened(_ events: Events) {
        // With both directions closed, no client is left; reported even without interest.
        if events.contains(.error) || (events.contains(.hangup) && isHungUp()) { return broke() }
        if let handshaking { return goOn(with: handshaking) }
        if output.isBlocked, events.contains(transport.writeNeedsRead ? .readable : .writable) { flush() }
        if events.contains(transport.readNeedsWrite ? .writable : .readable), registration != nil { read() }
    }

    /// The next step of a handshake. It computes up to a millisecond, so a turn allows few.
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
        if state.phase == .lingering || state.phase == .upgraded { return readPastParser() }
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

    /// Reads for the protocol after HTTP, or discards what follows the last request.
    private func readPastParser() {
        if stream != nil, output.isBlocked { return watch() }
        withUnsafeTemporaryAllocation(byteCount: HTTPListener.readBytes, alignment: 16) { buffer in
            switch transport.read(into: buffer) {
            case .bytes(let count):
                _ = state.received(count)
                stream?.successor?.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                if state.mustClose { close() }
            case .wouldBlock: watch()
            case .closed, .failed: close()
            }
        }
    }

    private func peerEnded() {
        peerHasEnded = true
        state.peerEnded()
        if state.mustClose { return close() }
        // The client may have ended only its sending side and still wait for the answer. A client
        // that has left looks the same, so the wait is short.
        watch()
        if !output.isBlocked { listener.wheel.set(self, after: settings.halfClosedTimeout) }
    }

    private func isHungUp() -> Bool {
        var entry = pollfd(fd: transport.descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) > 0 && Int32(entry.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Whether there is room for more. During an answer a little is read ahead: this saves the
    /// system calls that would stop and restart watching for every request, and detects that the
    /// client has left.
    private var wantsInput: Bool {
        if peerHasEnded || isPaused { return false }
        if state.wantsInput, !output.isBlocked { return true }
        if state.phase == .upgraded { return false }
        return (state.phase == .responding || output.isBlocked) && parser.bufferedCount < settings.readAhead
    }

    /// Watches for what can be used now. Input is not watched without room for it, or after its
    /// end, which would be reported forever.
    func watch() {
        guard let registration else { return }
        var interest: Interest = []
        if wantsInput { interest.insert(transport.readNeedsWrite ? .write : .read) }
        if output.isBlocked { interest.insert(transport.writeNeedsRead ? .read : .write) }
        listener.reactor.modify(registration, interest)
    }

    // MARK: Requests

    /// Processes requests from the input until one has to wait for its answer. Answers within the
    /// call continue the loop instead of recursing.
    func process() {
        guard !isProcessing, !isPaused else { return }
        takeRequests()
        countInput()
    }

    private func takeRequests() {
        isProcessing = true
        var left = Self.requestsPerTurn
        while state.mayParse, !output.isBlocked {
            if left == 0 || !listener.mayTakeRequest() {
                isProcessing = false
                return pause()
            }
            let event = parser.next()
            state.parsed(event, progress: parser.progress)
            switch event {
            case .head(let head):
                begin(head)
                listener.handler.decide(on: head, ResponseSink(self, exchange))
            case .needBodyRoom(let bytes): takeBodyRoom(bytes)
            case .request(let request):
                left -= 1
                begin(request)
                unfinished.bodyCompleted()
                listener.handler.handle(request, ResponseSink(self, exchange))
            case .failed(let failure): refuse(failure)
            case .expectContinue: sendContinue()
            case .needMore:
                isProcessing = false
                return waitForInput()
            }
        }
        isProcessing = false
        // While a decision about a body is pending, the watch is unchanged: usually very briefly.
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
        // Within a head or a body the first deadline stays, so that slow clients do not extend it.
        if state.timeout != timeoutInForce {
            timeoutInForce = state.timeout
            listener.wheel.set(self, after: settings.milliseconds(of: state.timeout))
        }
        watch()
    }

    private func refuse(_ failure: HTTPFailure) {
        var failure = failure
        failure.origin = failure.origin ?? parser.origin
        parser.stop()
        unfinished.release()
        listener.hasRequest(slot)
        writer = ResponseWriter(keepAlive: false)
        endExchange()
        send(listener.handler.response(to: failure))
    }

    /// The answer is complete: its sinks have no effect any more.
    func endExchange() {
        exchange &+= 1
        onClose = nil
    }

    private func sendContinue() {
        output.bytes.append(
            contentsOf: UnsafeBufferPointer(
                start: ResponseWriter.continueResponse.utf8Start,
                count: ResponseWriter.continueResponse.utf8CodeUnitCount))
        flush()
    }

    // MARK: Bodies

    /// Reads the body of the delivered head.
    /// - Parameter owner: Is charged for its memory.
    package func readBody(of owner: BodyOwner) {
        guard state.phase == .deciding, registration != nil else { return }
        unfinished.belongs(to: owner)
        state.bodyWanted()
        process()
    }

    private func takeBodyRoom(_ bytes: Int) {
        if unfinished.takeBody(bytes, for: self) { parser.grantBody(bytes) } else { dropBody() }
    }

    /// Counts large parser input with the bodies.
    private func countInput() {
        // While a decision about a body is pending, the handler has its head.
        guard registration != nil, state.phase != .deciding else { return }
        if !unfinished.take(parser.heldBytes, for: self) { dropBody() }
    }

    func dropBody() {
        // The request being answered was complete: only those after it are refused, in turn.
        if state.mayParse, !output.isBlocked {
            state.refused()
            refuse(UnfinishedInput.isFull)
        } else {
            parser.stop(UnfinishedInput.isFull)
            unfinished.release()
        }
    }

    /// The body of the last delivered request is no longer needed, or counted elsewhere.
    func releaseBody() { unfinished.releaseBody(for: self) }

    // MARK: Ends

    func deadlinePassed() {
        if handshaking != nil {
            handshaking = nil
            listener.statistics.shookHands(.timedOut)
            listener.statistics.hit(.headerTimeout)
        }
        if output.isBlocked { return writeTimePassed() }
        if peerHasEnded, state.phase == .responding { return broke() }
        if let stream, let successor = stream.successor {
            stream.timeout = nil
            return successor.timedOut()
        }
        guard let failure = state.timedOut() else { return state.mustClose ? close() : () }
        refuse(failure)
    }

    /// The server stops: requests in flight are finished, an idle connection closes.
    func shutDown() {
        // What the client has sent by now is processed; there are no more turns to wait for.
        while isPaused { resume() }
        if state.phase == .idle, handshaking == nil, registration != nil { read() }
        guard registration != nil else { return }
        state.shutDown()
        if state.mustClose { close() }
        stream?.onShutdown?()
    }

    func broke() {
        state.broke()
        close()
    }

    /// Closes at once, regardless of output.
    func close() {
        guard let registration else { return }
        self.registration = nil
        listener.reactor.deregister(registration)
        transport.close()
        if handshaking != nil { listener.statistics.shookHands(.closed) }
        handshaking = nil
        output.clear()
        stream = nil
        parser.stop()
        unfinished.release()
        listener.wheel.remove(self)
        listener.closed(slot)
        onClose.take()?()
    }
}
