import CLibPQ

/// Cancellation of abandoned statements.
extension PipelineConnection {
    // MARK: Giving up

    /// The statements in flight.
    ///
    /// The results of the server's current batch come together: any of its statements may run.
    func forEachInFlight(_ body: (PendingStatement, _ isInHeadBatch: Bool) -> Void) {
        for pending in skipped { body(pending, true) }
        var isInHeadBatch = true
        for position in 0..<expected.count {
            switch expected[position] {
            case .execute(let pending): body(pending, isInHeadBatch)
            case .sync: isInHeadBatch = false
            case .control, .settings, .prepare, .deallocate: continue
            }
        }
    }

    /// Asks the server to cancel the running statement if it is abandoned and has run for a while.
    /// - Returns: false if no abandoned statement is in flight.
    func cancelAbandoned() -> Bool {
        guard phase == .ready, let connection else { return false }
        var hasAbandoned = transaction?.isAbandoned == true
        forEachInFlight { pending, _ in if !pending.isWanted { hasAbandoned = true } }
        guard hasAbandoned else {
            isBeingCleared = false
            return false
        }
        let now = reactor.now, running = now - headSince
        guard let (pending, isShared) = abandonedInHeadBatch() else {
            if transaction?.isAbandoned == true, batchesInFlight > 0, running >= limits.stuckAfter {
                lose(
                    DatabaseFailure(
                        .unavailable, message: "the server has not ended a transaction within \(running) ms"))
            }
            return true
        }
        if !isShared, running >= limits.stuckAfter {
            lose(DatabaseFailure(.unavailable, message: "the server has not answered for \(running) ms"))
        } else if mayCancel(pending, isShared: isShared, running: running),
            canceller.cancel(pending.serial, on: connection)
        {
            lastCancelAt = now
            lastCancelled = pending.serial
            pool.statistics.cancels += 1
        }
        return true
    }

    private func mayCancel(_ pending: PendingStatement, isShared: Bool, running: Int) -> Bool {
        if isBeingCleared, !isShared, pending.serial != lastCancelled { return true }
        return running >= (isShared ? limits.sharedCancelGrace : limits.cancelGrace)
            && reactor.now - lastCancelAt >= limits.cancelInterval
    }

    /// The first abandoned statement of the server's current batch, if the batch was sent
    /// completely, and whether a live statement precedes it.
    ///
    /// An overtaken statement counts only if the rest of the batch is abandoned: it is most likely
    /// fast, and another one is running.
    private func abandonedInHeadBatch() -> (PendingStatement, isShared: Bool)? {
        guard batchesInFlight > 0 else { return nil }
        var isShared = false, overtaken: PendingStatement?
        for position in 0..<expected.count {
            switch expected[position] {
            case .sync: return isShared ? nil : overtaken.map { ($0, false) }
            case .execute(let pending):
                if pending.isWanted {
                    isShared = true
                } else if pending.wasOvertaken {
                    overtaken = overtaken ?? pending
                } else {
                    return (pending, isShared)
                }
            case .control, .settings, .prepare, .deallocate: continue
            }
        }
        return nil
    }
}
