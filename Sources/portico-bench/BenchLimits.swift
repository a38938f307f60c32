/// Limits of one call of `portico-bench`. Each guards against a typing error that would keep the
/// machine busy for days, or fill its memory.
enum BenchLimits {
    /// Workloads of one folder.
    static let workloads = 100
    /// Sets of variables of one workload, and lines of its list of users.
    static let turns = 10_000
    /// Numbers of connections that one call measures in sequence.
    static let steps = 16
    /// Connections to one gateway, or requests in flight of an embedded one.
    static let connections = 1_024
    /// Seconds of one measurement.
    static let seconds = 600.0
    /// Seconds of warming up before the first round.
    static let warmup = 60.0
    static let rounds = 100
    /// Seconds of all measurements of one call, half a day.
    static let totalSeconds = 43_200.0
    /// Answers of one workload that are checked before measuring.
    static let checkedAnswers = 100
    /// Values of an answer that is compared with the other gateway's.
    static let checkedValues = 10_000_000

    /// Bytes of the head of an answer.
    static let headBytes = 16 << 10
    /// Bytes of the body of an answer; the gateway's own limit is an eighth of it.
    static let bodyBytes = 256 << 20
    /// Seconds until a gateway accepts a connection.
    static let connectSeconds = 5
    /// Milliseconds until a gateway has answered; longer than its own time-out.
    static let answerMilliseconds = 60_000
    /// Consecutive lost connections without an answer, after which the gateway counts as gone.
    static let lossesInARow = 20
    /// Characters of an answer that a message shows.
    static let shownCharacters = 200
}
