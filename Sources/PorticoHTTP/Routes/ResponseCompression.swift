import Gzip
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway
import SocketLoop

/// Compresses answers for clients that accept gzip. One per worker.
package final class ResponseCompression {
    /// Bytes below which an answer is not compressed: it fits into one packet anyway.
    static let leastBytes = 1 << 10
    /// Bytes above which an answer is compressed off the loop; below, switching threads costs more.
    static let mostBytesOnLoop = 16 << 10
    /// Milliseconds that an answer waits for its compression before it is sent uncompressed.
    static let patience = 1_000

    /// Bytes of cached shared texts, compressed and plain; beyond it the cache is cleared.
    static let keptBytes = 8 << 20

    private let queue: OffloadQueue
    private let answers: ByteBudget
    /// Texts that many answers share, by their identity, which is valid as long as they are kept.
    private var kept: [ObjectIdentifier: (plain: DetachedBytes, compressed: DetachedBytes)] = [:]
    private var keptBytes = 0

    /// - Parameter answers: Counts compressed answers until their clients have them.
    package init(queue: OffloadQueue, answers: ByteBudget) {
        self.queue = queue
        self.answers = answers
    }

    /// Whether an answer of this length is compressed for a client that accepts gzip.
    static func isWorthwhile(_ bytes: Int) -> Bool { bytes >= leastBytes }

    /// Calls back with the answer to send: compressed, or unchanged if it cannot be compressed or
    /// too many wait. Within the call, or later on the loop. The body must not be used afterwards.
    func compress(
        _ body: ResponseBuffer, for viewer: Viewer?, isWanted: @escaping () -> Bool,
        then: @escaping (_ body: ResponseBuffer, _ isCompressed: Bool) -> Void
    ) {
        let shared = body.sharedBytes
        if let shared, let known = kept[ObjectIdentifier(shared)] {
            return then(ResponseBuffer(sharing: known.compressed), true)
        }
        guard body.count > Self.mostBytesOnLoop else {
            return finish(body.withUnsafeBytes(Self.compressed), body, shared, then)
        }
        let bytes = body.detach()
        let owner = OffloadQueue.Owner(
            lane: viewer?.fairnessKey ?? 0, deadline: queue.now + Self.patience, isWanted: isWanted)
        queue.run(bytes: bytes.count, for: owner, { bytes.withUnsafeBytes(Self.compressed) }) { [self] outcome in
            let plain = ResponseBuffer(sharing: bytes)
            plain.reservation = body.reservation
            if case .done(let encoded) = outcome { return finish(encoded, plain, shared, then) }
            then(plain, false)
        }
    }

    private static func compressed(_ bytes: UnsafeRawBufferPointer) -> DetachedBytes? {
        Gzip.encode(bytes).map { $0.withUnsafeBytes { DetachedBytes(copying: $0) } }
    }

    private func finish(
        _ compressed: DetachedBytes?, _ plain: ResponseBuffer, _ shared: DetachedBytes?,
        _ then: (ResponseBuffer, Bool) -> Void
    ) {
        guard let compressed else { return then(plain, false) }
        let buffer = ResponseBuffer(sharing: compressed)
        if let shared {
            keep(compressed, of: shared)
        } else if compressed.count > Self.mostBytesOnLoop {
            // A small one is counted once it waits for its client.
            let reservation = ByteReservation(answers)
            guard reservation.grow(by: compressed.count) else { return then(plain, false) }
            buffer.reservation = reservation
        }
        then(buffer, true)
    }

    private func keep(_ compressed: DetachedBytes, of plain: DetachedBytes) {
        let bytes = compressed.count + plain.count
        guard bytes <= Self.keptBytes else { return }
        if keptBytes + bytes > Self.keptBytes {
            kept.removeAll()
            keptBytes = 0
        }
        keptBytes += bytes
        kept[ObjectIdentifier(plain)] = (plain, compressed)
    }
}
