/// How much one call of `portico bench` may ask for. Each stands against a slip of the finger that
/// would keep the machine busy for days, or fill its memory.
enum BenchLimits {
    /// Workloads of one folder.
    static let workloads = 100
    /// Sets of variables of one workload, and lines of its list of users.
    static let turns = 10_000
    /// Numbers of connections that one call measures one after the other.
    static let steps = 16
    /// Connections to one gateway, or requests in flight of an embedded one.
    static let connections = 1_024
    /// Seconds that one measurement may take.
    static let seconds = 600.0
    /// Seconds of warming up before the first round.
    static let warmup = 60.0
    static let rounds = 100
    /// Seconds that all measurements of one call take together, half a day.
    static let totalSeconds = 43_200.0
    /// Answers of one workload that are looked at before it is measured.
    static let checkedAnswers = 100
    /// Values of an answer that is compared with that of the other gateway.
    static let checkedValues = 10_000_000

    /// Bytes of the head of an answer.
    static let headBytes = 16 << 10
    /// Bytes of the body of an answer; the gateway's own limit is an eighth of it.
    static let bodyBytes = 256 << 20
    /// Seconds until a gateway accepts a connection.
    static let connectSeconds = 5
    /// Milliseconds until a gateway has answered. Above the gateway's own time-out, so that its
    /// refusal comes first.
    static let answerMilliseconds = 60_000
    /// Connections that are lost one after the other without an answer between them, after which
    /// the gateway is taken for gone.
    static let lossesInARow = 20
    /// Characters of an answer that a message shows.
    static let shownCharacters = 200
}
