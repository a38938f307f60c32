import HTTPWire

/// The only way to answer a request: as a whole by ``respond(_:)``; in pieces by ``head(_:)``,
/// ``chunk(_:)`` and ``end()``; or with another protocol by ``upgrade(_:to:)``.
///
/// It belongs to the loop of its worker. Answers leave in the order of their requests: a pipelined
/// request is not handled before the answer to the one before it has ended. Calls after the end of
/// the answer, or after the client has gone, have no effect.
package struct ResponseSink {
    /// Bytes waiting for the client above which a writer should wait for room.
    package static let mostWaiting = 64 << 10

    package let connection: HTTPConnection
    /// The number of the connection's answer: a late sink answers no other request.
    private let exchange: Int

    init(_ connection: HTTPConnection, _ exchange: Int) {
        self.connection = connection
        self.exchange = exchange
    }

    /// Whether output still reaches the connection.
    package var isOpen: Bool { connection.isAnswering(exchange) }

    // MARK: The answer

    /// Sends the whole answer, with its length.
    package func respond(_ response: HTTPResponse) { connection.respond(response, to: exchange) }

    /// Begins an answer in pieces and sends its head at once. Pieces and time are not limited.
    package func head(_ head: HTTPResponseHead) { connection.begin(head, of: exchange) }

    /// Sends a piece of the body at once; for a slow client, a copy waits and counts in the
    /// worker's budget of answers. A client that is too slow, or for which the budget has no room,
    /// is disconnected.
    /// - Returns: Whether there is room for more; if not, ``onRoom(_:)`` reports when there is.
    @discardableResult
    package func chunk(_ bytes: UnsafeRawBufferPointer) -> Bool { connection.write(bytes, of: exchange) }

    @discardableResult
    package func chunk(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { chunk($0) } }

    /// Ends the answer. After an upgrade, closes the connection once everything is sent.
    package func end() { connection.end(exchange) }

    /// Aborts an incomplete answer: the connection closes, so that the client notices.
    package func abort() { connection.abort(exchange) }

    // MARK: Another protocol

    /// Answers 101, and passes on what the client sends from then on, starting, within this call,
    /// with what was already read. ``chunk(_:)`` then sends raw bytes, and ``end()`` closes. While
    /// output waits for the client, its input is not read.
    /// - Parameter head: With status 101 and the field Upgrade; Connection is added.
    /// - Returns: false where the request cannot be upgraded: of HTTP/1.0, with a body that has not
    ///   arrived, or of a client that has ended its sending. It is to be answered otherwise.
    package func upgrade(_ head: HTTPResponseHead, to successor: any UpgradedProtocol) -> Bool {
        connection.upgrade(head, to: successor, exchange)
    }

    /// Calls ``UpgradedProtocol/timedOut()`` after the given milliseconds, replacing an earlier
    /// setting; `nil` for never. While bytes wait for the client, only its write time-out applies;
    /// then this one restarts.
    package func setTimeout(_ milliseconds: Int?) { connection.setTimeout(milliseconds, of: exchange) }

    // MARK: Events

    /// Called once if the client leaves, or is disconnected, before the end of the answer, possibly
    /// within a writing call; `nil` to remove the handler.
    package func onClose(_ action: (() -> Void)?) { if isOpen { connection.onClose = action } }

    /// Called each time that there is room again after ``chunk(_:)`` has said that there is none.
    /// It is set once the answer has begun, as ``onShutdown(_:)`` is.
    package func onRoom(_ action: @escaping () -> Void) { if isOpen { connection.stream?.onRoom = action } }

    /// Called when the server stops, which waits for the end of the answer for a limited time.
    package func onShutdown(_ action: @escaping () -> Void) { if isOpen { connection.stream?.onShutdown = action } }
}
