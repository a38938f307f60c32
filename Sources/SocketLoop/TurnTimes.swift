/// Durations of a loop's turns, as cheap counters.
public struct TurnTimes: Sendable, Equatable {
    /// Nanoseconds above which a turn is too long (10 ms) for everything else on the loop.
    public static let tooLong = 10_000_000

    public private(set) var turns = 0
    /// Turns longer than ``tooLong``.
    public private(set) var longTurns = 0
    /// Nanoseconds of all turns: the loop's busy time.
    public private(set) var nanoseconds = 0
    /// Nanoseconds of the longest turn since it was last taken.
    public private(set) var longest = 0

    public init() {}

    /// Counts a turn of the given nanoseconds.
    mutating func count(_ duration: Int) {
        turns &+= 1
        nanoseconds &+= duration
        if duration > longest { longest = duration }
        if duration > Self.tooLong { longTurns &+= 1 }
    }

    /// Returns and resets ``longest``.
    mutating func takeLongest() -> Int {
        defer { longest = 0 }
        return longest
    }
}
