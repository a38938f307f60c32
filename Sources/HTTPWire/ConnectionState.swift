/// The state of a connection between reading requests and writing answers: the listener reports
/// events and asks what may happen next. One request is answered at a time; pipelined ones wait.
///
/// ```text
/// idle → reading head → (deciding → reading body) → responding → idle …
///                   ↘ failing ↘ lingering → closed    ↘ upgraded → lingering → closed
/// ```
public struct ConnectionState: Sendable, Equatable {
    public enum Phase: Sendable, Equatable {
        /// Nothing of a request has arrived.
        case idle
        case readingHead
        /// A head was delivered whose body has not arrived: the handler decides whether to read it.
        /// Meanwhile it waits in the kernel and at its sender.
        case deciding
        case readingBody
        /// A request was delivered and its answer is not yet written.
        case responding
        /// A failure was delivered and its answer is not yet written.
        case failing
        /// The connection has switched to another protocol for good.
        case upgraded
        /// The last answer is written and the sending side shut down: further input is discarded
        /// until the peer closes, because closing with unread bytes would destroy the answer in
        /// transit (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    /// The applicable time-out, if any; the listener knows the durations.
    public enum Timeout: Sendable, Equatable {
        case none, idle, head, body, linger
    }

    public private(set) var phase = Phase.idle
    /// Whether the connection stays open after the next answer.
    public private(set) var keepsAlive = true
    private var inputEnded = false
    private var lingered = 0

    /// Bytes discarded after the last answer, beyond which the connection closes at once. Guards
    /// against a peer that keeps sending a refused upload.
    public static let mostLingerBytes = 1 << 20

    public init() {}

    // MARK: What the listener asks

    /// Whether to read the socket. Not while an answer is in progress, so that requests queue in
    /// the kernel and at their sender.
    public var wantsInput: Bool {
        guard !inputEnded else { return false }
        switch phase {
        case .idle, .readingHead, .readingBody, .upgraded, .lingering: return true
        case .deciding, .responding, .failing, .closed: return false
        }
    }

    /// Whether ``RequestParser/next()`` may be called: buffered bytes belong to the next request.
    public var mayParse: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody: true
        case .deciding, .responding, .failing, .upgraded, .lingering, .closed: false
        }
    }

    /// Whether to close the socket now.
    public var mustClose: Bool { phase == .closed }

    public var timeout: Timeout {
        switch phase {
        case .idle: .idle
        case .readingHead: .head
        case .readingBody: .body
        case .lingering: .linger
        case .deciding, .responding, .failing, .upgraded, .closed: .none
        }
    }

    // MARK: What the listener tells

    /// Bytes were read. Returns whether they are for the parser, or for the protocol after an
    /// upgrade; otherwise they are to be discarded.
    public mutating func received(_ count: Int) -> Bool {
        switch phase {
        case .idle, .readingHead, .deciding, .readingBody, .responding, .upgraded: return true
        case .failing, .closed: return false
        case .lingering:
            lingered += count
            if lingered > Self.mostLingerBytes { phase = .closed }
            return false
        }
    }

    /// The parser returned an event.
    public mutating func parsed(_ event: RequestParser.Event, progress: RequestParser.Progress) {
        guard mayParse else { return }
        switch event {
        case .head(let head):
            phase = .deciding
            if !head.keepAlive { keepsAlive = false }
        case .request(let request):
            phase = .responding
            if !request.keepAlive { keepsAlive = false }
        case .failed: refused()
        case .needMore, .expectContinue, .needBodyRoom:
            switch progress {
            case .betweenRequests: phase = keepsAlive ? .idle : .closed
            case .inHead: phase = .readingHead
            case .inBody: phase = .readingBody
            case .failed: phase = .failing
            }
            // An incomplete request will stay so.
            if inputEnded { phase = .closed }
        }
    }

    /// The handler wants the body of the delivered head.
    public mutating func bodyWanted() {
        guard phase == .deciding else { return }
        phase = inputEnded ? .closed : .readingBody
    }

    /// The request was answered before its body arrived. The beginning of the next request is then
    /// unknown, so the connection closes after the answer (RFC 9112, section 9.3).
    public mutating func answeredEarly() {
        guard phase == .deciding || phase == .readingBody else { return }
        phase = .responding
        keepsAlive = false
    }

    /// The end of the connection ends the answer.
    public mutating func endsByClosing() { if phase == .responding { keepsAlive = false } }

    /// The request was answered by an upgrade; ``responded()`` ends the other protocol.
    public mutating func upgraded() {
        guard phase == .responding else { return }
        phase = .upgraded
        keepsAlive = false
    }

    /// The current request is answered by a failure, as if from the parser.
    public mutating func refused() {
        guard mayParse || phase == .deciding else { return }
        phase = .failing
        keepsAlive = false
    }

    /// The answer to the request or failure was written completely. If ``mayParse`` holds then, the
    /// next request may already be buffered: call ``RequestParser/next()`` before reading the
    /// socket. If the phase is ``Phase/lingering``, shut down the sending side.
    public mutating func responded() {
        guard phase == .responding || phase == .failing || phase == .upgraded else { return }
        if keepsAlive {
            phase = .idle  // even when the peer has shut its side: requests that it sent before are still answered
        } else {
            phase = inputEnded ? .closed : .lingering
        }
    }

    /// The peer will send nothing more. It may still read: a complete request is answered.
    public mutating func peerEnded() {
        inputEnded = true
        switch phase {
        case .idle, .readingHead, .readingBody, .upgraded, .lingering: phase = .closed
        case .deciding, .responding, .failing, .closed: break
        }
    }

    /// The time-out in ``timeout`` has passed. Returns the failure to answer, if any.
    public mutating func timedOut() -> HTTPFailure? {
        switch phase {
        case .idle, .lingering:
            phase = .closed
            return nil
        case .readingHead, .readingBody:
            let excess = phase == .readingHead ? HTTPFailure.Excess.headTime : .bodyTime
            refused()
            return HTTPFailure(status: 408, "The request did not arrive in time.", excess: excess)
        case .deciding, .responding, .failing, .upgraded, .closed: return nil
        }
    }

    /// The server stops: an idle connection closes at once, any other after its next answer.
    public mutating func shutDown() {
        keepsAlive = false
        if phase == .idle { phase = .closed }
    }

    /// The socket failed.
    public mutating func broke() { phase = .closed }
}
