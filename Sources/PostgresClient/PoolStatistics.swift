/// Counts of what a pool has done, for metrics and tests.
public struct PoolStatistics: Sendable, Equatable {
    /// Accepted statements.
    public var submitted = 0
    /// Sent statements, including repeats.
    public var sent = 0
    /// Batches that ended with a synchronisation point; libpq 15 makes a system call for each.
    public var syncs = 0
    /// Turns in which a connection had something to send.
    public var flushes = 0
    /// Statements that had to be prepared first.
    public var prepared = 0
    /// Statements that their connection had already prepared.
    public var preparedHits = 0
    /// Evicted prepared statements.
    public var deallocated = 0
    /// Statements sent again because a neighbour failed, a prepared statement was gone, or a
    /// cancellation hit the wrong one.
    public var resent = 0
    /// Statements moved to another connection because theirs was lost.
    public var moved = 0
    /// Statements that were merged with others.
    public var merged = 0
    /// Statements that were repeated by themselves because the merged one failed.
    public var runApart = 0
    /// How often a connection counted as full because of an old statement or transaction.
    public var held = 0
    /// Statements run a second time on another connection, because they followed a slow one.
    public var rerun = 0
    /// Connections that were taken back from slow keys, since others waited.
    public var relieved = 0
    /// Results that were discarded while they arrived, because they exceeded their limit.
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
    /// Statements that waited for a connection before being sent, and their total milliseconds.
    public var waits = 0
    public var waitMilliseconds = 0

    public init() {}
}
