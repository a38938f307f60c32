extension ConnectionPool {
    /// What happened to the connections, and what they have shown of the database.
    public enum Event: Sendable {
        case connected(slot: Int)
        case connectFailed(slot: Int, DatabaseFailure)
        case lost(slot: Int, DatabaseFailure, unanswered: Int)
        /// A statement works that did not as it was prepared before.
        case tablesChanged
    }
}
