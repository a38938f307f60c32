import CLibPQ
import SocketLoop

/// From the first step of connecting to the end of the connection.
extension PipelineConnection {
    /// Starts to connect; the pool is notified of the outcome.
    /// - Parameter servers: Override those of the settings.
    /// - Returns: Why it could not be started.
    func open(at servers: [ConnectionSettings.Parameter] = []) -> DatabaseFailure? {
        connection = (settings.pipelineParameters + servers).withCArrays { PQconnectStartParams($0, $1, 0) }
        guard let connection, PQstatus(connection) != CONNECTION_BAD else {
            defer { close() }
            return DatabaseFailure(connection: connection)
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        phase = .connecting
        endOfTurn = { [self] in flushAtEndOfTurn() }
        guard watch(.write) else {
            close()
            return DatabaseFailure(.unavailable, message: "the connection's socket cannot be watched")
        }
        return nil
    }

    /// Closes the connection without notifying the pool.
    /// - Returns: The unanswered statements.
    @discardableResult func close() -> [PendingStatement] {
        phase = .closed
        endOfTurn = nil
        transaction = nil
        var unanswered: [PendingStatement] = skipped
        skipped.removeAll()
        while let entry = expected.popFirst() { if case .execute(let pending) = entry { unanswered.append(pending) } }
        if let registration { reactor.deregister(registration) }
        registration = nil
        if let timer = incoming.timer { reactor.cancel(timer) }
        incoming.timer = nil
        if let connection { PQfinish(connection) }
        connection = nil
        return unanswered
    }

    private func watch(_ interest: Interest) -> Bool {
        if let registration { reactor.deregister(registration) }
        registration = nil
        guard let connection else { return false }
        registration = try? reactor.register(PQsocket(connection), interest) { [self] events in handle(events) }
        return registration != nil
    }

    private func handle(_ events: Events) {
        switch phase {
        case .closed: break
        case .connecting: continueConnecting()
        case .ready:
            if events.contains(.readable) { receive() }
            if events.contains(.writable), phase == .ready { flush() }
        }
    }

    /// libpq may switch sockets (another host, TLS refused): watched anew after each step.
    private func continueConnecting() {
        guard let connection else { return }
        let watched: Bool
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: watched = watch(.read)
        case PGRES_POLLING_WRITING: watched = watch(.write)
        case PGRES_POLLING_OK:
            watched = watch(.read) && PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1
            if watched {
                phase = .ready
                pool.connectionIsReady(self)
                return
            }
        default: watched = false
        }
        guard !watched else { return }
        let failure = DatabaseFailure(connection: connection)
        close()
        pool.connectionFailed(self, failure)
    }
}
