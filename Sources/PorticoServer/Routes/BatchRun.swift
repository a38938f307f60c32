import JSONBytes
import PorticoGateway
import SocketLoop

/// The requests of one batch on their way; they run at the same time, and are answered in their
/// order once all of them are.
final class BatchRun {
    /// Bytes of all answers together; the answers that go beyond give way to an error. Stands
    /// against a batch of requests each of which is answered at length.
    static let mostBytes = 64 << 20
    /// Bytes that are copied in one turn of the loop (some milliseconds).
    static let bytesPerTurn = 4 << 20

    private var bodies: [ResponseBuffer?]
    private var tickets: [RequestTicket] = []
    private var open: Int
    private var bytes = 0
    private var observation = RequestObservation()
    private let answers: ByteBudget
    private let nextTurn: (@escaping () -> Void) -> Void
    /// The answer that is copied next, and how much of it was.
    private var copied = (bodies: 0, bytes: 0)
    private let completion: (ResponseBuffer, RequestObservation) -> Void

    /// - Parameters:
    ///   - answers: What the array counts in.
    ///   - nextTurn: Calls back in the loop's next turn.
    ///   - completion: Called once, with the JSON array of all answers.
    init(
        count: Int, answers: ByteBudget, nextTurn: @escaping (@escaping () -> Void) -> Void,
        completion: @escaping (ResponseBuffer, RequestObservation) -> Void
    ) {
        bodies = Array(repeating: nil, count: count)
        open = count
        self.answers = answers
        self.nextTurn = nextTurn
        self.completion = completion
    }

    func started(_ ticket: RequestTicket) { tickets.append(ticket) }

    /// Nobody waits any more: what is under way is given back to be called off.
    func abandon() -> [RequestTicket] {
        open = 0
        bodies = []
        return tickets
    }

    func answered(_ index: Int, _ body: ResponseBuffer, _ part: RequestObservation? = nil) {
        guard open > 0, bodies[index] == nil else { return }
        var body = body
        if bytes + body.count > Self.mostBytes {
            body = Exchange.errorBody(
                .limitExceeded, "The answers of the batch exceed \(Self.mostBytes) bytes. Send its requests one by one."
            )
        }
        bytes += body.count
        bodies[index] = body
        if let part { add(part) }
        open -= 1
        if open == 0 { finish() }
    }

    private func add(_ part: RequestObservation) {
        observation.loads += part.loads
        observation.statements += part.statements
        observation.rows += part.rows
        observation.failures += part.failures
        observation.outage = observation.outage ?? part.outage
        observation.isSlow = observation.isSlow || part.isSlow
        if let loads = part.loadMeasurements {
            observation.loadMeasurements = (observation.loadMeasurements ?? []) + loads
        }
        observation.stages.total = max(observation.stages.total, part.stages.total)
    }

    private func finish() {
        let reservation = ByteReservation(answers)
        guard reservation.grow(by: bytes + bodies.count + 2) else {
            bodies = []
            return completion(
                Exchange.errorBody(
                    .unavailable, "Too many answers wait for their clients at the moment. Try again shortly."),
                observation)
        }
        let whole = ResponseBuffer(capacity: bytes + bodies.count + 2)
        whole.reservation = reservation
        whole.append("[")
        copy(to: whole)
    }

    private func copy(to whole: ResponseBuffer) {
        var left = Self.bytesPerTurn
        while copied.bodies < bodies.count {
            if left == 0 { return nextTurn { [self] in copy(to: whole) } }
            if let body = bodies[copied.bodies] {
                let count = min(body.count - copied.bytes, left)
                body.withUnsafeBytes {
                    whole.append(UnsafeRawBufferPointer(rebasing: $0[copied.bytes..<copied.bytes + count]))
                }
                copied.bytes += count
                left -= count
                if copied.bytes < body.count { continue }
            }
            // Each goes as soon as it is copied.
            bodies[copied.bodies] = nil
            copied = (copied.bodies + 1, 0)
            if copied.bodies < bodies.count { whole.append(UInt8(ascii: ",")) }
        }
        guard !bodies.isEmpty else { return }
        whole.append("]")
        bodies = []
        completion(whole, observation)
    }
}
