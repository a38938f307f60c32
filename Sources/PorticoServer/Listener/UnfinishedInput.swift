/// What one connection holds of requests that are not whole, as the worker's budget of bodies
/// counts it: a body that arrives in pieces, and the heads and pipelined requests that wait in its
/// parser.
///
/// It is an object, since the budget may have its holder drop it within a call.
final class UnfinishedInput {
    /// Bytes of what waits that are not counted: a head as clients send it, and a little more. So
    /// few that all connections together may have them.
    static let uncounted = 2 << 10

    private let budget: BodyBudget
    // Exclusivity is not checked at run time: nobody is called while one of these is being changed.

    /// Who is held responsible.
    @exclusivity(unchecked) private(set) var owner: BodyOwner
    @exclusivity(unchecked) private var place: BodyBudget.Place?
    @exclusivity(unchecked) private var body = 0
    @exclusivity(unchecked) private var waiting = 0

    init(_ budget: BodyBudget, owner: BodyOwner) {
        self.budget = budget
        self.owner = owner
    }

    /// What comes is this owner's, and what waits once it is counted again.
    func belongs(to owner: BodyOwner) {
        guard owner != self.owner else { return }
        self.owner = owner
        release()
    }

    // MARK: A body

    /// Whether a body that arrives is counted.
    var hasBody: Bool { body > 0 }

    /// The body needs so many bytes in all.
    /// - Returns: false where they do not fit; the request is then to be refused.
    func takeBody(_ bytes: Int, for holder: any BodyHolder) -> Bool {
        body = bytes
        return count(for: holder)
    }

    /// Further bytes of the body have come.
    func bodyProgressed() { if let place { budget.progressed(place) } }

    /// The body is whole: it gives way to nobody any more.
    func bodyCompleted() { if hasBody, let place { budget.completed(place) } }

    func releaseBody(for holder: any BodyHolder) {
        guard hasBody else { return }
        body = 0
        close()
        // Where it does not fit any more, it is looked at again when more is read.
        if !count(for: holder) { waiting = -1 }
    }

    // MARK: What waits

    /// So many bytes wait in the parser.
    /// - Returns: false where they do not fit.
    func take(_ bytes: Int, for holder: any BodyHolder) -> Bool {
        let counted = max(0, bytes - Self.uncounted)
        if counted == waiting { return true }
        waiting = counted
        return count(for: holder)
    }

    /// Nothing is held any more.
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
