/// Where a connection stands between the requests it reads and the answers it gives: the listener
/// tells it what happened and asks it what may happen next. One request is answered at a time;
/// those that were sent behind it wait.
///
/// ```text
/// idle → reading head → (deciding → reading body) → responding → idle …
///                   ↘ failing ↘ lingering → closed
/// ```
public struct ConnectionState: Sendable, Equatable {
    public enum Phase: Sendable, Equatable {
        /// Nothing of a request has arrived.
        case idle
        case readingHead
        /// A head was handed out whose body has not arrived: whether that is read is the handler's
        /// to say. Meanwhile it waits in the kernel and at its sender.
        case deciding
        case readingBody
        /// A request was handed out and its answer is not written yet.
        case responding
        /// A failure was handed out and its answer is not written yet.
        case failing
        /// The last answer is written and the sending side shut: what still arrives is thrown away
        /// until the peer closes, because a close with unread bytes would destroy the answer on its
        /// way (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    /// Which time-out applies, if any; how long each is, is the listener's.
    public enum Timeout: Sendable, Equatable {
        case none, idle, head, body, linger
    }

    public private(set) var phase = Phase.idle
    /// Whether the connection stays open behind the answer that comes next.
    public private(set) var keepsAlive = true
    private var inputEnded = false
    private var lingered = 0

    /// Bytes thrown away behind the last answer, beyond which the connection closes at once; stands
    /// against a peer that goes on sending a refused upload.
    public static let mostLingerBytes = 1 << 20

    public init() {}

    // MARK: What the listener asks

    /// Whether the socket is to be read. Not while an answer is under way, so that requests pile up
    /// in the kernel and at their sender, not here.
    public var wantsInput: Bool {
        guard !inputEnded else { return false }
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: return true
        case .deciding, .responding, .failing, .closed: return false
        }
    }

    /// Whether ``RequestParser/next()`` may be called: bytes that were read before are the next
    /// request's.
    public var mayParse: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody: true
        case .deciding, .responding, .failing, .lingering, .closed: false
        }
    }

    /// Whether the socket is to be closed now.
    public var mustClose: Bool { phase == .closed }

    public var timeout: Timeout {
        switch phase {
        case .idle: .idle
        case .readingHead: .head
        case .readingBody: .body
        case .lingering: .linger
        case .deciding, .responding, .failing, .closed: .none
        }
    }

    // MARK: What the listener tells

    /// Bytes were read. The answer says whether they are for the parser; otherwise they are to be
    /// thrown away.
    public mutating func received(_ count: Int) -> Bool {
        switch phase {
        case .idle, .readingHead, .deciding, .readingBody, .responding: return true
        case .failing, .closed: return false
        case .lingering:
            lingered += count
            if lingered > Self.mostLingerBytes { phase = .closed }
            return false
        }
    }

    /// The parser said something.
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
            // What is incomplete now will stay so.
            if inputEnded { phase = .closed }
        }
    }

    /// The handler wants the body of the head that it was handed.
    public mutating func bodyWanted() {
        guard phase == .deciding else { return }
        phase = inputEnded ? .closed : .readingBody
    }

    /// The request whose body has not arrived is answered without it: where the next one begins is
    /// not known any more, so that the connection closes behind the answer (RFC 9112, section 9.3).
    public mutating func answeredEarly() {
        guard phase == .deciding || phase == .readingBody else { return }
        phase = .responding
        keepsAlive = false
    }

    /// What arrives now is answered by a failure, as if the parser had found one.
    public mutating func refused() {
        guard mayParse || phase == .deciding else { return }
        phase = .failing
        keepsAlive = false
    }

    /// The answer to the request, or to the failure, was written whole. When ``mayParse`` holds
    /// then, the next request may be buffered already: ``RequestParser/next()`` is to be called
    /// before the socket is read. When the phase is ``Phase/lingering``, the sending side is to be
    /// shut.
    public mutating func responded() {
        guard phase == .responding || phase == .failing else { return }
        if keepsAlive {
            phase = .idle  // even when the peer has shut its side: requests that it sent before are still answered
        } else {
            phase = inputEnded ? .closed : .lingering
        }
    }

    /// The peer will send nothing more. It may still read: a request that was complete is answered.
    public mutating func peerEnded() {
        inputEnded = true
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: phase = .closed
        case .deciding, .responding, .failing, .closed: break
        }
    }

    /// The time-out that ``timeout`` names has passed. The failure, when there is one, is to be
    /// answered; without one the connection just ends.
    public mutating func timedOut() -> HTTPFailure? {
        switch phase {
        case .idle, .lingering:
            phase = .closed
            return nil
        case .readingHead, .readingBody:
            let excess = phase == .readingHead ? HTTPFailure.Excess.headTime : .bodyTime
            refused()
            return HTTPFailure(status: 408, "The request did not arrive in time.", excess: excess)
        case .deciding, .responding, .failing, .closed: return nil
        }
    }

    /// The server stops: an idle connection closes, any other behind its next answer.
    public mutating func shutDown() {
        keepsAlive = false
        if phase == .idle { phase = .closed }
    }

    /// The socket broke.
    public mutating func broke() { phase = .closed }
}
