import CLibPQ
import SocketLoop

/// What has come of the result that a connection is receiving.
struct IncomingResult {
    /// Answers that were complete in the piece that was read last.
    var answers = 0
    /// Counts what is read; made when a result comes in several pieces for the first time.
    var input: SocketInput?
    /// The count when it was taken last of this result; `nil` before that.
    var mark: Int?
    /// Pieces of this result since then.
    var pieces = 0
    /// Pieces after which the count is taken.
    var patience = 1
    /// A result that is read only to be thrown away, and how much of it has come since.
    var discarded: (pending: PendingStatement, bytes: Int)?
    /// Nothing is read until the server has been told.
    var isPaused = false
    var wasCancelled = false
    var timer: TimerToken?

    /// No result is awaited next.
    mutating func nothingComes() {
        nothingIsIncomplete()
        discarded = nil
    }

    mutating func nothingIsIncomplete() {
        mark = nil
        pieces = 0
    }

    /// Each count costs a system call, and small pieces are many: the next is due after about
    /// ``uncounted`` bytes, or ``mostPatience`` pieces.
    mutating func adapt(to bytes: Int) {
        patience = min(max(1, Self.uncounted / max(1, bytes / pieces)), Self.mostPatience)
    }

    private static let uncounted = 256 << 10
    private static let mostPatience = 8
}

/// Results are counted while they come in, so that one that is larger than it may be is given up
/// before it fills the memory.
///
/// libpq keeps a result until it is whole. It can hand rows out one by one, but each then costs an
/// object of its own, which is dear for large results; in pieces it does so only from its version
/// 17 on. So the bytes are counted below it (``SocketInput``), and only of results that come in
/// several pieces.
///
/// When there is no room for more, the statement fails at once, nothing more is read, so that the
/// server stops sending, and the server is asked to end it. What it has sent by then is read and
/// thrown away.
extension PipelineConnection {
    /// Milliseconds after which it is looked again whether the cancel request has been delivered.
    private static let cancelGrain = 2

    /// What the socket is watched for.
    var interest: Interest {
        var interest: Interest = incoming.isPaused ? [] : .read
        if wantsWrite { interest.insert(.write) }
        return interest
    }

    /// To be called when a piece has been read.
    func countIncoming() {
        guard phase == .ready, let connection, case .execute(let pending)? = expected.first else {
            return incoming.nothingComes()
        }
        if let discarded = incoming.discarded, discarded.pending !== pending { incoming.discarded = nil }
        // A piece that completed something is mostly that; most results come in one.
        guard incoming.answers == 0 else { return incoming.nothingIsIncomplete() }
        incoming.pieces += 1
        guard incoming.pieces >= incoming.patience else { return }
        if incoming.input == nil { incoming.input = SocketInput(descriptor: PQsocket(connection)) }
        guard let total = incoming.input?.total() else { return }
        defer {
            incoming.mark = total
            incoming.pieces = 0
        }
        guard let mark = incoming.mark, total > mark else { return }
        let bytes = total - mark
        incoming.adapt(to: bytes)
        if let discarded = incoming.discarded {
            incoming.discarded?.bytes += bytes
            if discarded.bytes + bytes > limits.discardedBytes {
                lose(DatabaseFailure(.unavailable, message: "a row of the result is larger than the request's limits"))
            }
        } else if !pending.isWanted || !pending.received(bytes) {
            giveUp(pending)
        }
    }

    /// Nobody waits for the result, or there is no room for more of it.
    private func giveUp(_ pending: PendingStatement) {
        incoming.discarded = (pending, 0)
        incoming.wasCancelled = false
        incoming.isPaused = true
        if let registration { reactor.modify(registration, interest) }
        if pending.isWanted { pool.statistics.resultsGivenUp += 1 }
        // Before anybody hears of it, who would have the statement cancelled as one that nobody
        // waits for.
        tellTheServer()
        // Its answer is the twin's, which runs on.
        if pending.hasTwin, pending.restsOnTwin { return }
        pool.abandon(
            pending,
            .failure(
                DatabaseFailure(.tooLarge, message: "the result was given up when there was no room for more of it")))
    }

    /// Asks the server to end the statement, and reads on when that has been delivered.
    private func tellTheServer() {
        incoming.timer = nil
        guard phase == .ready, let connection else { return }
        guard let pending = incoming.discarded?.pending else { return readOn() }
        if !canceller.isRunning {
            guard !incoming.wasCancelled else { return readOn() }
            guard canceller.cancel(pending.serial, on: connection) else {
                return lose(DatabaseFailure(.unavailable, message: "no cancel request could be sent"))
            }
            incoming.wasCancelled = true
            lastCancelAt = reactor.now
            pool.statistics.cancels += 1
        }
        incoming.timer = reactor.after(milliseconds: Self.cancelGrain) { [unowned self] in tellTheServer() }
    }

    private func readOn() {
        incoming.isPaused = false
        if let registration { reactor.modify(registration, interest) }
    }
}
