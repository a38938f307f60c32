import CLibPQ

/// What happens to statements that nobody waits for any more.
extension PipelineConnection {
    // MARK: Giving up

    /// The statements that were sent and not answered.
    ///
    /// The answers of the batch that the server is at come together: any of its statements may be
    /// the one that runs.
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

    /// Asks the server to end the statement it runs, if nobody waits for it any more and it has run
    /// for a while.
    /// - Returns: false if nothing is in flight that nobody waits for.
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

    /// The first statement of the batch that the server is at for which nobody waits, if the batch
    /// was sent as a whole, and whether somebody waits for one before it.
    ///
    /// What was answered by its twin counts only where nobody waits for the rest of the batch: it
    /// is most likely quick, and another one is what runs.
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
