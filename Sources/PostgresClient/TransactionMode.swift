/// How a transaction begins, and how an error affects its other statements.
public struct TransactionMode: Sendable, Equatable {
    /// One statement, such as `BEGIN`.
    let begin: String
    /// Whether a failing statement leaves the others' results intact: an error rolls back to a
    /// savepoint before the first one. Only for read-only transactions, since it undoes changes.
    let keepsErrorsApart: Bool

    /// All statements see the snapshot of the first one.
    public static let snapshot = TransactionMode(
        begin: "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", keepsErrorsApart: true)
}

public enum TransactionOutcome: Sendable {
    case committed
    case rolledBack(DatabaseFailure)
    /// COMMIT was sent, but its response was lost.
    case unknown(DatabaseFailure)
}
