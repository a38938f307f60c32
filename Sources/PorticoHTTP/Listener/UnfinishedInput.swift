import HTTPWire

/// What one connection holds of incomplete requests, as counted in the worker's budget of bodies: a
/// body that arrives in pieces, and the heads and pipelined requests in its parser.
///
/// An object, since the budget may make its holder drop it within a call.
final class UnfinishedInput {
    /// Bytes of parser input that are not counted: a typical head, and a little more; few enough to
    /// allow for all connections together.
    static let uncounted = 2 << 10

    /// The answer to a request that is dropped for others.
    static let isFull = HTTPFailure(
        status: 503, "Too many requests are arriving in pieces at the moment. Try again shortly.", excess: .bodies,
        retryAfter: 1)

    private let budget: BodyBudget
    // Exclusivity is not checked at run time: nothing is called while one of these is modified.

    /// The owner that is charged.
    @exclusivity(unchecked) private(set) var owner: BodyOwner
    @exclusivity(unchecked) private var place: BodyBudget.Place?
    @exclusivity(unchecked) private var body = 0
    @exclusivity(unchecked) private var waiting = 0

    init(_ budget: BodyBudget, owner: BodyOwner) {
        self.budget = budget
        self.owner = owner
    }

    /// Changes the owner of further input, and of waiting input once it is counted again.
    func belongs(to owner: BodyOwner) {
        guard owner != self.owner else { return }
        self.owner = owner
        release()
    }

    // MARK: A body

    /// Whether an arriving body is counted.
    var hasBody: Bool { body > 0 }

    /// Sets the bytes that the body needs in all.
    /// - Returns: false if they do not fit; the request is then to be refused.
    func takeBody(_ bytes: Int, for holder: any BodyHolder) -> Bool {
        body = bytes
        return count(for: holder)
    }

    /// Further bytes of the body have arrived.
    func bodyProgressed() { if let place { budget.progressed(place) } }

    /// The body is complete and can no longer be dropped.
    func bodyCompleted() { if hasBody, let place { budget.completed(place) } }

    func releaseBody(for holder: any BodyHolder) {
        guard hasBody else { return }
        body = 0
        close()
        // If it no longer fits, it is checked again when more is read.
        if !count(for: holder) { waiting = -1 }
    }

    // MARK: What waits

    /// Sets the bytes that wait in the parser.
    /// - Returns: false if they do not fit.
    func take(_ bytes: Int, for holder: any BodyHolder) -> Bool {
        let counted = max(0, bytes - Self.uncounted)
        if counted == waiting { return true }
        waiting = counted
        return count(for: holder)
    }

    /// Releases everything.
    func release() {
        (body, waiting) = (0, 0)
        close()
    }

    // MARK: Counting

    private func count(for holder: any BodyHolder) -> Bool {
        let bytes = body + max(0, waiting)
        guard bytes > 0 else {
            close()
            return true
        }
        let place = place ?? budget.open(owner, holder)
        self.place = place
        return budget.resize(place, to: bytes)
    }

    private func close() { if let place = place.take() { budget.close(place) } }
}
