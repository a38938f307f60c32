import HTTPWire
import SocketLoop

/// The output of a connection: one answer at a time, as written by a ``ResponseSink``.
extension HTTPConnection {
    /// Whether the answer of this number is still pending or being sent.
    func isAnswering(_ exchange: Int) -> Bool { isOpen && exchange == self.exchange }

    // MARK: Whole

    func respond(_ response: HTTPResponse, to exchange: Int) {
        guard takesAnswer(exchange) else { return }
        endExchange()
        send(response)
    }

    /// Whether the head of this answer may be sent next.
    private func takesAnswer(_ exchange: Int) -> Bool {
        guard isAnswering(exchange), stream == nil else { return false }
        if state.phase == .deciding {
            parser.stop()
            state.answeredEarly()
        }
        guard state.phase == .responding else { return false }
        releaseBody()
        return true
    }

    func send(_ response: HTTPResponse) {
        writeHead(response.head, bodyLength: response.body?.count ?? 0)
        if writer.sendsBody(status: response.head.status) { output.body = response.body }
        flush()
    }

    private func writeHead(_ head: HTTPResponseHead, bodyLength: Int?) {
        // The state may have changed meanwhile: a shutdown closes after this answer.
        writer.keepAlive = state.keepsAlive
        writer.writeHead(head, bodyLength: bodyLength, date: listener.date(), into: &output.bytes)
    }

    // MARK: In pieces

    func begin(_ head: HTTPResponseHead, of exchange: Int) {
        guard takesAnswer(exchange) else { return }
        if writer.version == .http10 { state.endsByClosing() }
        stream = ResponseStream(writer.streamedBody(status: head.status))
        writeHead(head, bodyLength: nil)
        flush()
    }

    func write(_ bytes: UnsafeRawBufferPointer, of exchange: Int) -> Bool {
        guard isAnswering(exchange), let stream else { return false }
        stream.body.append(bytes, to: &output.bytes)
        if output.isBlocked { blocked() } else { flush() }
        stream.isWaiting = output.waitingBytes > ResponseSink.mostWaiting
        return isOpen && !stream.isWaiting
    }

    func end(_ exchange: Int) {
        guard isAnswering(exchange), let stream else { return }
        stream.body.appendEnd(to: &output.bytes)
        if output.isBlocked { blocked() }
        guard isOpen else { return }
        self.stream = nil
        endExchange()
        if !output.isBlocked { flush() }
    }

    func abort(_ exchange: Int) {
        guard isAnswering(exchange) else { return }
        onClose = nil
        broke()
    }

    // MARK: In another protocol

    func upgrade(_ head: HTTPResponseHead, to successor: any UpgradedProtocol, _ exchange: Int) -> Bool {
        guard writer.version == .http11, !peerHasEnded, state.phase == .responding, takesAnswer(exchange) else {
            return false
        }
        state.upgraded()
        stream = ResponseStream(.plain, successor: successor)
        writeHead(head, bodyLength: nil)
        let rest = parser.handOver()
        unfinished.release()
        flush()
        if isAnswering(exchange), !rest.isEmpty { rest.withUnsafeBytes(successor.received) }
        watch()
        return true
    }

    func setTimeout(_ milliseconds: Int?, of exchange: Int) {
        guard isAnswering(exchange), let stream, stream.successor != nil else { return }
        stream.timeout = milliseconds
        if !output.isBlocked { listener.wheel.set(self, after: milliseconds) }
    }

    // MARK: Writing

    func flush() {
        let total = output.count
        var left = stream?.left(in: listener.reactor.turns) ?? Self.bytesPerTurn
        while output.written < total {
            // Other connections first; the loop returns to it as to a slow client.
            if left <= 0 { return blocked() }
            switch transport.write(output.bytes, output.body, from: output.written, atMost: Self.bytesPerTurn) {
            case .bytes(let count):
                output.written += count
                left -= count
                stream?.wrote(count)
            case .wouldBlock: return blocked()
            case .closed, .failed: return broke()
            }
        }
        let wasBlocked = output.isBlocked
        output.clear()
        if let stream { return wasBlocked ? goOn(with: stream) : () }
        state.responded()
        timeoutInForce = .none
        if state.phase == .lingering {
            transport.finishWriting()
            listener.wheel.set(self, after: settings.lingerTimeout)
            watch()
        } else if state.mustClose {
            if !isProcessing { close() }
        } else {
            process()
        }
    }

    /// The client has fetched the waiting bytes of an answer that continues.
    private func goOn(with stream: ResponseStream) {
        listener.wheel.set(self, after: peerHasEnded ? settings.halfClosedTimeout : stream.timeout)
        watch()
        guard stream.isWaiting else { return }
        stream.isWaiting = false
        stream.onRoom?()
    }

    /// Bytes wait for the client, or more of them do.
    private func blocked() {
        guard holdsWaiting() else { return }
        if !output.isBlocked {
            output.isBlocked = true
            output.blockedAt = listener.reactor.now
            output.fetchedWhenBlocked = fetched
            beginWriteTime(output.fetchedWhenBlocked)
        }
        watch()
    }

    /// Counts the waiting bytes.
    /// - Returns: false if there is no room for them, or the connection was closed to make room.
    private func holdsWaiting() -> Bool {
        var answer = WaitingAnswers.Answer.held(output.hold)
        if stream != nil {
            output.dropWritten()
            answer = listener.answers.hold(output.bytes.count, instead: output.hold)
        } else if !output.isBlocked, let body = output.body {
            answer = listener.answers.hold(body)
        }
        guard isOpen else { return false }
        switch answer {
        case .held(let hold):
            output.hold = hold
            return true
        case .full:
            listener.statistics.hit(.answerBytes)
            broke()
            return false
        }
    }

    // MARK: Slow readers

    /// Bytes of the answer that the client's kernel has received; the local kernel buffers others.
    private var fetched: Int {
        output.writtenInAll - (StreamSocket(descriptor: transport.descriptor).unsentBytes ?? 0)
    }

    private func beginWriteTime(_ fetched: Int) {
        output.fetchedBefore = fetched
        listener.wheel.set(self, after: settings.writeTimeout)
    }

    /// The write time-out has passed; it is restarted for a client that has fetched enough.
    func writeTimePassed() {
        let fetched = fetched, progress = fetched - output.fetchedBefore
        if progress > 0, progress >= settings.leastFetched { return beginWriteTime(fetched) }
        listener.statistics.hit(progress > 0 ? .writeRate : .writeTimeout)
        broke()
    }

    /// The owner of the waiting answer's share of the budget, if any.
    var answerOwner: UInt64? { (output.body?.reservation as? ByteReservation)?.owner }

    /// Bytes per second that the client fetches, once an answer has waited long enough.
    var readerRate: Int? {
        let time = listener.reactor.now - output.blockedAt
        guard output.waitingBytes > 0, time >= HTTPListener.slowAfter else { return nil }
        return max(0, fetched - output.fetchedWhenBlocked) * 1000 / time
    }
}
