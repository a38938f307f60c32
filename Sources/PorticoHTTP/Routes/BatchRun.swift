import JSONBytes
import PorticoGateway
import SocketLoop

/// The requests of a batch: run concurrently, answered in their order when all have finished.
final class BatchRun {
    /// Bytes of all answers together; an error replaces each answer that exceeds it. Guards against
    /// a batch of requests with long answers.
    static let mostBytes = 64 << 20
    /// Bytes copied per turn of the loop (some milliseconds).
    static let bytesPerTurn = 4 << 20

    private var bodies: [ResponseBuffer?]
    private var handles: [RequestHandle] = []
    private var open: Int
    private var bytes = 0
    private var observation = RequestObservation()
    private let answers: ByteBudget
    private let nextTurn: (@escaping () -> Void) -> Void
    /// The next answer to copy, and its bytes copied so far.
    private var copied = (bodies: 0, bytes: 0)
    private let completion: (ResponseBuffer, RequestObservation) -> Void

    /// - Parameters:
    ///   - answers: The budget in which the array counts.
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

    func started(_ handle: RequestHandle) { handles.append(handle) }

    /// The client has left. Returns the requests in progress, to be cancelled.
    func abandon() -> [RequestHandle] {
        open = 0
        bodies = []
        return handles
    }

    func answered(_ index: Int, _ body: ResponseBuffer, _ part: RequestObservation? = nil) {
        guard open > 0, bodies[index] == nil else { return }
        var body = body
        if bytes + body.count > Self.mostBytes {
            body = ClientErrors(
                .limitExceeded, "The answers of the batch exceed \(Self.mostBytes) bytes. Send its requests one by one."
            ).response()
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
                ClientErrors(
                    .unavailable, "Too many answers wait for their clients at the moment. Try again shortly."
                ).response(),
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
            // Each is released as soon as it is copied.
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
