import PostgresSQL

/// What the executor runs statements by: the gateway gives it the pool, a test gives it a script.
public protocol StatementRunner: AnyObject {
    /// Calls `completion` exactly once, unless the execution that asked is abandoned first. `meter`
    /// is asked while a large result comes in; where it refuses, the statement fails with
    /// ``LoadFailure/Kind/tooLarge``.
    func run(
        _ statement: Statement, _ parameters: [ParameterValue], meter: any ResultMeter,
        completion: @escaping (Result<any RowSource, LoadFailure>) -> Void)

    /// Called once, when it is certain that the execution sends no more statements: what it has
    /// sent need not be answered yet.
    func sentAll()
}

extension StatementRunner {
    public func sentAll() {}
}

/// Why a load brought no rows.
public struct LoadFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The transaction under the load has ended before its time: the whole request may be
        /// started again.
        case interrupted
        /// No database within reach: the whole request fails.
        case unavailable
        /// Past the deadline: the whole request fails.
        case timeout
        /// PostgreSQL has ended the statement before the deadline: the whole request fails.
        case ended
        /// Its result was given up, since there was no room for more of it: the whole request
        /// fails.
        case tooLarge
        /// PostgreSQL refused the statement, or its rows are not what the plan says: the field
        /// fails, the rest of the answer stands.
        case refused
    }

    public var kind: Kind
    /// For the operator's log; never for a client.
    public var detail: String

    public init(_ kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
