/// A quota per turn of the loop; the rest waits for the next turn.
struct TurnRation {
    private let most: Int
    private var turn = 0
    private var count = 0

    init(_ most: Int) { self.most = most }

    /// Takes one.
    /// - Returns: false if none is left in this turn.
    mutating func take(in turn: Int) -> Bool {
        if turn != self.turn { (self.turn, count) = (turn, 0) }
        guard count < most else { return false }
        count += 1
        return true
    }
}
