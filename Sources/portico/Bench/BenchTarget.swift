/// A gateway that is measured: one request is made again as soon as another is answered, so many of
/// them at a time.
protocol BenchTarget: AnyObject {
    /// What it is called in the table.
    var name: String { get }

    /// One request by itself. A failure to be answered at all is thrown.
    func ask(_ workload: BenchWorkload, turn: Int) throws(CommandFailure) -> BenchAnswer

    /// Keeps so many requests under way for so many seconds, and waits for the last answers, which
    /// count too.
    func load(_ workload: BenchWorkload, inFlight: Int, seconds: Double) throws(CommandFailure) -> BenchCounts

    /// Statements that it has sent to PostgreSQL so far; `nil` where that is not known.
    func statementsSent() -> Int?

    /// Nanoseconds of processors that it has used so far; `nil` where that is not known.
    func gatewayCPU() -> Int?
}
