import PorticoExecution

/// Runs the statements of one request on the worker's pool, and can be called off.
protocol RequestRunner: StatementRunner {
    /// Cancels what still runs; finished statements are not touched.
    func cancel()
}

/// Which moments of the database the loads of one request see.
public enum Consistency: String, Sendable, CaseIterable {
    /// Each statement the moment at which it begins.
    case statement
    /// All the same moment, that of the first.
    case request
}
