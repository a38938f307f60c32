import Glibc

/// The bytes that arrived and were not consumed yet. Offsets count from the first byte that is left, so they hold when the bytes move.
struct InputBuffer: ~Copyable {
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var start = 0
    private var end = 0

    init() {
        capacity = 4096
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    @inline(__always) var count: Int { end &- start }
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

    /// Lets `fill` write behind what is there; it answers how many bytes it wrote.
    mutating func fill(atLeast room: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        makeRoom(room)
        let written = fill(UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end))
        end += min(max(written, 0), capacity - end)
        return written
    }

    @inline(__always) mutating func consume(_ count: Int) {
        start &+= min(count, end &- start)
        if start == end { (start, end) = (0, 0) }
    }

    /// Gives back memory beyond what an idle connection may keep.
    mutating func releaseWhenEmpty() {
        guard start == end, capacity > HTTPLimits.idleInput else { return }
        base.deallocate()
        capacity = HTTPLimits.idleInput
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    }

    private mutating func makeRoom(_ room: Int) {
        guard capacity - end < room else { return }
        let left = count
        if start > 0, capacity - left >= room {
            memmove(base, first, left)
        } else {
            let larger = max(capacity * 2, left + room)
            let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            fresh.copyMemory(from: first, byteCount: left)
            base.deallocate()
            base = fresh
            capacity = larger
        }
        (start, end) = (0, left)
    }
}
