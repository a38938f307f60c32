import HTTPWire

/// The protocol of a connection after a request was answered 101.
package protocol UpgradedProtocol: AnyObject {
    /// Bytes have arrived; they are valid within the call.
    func received(_ bytes: UnsafeRawBufferPointer)
    /// The time-out of ``ResponseSink/setTimeout(_:)`` has passed.
    func timedOut()
}

/// The state of a connection that answers in pieces or uses another protocol.
final class ResponseStream {
    let body: StreamedBody
    /// `nil` for HTTP.
    let successor: (any UpgradedProtocol)?
    /// Milliseconds; of the successor.
    var timeout: Int?
    var onRoom: (() -> Void)?
    var onShutdown: (() -> Void)?
    /// Whether the writer was told that there is no room.
    var isWaiting = false
    private var turn = -1
    private var left = 0

    init(_ body: StreamedBody, successor: (any UpgradedProtocol)? = nil) {
        self.body = body
        self.successor = successor
    }

    /// Bytes that may still be passed to the kernel in this turn of the loop.
    func left(in turn: Int) -> Int {
        if turn != self.turn { (self.turn, left) = (turn, HTTPConnection.bytesPerTurn) }
        return left
    }

    func wrote(_ bytes: Int) { left -= bytes }
}
