/// How long the turns of a loop took, counted in numbers that cost nothing.
public struct TurnTimes: Sendable, Equatable {
    /// Nanoseconds above which a turn is too long (10 ms): so long, everybody whom the loop serves
    /// has waited for one request.
    public static let tooLong = 10_000_000

    /// Turns so far.
    public private(set) var turns = 0
    /// Of them those that took more than ``tooLong``.
    public private(set) var longTurns = 0
    /// Nanoseconds of all turns together: what the loop was busy.
    public private(set) var nanoseconds = 0
    /// Nanoseconds of the longest turn since it was last taken.
    public private(set) var longest = 0

    public init() {}

    /// Counts a turn of so many nanoseconds.
    mutating func count(_ duration: Int) {
        turns &+= 1
        nanoseconds &+= duration
        if duration > longest { longest = duration }
        if duration > Self.tooLong { longTurns &+= 1 }
    }

    /// ``longest``, which begins anew.
    mutating func takeLongest() -> Int {
        defer { longest = 0 }
        return longest
    }
}
