extension ConnectionPool {
    /// Events of the connections, and what they reveal about the database.
    public enum Event: Sendable {
        case connected(slot: Int)
        case connectFailed(slot: Int, DatabaseFailure)
        case lost(slot: Int, DatabaseFailure, unanswered: Int)
        /// A statement succeeded only after it was prepared again.
        case tablesChanged
    }
}
