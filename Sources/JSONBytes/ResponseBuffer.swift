import Glibc

/// The bytes of one answer while they are written: one raw, append-only buffer that doubles.
///
/// A reference, so that writers of cells need not return the buffer; owned by one loop at a time
/// and therefore not `Sendable`. Loops that append must compare ``count`` with the answer's limit.
public final class ResponseBuffer {
    // Exclusivity is not checked at run time: no method calls out while it accesses one of these.
    @exclusivity(unchecked) @usableFromInline var base: UnsafeMutableRawPointer
    @exclusivity(unchecked) @usableFromInline var capacity: Int
    @exclusivity(unchecked) @usableFromInline var length: Int
    /// Kept alive with the buffer, such as the reservation of its bytes in a budget.
    @exclusivity(unchecked) public var reservation: AnyObject?
    /// Shared bytes that are shown until the first write; ``capacity`` is 0 meanwhile.
    @exclusivity(unchecked) private var shared: DetachedBytes?

    /// - Parameter capacity: Initial bytes; at least 64.
    public init(capacity: Int = 4096) {
        self.capacity = max(capacity, Self.leastCapacity)
        base = Self.resized(nil, to: self.capacity)
        length = 0
    }

    /// Shows shared bytes without a copy; writing copies them.
    public init(sharing bytes: DetachedBytes) {
        base = bytes.base
        capacity = 0
        length = bytes.count
        shared = bytes
    }

    deinit { if shared == nil { free(base) } }

    /// Small enough for an idle connection, large enough for any single number or date.
    static let leastCapacity = 64

    @inline(__always) @inlinable public var count: Int { length }

    @inlinable public var isEmpty: Bool { length == 0 }

    // MARK: Room

    /// Reserves room for `extra` further bytes, at least doubling, so that appending stays linear.
    @inlinable public func reserve(_ extra: Int) {
        if capacity &- length < extra { grow(extra) }
    }

    @usableFromInline @inline(never) func grow(_ extra: Int) {
        if shared != nil { return unshare(extra) }
        let larger = max(capacity * 2, length + extra)
        base = Self.resized(base, to: larger)
        capacity = larger
    }

    private func unshare(_ extra: Int) {
        let larger = max(length + extra, Self.leastCapacity)
        let own = Self.resized(nil, to: larger)
        own.copyMemory(from: base, byteCount: length)
        base = own
        capacity = larger
        shared = nil
    }

    /// Uses `realloc`, which remaps the pages of a large block: it never exists twice, and
    /// unwritten parts take no memory.
    private static func resized(_ block: UnsafeMutableRawPointer?, to bytes: Int) -> UnsafeMutableRawPointer {
        guard let block = realloc(block, bytes) else { fatalError("no memory for a response of \(bytes) bytes") }
        return block
    }

    /// Truncates to the first `count` bytes, such as after a failed field; no effect if fewer.
    @inlinable public func truncate(to count: Int) {
        if count >= 0, count < length { length = count }
    }

    /// Empties the buffer and frees memory beyond `keepingCapacity` bytes, so that one large answer
    /// does not stay resident with its connection.
    public func reset(keepingCapacity: Int) {
        length = 0
        let kept = max(keepingCapacity, Self.leastCapacity)
        guard capacity > kept || shared != nil else { return }
        if shared == nil { free(base) }
        shared = nil
        base = Self.resized(nil, to: kept)
        capacity = kept
    }

    // MARK: Reading what was written

