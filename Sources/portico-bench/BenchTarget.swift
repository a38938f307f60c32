import PorticoProject

/// A measured gateway with a fixed number of requests in flight: each answer triggers another.
protocol BenchTarget: AnyObject {
    /// Its name in the table.
    var name: String { get }

    /// A single request. Throws if it is not answered at all.
    func ask(_ workload: BenchWorkload, turn: Int) throws(CommandFailure) -> BenchAnswer

    /// Keeps so many requests in flight for so many seconds; the last answers count too.
    func load(_ workload: BenchWorkload, inFlight: Int, seconds: Double) throws(CommandFailure) -> BenchCounts

    /// Statements sent to PostgreSQL so far; `nil` if unknown.
    func statementsSent() -> Int?

    /// Nanoseconds of processor time used so far; `nil` if unknown.
    func gatewayCPU() -> Int?
}
