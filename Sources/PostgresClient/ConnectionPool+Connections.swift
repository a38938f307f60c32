import PostgresSQL
import SocketLoop

/// Callbacks of a connection.
extension ConnectionPool {
    func connectionIsReady(_ connection: PipelineConnection) {
        statistics.connects += 1
        lastFailure = nil
        onEvent?(.connected(slot: connection.slot))
        perform(state.connected(slot: connection.slot, now: reactor.now))
    }

    /// The connection was never up.
    func connectionFailed(_ connection: PipelineConnection, _ failure: DatabaseFailure) {
        guard !isClosed, connections[connection.slot] === connection else { return }
        connections[connection.slot] = nil
        lastFailure = failure
        onEvent?(.connectFailed(slot: connection.slot, failure))
        perform(state.connectFailed(slot: connection.slot, now: reactor.now))
    }

    /// The connection was up and is lost; `unanswered` are its statements.
    func connectionLost(_ connection: PipelineConnection, _ failure: DatabaseFailure, unanswered: [PendingStatement]) {
        guard !isClosed else { return }
        connections[connection.slot] = nil
        statistics.connectionsLost += 1
        lastFailure = failure
        let actions = state.lost(slot: connection.slot, now: reactor.now)
        let interruption = interruptLease(ofSlot: connection.slot, failure)
        onEvent?(.lost(slot: connection.slot, failure, unanswered: unanswered.count))
        for pending in unanswered where pending.isLive {
            if pending.lease != nil {
                answerLater(pending, interruption)
            } else if pending.hasTwin || !pending.isWanted {
                leaveToTwin(pending)
            } else if pending.lostConnection {
                var failure = failure
                failure.kind = .unavailable
                answerLater(pending, failure)
            } else {
                pending.lostConnection = true
                statistics.moved += 1
                admit(pending)
            }
        }
        perform(actions)
    }

    /// A statement is done and its place is free. Its caller may no longer be waiting.
    func connection(
        _ connection: PipelineConnection, finished pending: PendingStatement,
        _ result: Result<ResultSet, DatabaseFailure>
    ) {
        if let lease = pending.lease { return finished(pending, result, of: lease, on: connection) }
        pending.place = .done
        state.advance(to: reactor.now)
        // If no connection idles, this turn's arrivals wait; they may be next or be merged.
        if !coming.isEmpty, state.idleCount == 0 { placeArrivals() }
        if let next = state.finished(slot: connection.slot, key: pending.fairnessKey, statement: pending.kind) {
            send(next, slot: connection.slot)
        }
        let spread = state.spread(pending.fairnessKey, from: connection.slot)
        if !spread.isEmpty { perform(spread) }
        if state.isWanted(slot: connection.slot) { perform(state.emptied(slot: connection.slot)) }
        // This run was cancelled or failed while its twin continues.
        if case .failure = result, pending.hasTwin, pending.restsOnTwin { return }
        deliver(result, to: pending)
    }

    /// All prepared statements are based on the former tables: operators and parameter types are
    /// resolved once. At most once a second, in case statements fail for another reason.
    func tablesHaveChanged() {
        guard reactor.now >= nextForgetting else { return }
        nextForgetting = reactor.now + Self.forgettingGrain
        forgetPrepared()
        onEvent?(.tablesChanged)
    }

    /// Prepares every statement again before its next run.
    public func forgetPrepared() {
        for connection in connections { connection?.forgetPrepared() }
    }

    /// The connection is lost; a twin runs its statement, or no run is needed.
    private func leaveToTwin(_ pending: PendingStatement) {
        pending.place = .done
        if pending.hasTwin { return pending.restsOnTwin = true }
        for member in pending.members { member.place = .done }
        pending.forget()
    }
}
