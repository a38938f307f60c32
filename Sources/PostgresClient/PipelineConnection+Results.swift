import CLibPQ
import SocketLoop

/// The state of the result that a connection is receiving.
struct IncomingResult {
    /// Results completed by the last read.
    var answers = 0
    /// Counts the bytes read; created when a result first arrives in several pieces.
    var input: SocketInput?
    /// The last count for this result; `nil` before the first.
    var mark: Int?
    /// Pieces of this result since then.
    var pieces = 0
    /// Pieces after which the bytes are counted.
    var patience = 1
    /// A result that is read only to be discarded, and its bytes since then.
    var discarded: (pending: PendingStatement, bytes: Int)?
    /// Reading is paused until the server has been notified.
    var isPaused = false
    var wasCancelled = false
    var timer: TimerToken?

    /// No result is expected next.
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

/// Counts results while they arrive, to discard excessive ones before they fill memory.
///
/// libpq keeps a result until it is complete. It can deliver single rows, but each then costs an
/// object, which is expensive for large results; chunks need version 17. So the bytes are counted
/// below libpq (``SocketInput``), and only for results that arrive in several pieces.
///
/// When there is no more room, the statement fails at once, reading pauses so that the server stops
/// sending, and the server is asked to cancel the statement. What was sent by then is discarded.
extension PipelineConnection {
    /// Milliseconds between checks whether the cancel request has been delivered.
    private static let cancelGrain = 2

    /// The events that the socket is watched for.
    var interest: Interest {
        var interest: Interest = incoming.isPaused ? [] : .read
        if wantsWrite { interest.insert(.write) }
        return interest
    }

    /// Call after each read.
    func countIncoming() {
        guard phase == .ready, let connection, case .execute(let pending)? = expected.first else {
            return incoming.nothingComes()
        }
        if let discarded = incoming.discarded, discarded.pending !== pending { incoming.discarded = nil }
        // A read that completed something is mostly that; most results come in one.
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

    /// The result is no longer wanted, or there is no room for more of it.
    private func giveUp(_ pending: PendingStatement) {
        incoming.discarded = (pending, 0)
        incoming.wasCancelled = false
        incoming.isPaused = true
        if let registration { reactor.modify(registration, interest) }
        if pending.isWanted { pool.statistics.resultsGivenUp += 1 }
        // Before the callback, which could otherwise cancel the statement as an abandoned one.
        tellTheServer()
        // Its twin continues and answers it.
        if pending.hasTwin, pending.restsOnTwin { return }
        pool.abandon(
            pending,
            .failure(
                DatabaseFailure(.tooLarge, message: "the result was given up when there was no room for more of it")))
    }

    /// Asks the server to cancel the statement, and resumes reading when that has been delivered.
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
