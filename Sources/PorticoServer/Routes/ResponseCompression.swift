import Gzip
import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway

/// Compresses answers for clients that take gzip. One per worker.
final class ResponseCompression {
    /// Bytes of an answer below which it goes out as it is: a packet is sent either way.
    static let leastBytes = 1 << 10
    /// Bytes of an answer above which it is compressed off the loop; below, it takes less than the way to another thread and back costs the others.
    static let mostBytesOnLoop = 16 << 10
    /// Milliseconds that an answer waits for its compression before it goes out as it is.
    static let patience = 1_000

    private let queue: OffloadQueue

    init(queue: OffloadQueue) { self.queue = queue }

    /// Whether an answer of this length would be compressed for a client that takes gzip.
    static func isWorthwhile(_ bytes: Int) -> Bool { bytes >= leastBytes }

    /// Calls back with the compressed answer, or with `nil` where it is to go out as it is: it cannot be compressed, or too much waits already. Within the call, or
    /// later on the loop.
    func compress(_ body: ResponseBuffer, for viewer: Viewer?, isWanted: @escaping () -> Bool, then: @escaping (ResponseBuffer?) -> Void) {
        guard body.count > Self.mostBytesOnLoop else { return then(Self.buffer(body.withUnsafeBytes { Gzip.encode($0) })) }
        let bytes = body.detach()
        let owner = OffloadQueue.Owner(lane: viewer?.fairnessKey ?? 0, deadline: queue.now + Self.patience, isWanted: isWanted)
        queue.run(bytes: bytes.count, for: owner, { bytes.withUnsafeBytes { Gzip.encode($0) } }) { outcome in
            if case .done(let result) = outcome, let encoded = result as? [UInt8] { return then(Self.buffer(encoded)) }
            bytes.withUnsafeBytes { body.append($0) }
            then(nil)
        }
    }

    private static func buffer(_ bytes: [UInt8]?) -> ResponseBuffer? {
        guard let bytes else { return nil }
        let buffer = ResponseBuffer(capacity: bytes.count)
        buffer.append(bytes)
        return buffer
    }
}
