import Glibc

/// Memory that the parsers of one loop share for reading.
///
/// Input is nearly always parsed at once, so that a connection needs its own memory only for what
/// waits. Guards against thousands of connections that each hold an unused buffer.
public final class InputRoom {
    let base: UnsafeMutableRawPointer
    let capacity: Int
    /// Whether a parser is using these bytes.
    fileprivate(set) var isLent = false

    /// - Parameter bytes: The size of one read.
    public init(bytes: Int) {
        capacity = max(1, bytes)
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }
}

/// The bytes that arrived and are not consumed. Offsets count from the first remaining byte, so
/// they stay valid when the bytes move. They are in an ``InputRoom`` while being parsed, and in the
/// buffer's own memory while they wait.
struct InputBuffer: ~Copyable {
    private(set) var base = Self.none
    /// Of the buffer's own memory.
    private var capacity = 0
    /// Whether the bytes are in a room.
    private var isLent = false
    /// Whether the room has not been returned.
    private var holdsRoom = false
    private var start = 0
    private var end = 0

    /// The address of a buffer without memory, which is never read or written.
    private nonisolated(unsafe) static let none = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)

    /// Granularity in bytes of own memory, so that a slow head does not move with every byte.
    private static let step = 256

    init() {}

    deinit { if capacity > 0 { base.deallocate() } }

    @inline(__always) var count: Int { end &- start }
    /// Bytes of memory used by waiting input.
    var heldBytes: Int { isLent ? count : capacity }
    @inline(__always) var first: UnsafeMutableRawPointer { base + start }

    @inline(__always) subscript(offset: Int) -> UInt8 { base.load(fromByteOffset: start &+ offset, as: UInt8.self) }

    /// Valid until the next mutation.
    @inline(__always) func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + start + range.lowerBound, count: range.count)
    }

    /// The offset of the first line feed in a range.
    func lineFeed(in range: Range<Int>) -> Int? {
        guard !range.isEmpty, let found = memchr(first + range.lowerBound, 0x0A, range.count) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(first)
    }

    mutating func append(_ raw: UnsafeRawBufferPointer) {
        guard let source = raw.baseAddress, raw.count > 0 else { return }
        makeRoom(raw.count)
        (base + end).copyMemory(from: source, byteCount: raw.count)
        end += raw.count
    }

    /// Lets `fill` write into the room; it returns how many bytes it wrote. If nothing waits, they
    /// stay there until ``settle(_:)``; otherwise they are appended to what waits.
    mutating func fill(through room: InputRoom, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        // The room is in use: another parser's turn is in progress.
        guard !room.isLent else { return fillOwn(room.capacity, fill) }
        let target = UnsafeMutableRawBufferPointer(start: room.base, count: room.capacity)
        let written = fill(target)
        guard written > 0 else { return written }
        let count = min(written, room.capacity)
        guard start == end else {
            append(UnsafeRawBufferPointer(rebasing: target[..<count]))
            return written
        }
        releaseWhenEmpty()
        room.isLent = true
        holdsRoom = true
        isLent = true
        base = room.base
        (start, end) = (0, count)
        return written
    }

    private mutating func fillOwn(_ room: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        makeRoom(room)
        let written = fill(UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end))
        end += min(max(written, 0), capacity - end)
        return written
    }

    /// Returns the room; remaining bytes move into own memory of exactly their size.
    mutating func settle(_ room: InputRoom) {
        guard holdsRoom else { return }
        if isLent { moveToOwn(count) }
        holdsRoom = false
        room.isLent = false
    }

    @inline(__always) mutating func consume(_ count: Int) {
        start &+= min(count, end &- start)
        if start == end { (start, end) = (0, 0) }
    }

    /// Frees the memory of an empty buffer.
    mutating func releaseWhenEmpty() {
        guard start == end, capacity > 0 else { return }
        base.deallocate()
        capacity = 0
        base = Self.none
        (start, end) = (0, 0)
    }

    private mutating func makeRoom(_ room: Int) {
        if isLent { return moveToOwn(count + room) }
        guard capacity - end < room else { return }
        let left = count
        if start > 0, capacity - left >= room {
            memmove(base, first, left)
            (start, end) = (0, left)
        } else {
            moveToOwn(max(capacity + capacity / 2, left + room))
        }
    }

    /// Moves the bytes into own memory of at least the given size.
    private mutating func moveToOwn(_ bytes: Int) {
        let left = count
        let former = base, mustFree = capacity > 0
        if bytes > 0 {
            let larger = (bytes + Self.step - 1) / Self.step * Self.step
            let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            fresh.copyMemory(from: first, byteCount: left)
            base = fresh
            capacity = larger
        } else {
            base = Self.none
            capacity = 0
        }
        isLent = false
        if mustFree { former.deallocate() }
        (start, end) = (0, left)
    }
}
