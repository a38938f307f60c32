/// The words by which a transaction begins, and what an error in it does to its other statements.
public struct TransactionMode: Sendable, Equatable {
    /// One statement, such as `BEGIN`.
    let begin: String
    /// A statement that fails leaves the others their answers: a savepoint stands before the first
    /// one, and an error goes back to it. Only for transactions that read, since going back takes
    /// back.
    let keepsErrorsApart: Bool

    /// All statements see the database as it was when the first of them began.
    public static let snapshot = TransactionMode(
        begin: "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", keepsErrorsApart: true)
}
