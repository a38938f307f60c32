import Gzip
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway
import SocketLoop

/// Compresses answers for clients that take gzip. One per worker.
final class ResponseCompression {
    /// Bytes of an answer below which it goes out as it is: a packet is sent either way.
    static let leastBytes = 1 << 10
    /// Bytes of an answer above which it is compressed off the loop; below, it takes less than the
    /// way to another thread and back costs the others.
    static let mostBytesOnLoop = 16 << 10
    /// Milliseconds that an answer waits for its compression before it goes out as it is.
    static let patience = 1_000

    /// Bytes of texts that many answers share which are kept compressed, their plain form included;
    /// with more it begins anew.
    static let keptBytes = 8 << 20

    private let queue: OffloadQueue
    private let answers: ByteBudget
    /// Texts that many answers share, by their identity, which holds as long as they are kept.
    private var kept: [ObjectIdentifier: (plain: DetachedBytes, compressed: DetachedBytes)] = [:]
    private var keptBytes = 0

    /// - Parameter answers: What compressed answers count in until their clients have them.
    init(queue: OffloadQueue, answers: ByteBudget) {
        self.queue = queue
        self.answers = answers
    }

    /// Whether an answer of this length would be compressed for a client that takes gzip.
    static func isWorthwhile(_ bytes: Int) -> Bool { bytes >= leastBytes }

    /// Calls back with the answer as it is to go out: compressed, or as it was where it cannot be
    /// compressed, or too much waits already. Within the call, or later on the loop. The body is
    /// not to be used any more.
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
