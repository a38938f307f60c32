import Glibc

/// Memory that the parsers of one loop read through by turns.
///
/// What arrives is nearly always parsed at once, so that a connection keeps memory only for what
/// waits in it. Guards against thousands of connections that each hold on to a buffer for nothing.
public final class InputRoom {
    let base: UnsafeMutableRawPointer
    let capacity: Int
    /// A parser works on bytes that lie here.
    fileprivate(set) var isLent = false

    /// - Parameter bytes: What one read is offered.
    public init(bytes: Int) {
        capacity = max(1, bytes)
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }
}

/// The bytes that arrived and were not consumed yet. Offsets count from the first byte that is
/// left, so they hold when the bytes move. They lie in an ``InputRoom`` while they are parsed, and
/// in memory of their own while they wait.
struct InputBuffer: ~Copyable {
    private(set) var base = Self.none
    /// Of the memory that is this buffer's own.
    private var capacity = 0
    /// The bytes lie in a room.
    private var isLent = false
    /// The room has not been given back.
    private var holdsRoom = false
    private var start = 0
    private var end = 0

    /// Where a buffer without memory points to: nothing is ever read or written there.
    private nonisolated(unsafe) static let none = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)

    /// Bytes in which memory of its own is taken, so that a head that drips does not move with
    /// every byte.
    private static let step = 256

    init() {}

    deinit { if capacity > 0 { base.deallocate() } }

    @inline(__always) var count: Int { end &- start }
    /// Bytes of memory that are taken for what waits.
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

    /// Lets `fill` write into the room; it answers how many bytes it wrote. Where nothing waits,
    /// they stay there until ``settle(_:)``; else they are put behind what waits.
    mutating func fill(through room: InputRoom, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        // A parser within another's turn: it does without the room.
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

    /// Gives the room back; what is left moves into memory of its own, which is as large as that.
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

    /// Gives back the memory of a buffer in which nothing waits.
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

    /// Moves what is there into memory of its own of at least so many bytes.
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
