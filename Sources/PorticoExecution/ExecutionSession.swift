import PostgresSQL

/// Runs the statements of one execution: the gateway passes the pool, a test a script. It begins
/// with the first statement and finishes with an outcome.
public protocol ExecutionSession: AnyObject {
    /// Calls `completion` exactly once, unless the execution is abandoned first. `meter` is
    /// consulted while a large result arrives; if it refuses, the statement fails with
    /// ``LoadFailure/Kind/tooLarge``.
    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void)

    /// Called once, when the execution will send no more statements; those in flight need not have
    /// completed. Calls `completion` exactly once, possibly within this call, when the outcome is
    /// known; no answer is sent before.
    func finish(completion: @escaping (SessionOutcome) -> Void)

    /// Whether it has an outcome of its own. Where each statement is committed by itself there is
    /// none to wait for, and ``finish(completion:)`` is not called.
    var isTransaction: Bool { get }

    /// Cancels what still runs; harmless after the session is over.
    func cancel()
}

/// The outcome of a session's statements.
public enum SessionOutcome: Sendable, Equatable {
    case committed
    case rolledBack(LoadFailure)
    /// COMMIT was sent, but its response was lost.
    case unknown(LoadFailure)
}

/// Why a load brought no rows.
public struct LoadFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The transaction ended prematurely: the whole request may be restarted.
        case interrupted
        /// No database is reachable: the whole request fails.
        case unavailable
        /// The deadline passed: the whole request fails.
        case timeout
        /// PostgreSQL ended the statement before the deadline: the whole request fails.
        case ended
        /// The result was discarded because there was no room for it: the whole request fails.
        case tooLarge
        /// The write was rolled back: the whole request fails.
        case undone
        /// It is unknown whether the write was committed: the whole request fails.
        case unknown
        /// PostgreSQL refused the statement, or its rows do not match the plan: the field fails,
        /// the rest of the answer is kept.
        case refused
    }

    public var kind: Kind
    /// For the operator's log only.
    public var detail: String

    public init(_ kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
