import Gzip
import HTTPWire
import JSONBytes
import PorticoGateway

/// Compresses answers for clients that take gzip. One per worker.
final class ResponseCompression {
    /// Bytes of an answer below which it goes out as it is: a packet is sent either way.
    static let leastBytes = 1 << 10
    /// Bytes of an answer above which it is compressed off the loop; below, it takes less than the way to another thread and back costs the others.
    static let mostBytesOnLoop = 16 << 10

    private let offload: Offload

    init(offload: @escaping Offload) { self.offload = offload }

    /// Whether an answer of this length would be compressed for a client that takes gzip.
    static func isWorthwhile(_ bytes: Int) -> Bool { bytes >= leastBytes }

    /// Calls back with the compressed answer, or with `nil` where it cannot be compressed; within the call, or later on the loop.
    func compress(_ body: ResponseBuffer, then: @escaping (ResponseBuffer?) -> Void) {
        guard body.count > Self.mostBytesOnLoop else { return then(Self.buffer(body.withUnsafeBytes { Gzip.encode($0) })) }
        let bytes = body.takeBytes()
        body.reset(keepingCapacity: 0)
        offload({ Gzip.encode(bytes) }) { result in
            if let encoded = result as? [UInt8] { return then(Self.buffer(encoded)) }
            body.append(bytes)
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
