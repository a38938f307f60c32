import JSONBytes

/// The bytes of a connection's answer in transit to the client, and its progress in fetching them.
struct ResponseOutput {
    /// Bytes above which an empty buffer's memory is freed.
    private static let keptBytes = 16 << 10

    /// A head, followed by the waiting pieces of an answer in pieces.
    var bytes: [UInt8] = []
    /// A whole body, sent from its own memory.
    var body: ResponseBuffer?
    /// Accounts for the memory of a body or of pieces while they wait for the client.
    var hold: AnyObject?
    /// Bytes of both that were passed to the kernel.
    var written = 0
    /// Written bytes of pieces that are no longer in ``bytes``.
    private var dropped = 0

    var isBlocked = false
    /// When it was blocked, and how much the client had fetched by then.
    var blockedAt = 0
    var fetchedWhenBlocked = 0
    /// Bytes fetched when the current write time-out began.
    var fetchedBefore = 0

    var count: Int { bytes.count + (body?.count ?? 0) }
    /// Bytes of the body that wait for the client.
    var waitingBytes: Int { !isBlocked ? 0 : body?.count ?? (hold == nil ? 0 : bytes.count) }
    /// Bytes passed to the kernel since the last time that everything was written.
    var writtenInAll: Int { dropped + written }

    /// Removes the written pieces.
    mutating func dropWritten() {
        bytes.removeFirst(written)
        dropped += written
        written = 0
    }

    /// Everything is written.
    mutating func clear() {
        if bytes.capacity > Self.keptBytes { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
        (body, hold) = (nil, nil)
        (written, dropped) = (0, 0)
        isBlocked = false
    }
}
