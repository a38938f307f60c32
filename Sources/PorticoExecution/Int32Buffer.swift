/// Row numbers in memory at a fixed address: read by pointer, without reference counts.
///
/// Its creator fills it before sharing it; from then on it is read-only, on any thread.
final class Int32Buffer: Sendable {
    nonisolated(unsafe) let base: UnsafeMutablePointer<Int32>
    let count: Int

    init(repeating value: Int32, count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: value, count: count)
    }

    deinit { base.deallocate() }

    @inline(__always)
    subscript(_ index: Int) -> Int32 {
        get { base[index] }
        set { base[index] = newValue }
    }
}
