/// What a pool has done so far; for metrics, and for tests that count.
public struct PoolStatistics: Sendable, Equatable {
    /// Statements that were accepted from callers.
    public var submitted = 0
    /// Statements that were sent, counting those that were sent again.
    public var sent = 0
    /// Batches that ended with a synchronisation point; libpq 15 makes a system call for each.
    public var syncs = 0
    /// Turns in which a connection had something to send.
    public var flushes = 0
    /// Statements that had to be prepared first.
    public var prepared = 0
    /// Statements that their connection had prepared already.
    public var preparedHits = 0
    /// Prepared statements that gave way to others.
    public var deallocated = 0
    /// Statements sent again because a neighbour failed, a prepared statement was gone, or a
    /// cancellation hit the wrong one.
    public var resent = 0
    /// Statements moved to another connection because theirs was lost.
    public var moved = 0
    /// Statements that were run together with others of their like.
    public var merged = 0
    /// Statements that had been run together with others, and were run again by themselves because
    /// the whole failed.
    public var runApart = 0
    /// How often a connection was treated as full because of a statement, or a transaction, that
    /// had run for too long.
    public var held = 0
    /// Statements that were run a second time on another connection, since they stood behind a slow
    /// one.
    public var rerun = 0
    /// Connections that were taken back from slow keys, since others waited.
    public var relieved = 0
    /// Results that were given up while they came in, since they were larger than they may be.
    public var resultsGivenUp = 0
    /// Cancel requests that were sent to the server.
    public var cancels = 0
    public var connectAttempts = 0
    public var connects = 0
    public var connectionsLost = 0
    /// Connections that were lent to a transaction.
    public var lent = 0
    /// Transactions that were ended with ROLLBACK.
    public var rolledBack = 0
    /// Transactions that lost their connection, or could not begin on it.
    public var interrupted = 0
    /// Statements that were refused, because the database was down or too many waited.
    public var refused = 0
    /// Statements whose deadline passed.
    public var timedOut = 0
    /// Statements that waited for a place on a connection and were then sent, and the milliseconds
    /// that they waited together.
    public var waits = 0
    public var waitMilliseconds = 0

    public init() {}
}