    /// The written bytes, valid inside `body` only; `body` must not append.
    @inlinable public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: length))
    }

    /// A copy of the written bytes; empties the buffer, which keeps its memory.
    public func takeBytes() -> [UInt8] {
        let taken = [UInt8](UnsafeRawBufferPointer(start: base, count: length))
        length = 0
        return taken
    }

    /// The written bytes themselves, for another thread; the buffer is then empty with new memory.
    public func detach() -> DetachedBytes {
        if let shared, shared.count == length {
            self.shared = nil
            startAnew()
            return shared
        }
        let (bytes, count) = giveUp()
        return DetachedBytes(owning: bytes, count: count)
    }

    fileprivate func giveUp() -> (UnsafeMutableRawPointer, Int) {
        if shared != nil { unshare(0) }
        let left = (base, length)
        startAnew()
        return left
    }

    private func startAnew() {
        base = Self.resized(nil, to: Self.leastCapacity)
        capacity = Self.leastCapacity
        length = 0
    }

    /// The written bytes, shared with other buffers and this one. Frees unused memory.
    public func share() -> DetachedBytes {
        if let shared, shared.count == length { return shared }
        if shared != nil { unshare(0) }
        let bytes = DetachedBytes(owning: Self.resized(base, to: max(length, Self.leastCapacity)), count: length)
        base = bytes.base
        capacity = 0
        shared = bytes
        return bytes
    }

    /// The shared bytes that it shows, if nothing was written to it.
    public var sharedBytes: DetachedBytes? { shared?.count == length ? shared : nil }

    // MARK: Bytes

    @inline(__always) @inlinable public func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: length, as: UInt8.self)
        length &+= 1
    }

    /// - Parameter raw: Must not be inside this buffer.
    @inlinable public func append(_ raw: UnsafeRawBufferPointer) {
        guard let source = raw.baseAddress, raw.count > 0 else { return }
        reserve(raw.count)
        (base + length).copyMemory(from: source, byteCount: raw.count)
        length &+= raw.count
    }

    /// Appends bytes that are followed by at least `padding` readable bytes (32, or it is a plain
    /// copy): short ones are copied in whole words without a call.
    /// - Parameter source: Must not be inside this buffer.
    @inline(__always) @inlinable public func append(_ source: UnsafePointer<UInt8>, count: Int, paddedBy padding: Int) {
        guard count <= 2 * MemoryLayout<Word>.size, padding >= 2 * MemoryLayout<Word>.size else {
            return append(UnsafeRawBufferPointer(start: source, count: count))
        }
        reserve(2 * MemoryLayout<Word>.size)
        let source = UnsafeRawPointer(source), target = base + length
        target.storeBytes(of: source.loadUnaligned(as: Word.self), as: Word.self)
        if count > MemoryLayout<Word>.size {
            target.storeBytes(
                of: source.loadUnaligned(fromByteOffset: MemoryLayout<Word>.size, as: Word.self),
                toByteOffset: MemoryLayout<Word>.size, as: Word.self)
        }
        length &+= count
    }

    @usableFromInline typealias Word = SIMD16<UInt8>

    /// The UTF-8 bytes of a literal, unescaped.
    @inlinable public func append(_ text: StaticString) {
        guard text.hasPointerRepresentation else {
            append(utf8: text.description)
            return
        }
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Repeats the bytes from a place up to the next `end`, for expensive values that recur.
    /// - Parameter place: Below ``count``; without a later `end`, the rest is repeated.
    public func appendAgain(from place: Int, to end: UInt8) {
        guard place >= 0, place < length else { return }
        let left = length - place
        let count = memchr(base + place, Int32(end), left).map { $0 - (base + place) } ?? left
        reserve(count)
        (base + length).copyMemory(from: base + place, byteCount: count)
        length += count
    }

    @inlinable public func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    @inlinable public func append(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// The UTF-8 bytes of a string, neither quoted nor escaped.
    @inlinable public func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
}

/// Immutable bytes of an answer, readable on any thread.
public final class DetachedBytes: Sendable {
    // No other object has the address, and nothing here writes to it.
    fileprivate nonisolated(unsafe) let base: UnsafeMutableRawPointer
    public let count: Int

    /// - Parameter base: From `malloc`; freed with this object.
    fileprivate init(owning base: UnsafeMutableRawPointer, count: Int) { (self.base, self.count) = (base, count) }

    /// A copy of a literal, for what is the same in every answer.
    public convenience init(_ text: StaticString) {
        self.init(copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        let buffer = ResponseBuffer(capacity: bytes.count)
        buffer.append(bytes)
        self.init(takingFrom: buffer)
    }

    private convenience init(takingFrom buffer: ResponseBuffer) {
        let (base, count) = buffer.giveUp()
        self.init(owning: base, count: count)
    }

    deinit { free(base) }

    /// The bytes, valid inside `body` only.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
