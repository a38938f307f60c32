/// Numbers of rows in memory that stays where it is: who goes through an answer reads them by
/// pointers, without a reference count for each look.
///
/// It is filled by whoever makes it, before anybody else has it, and only read from then on: any
/// thread may.
final class PlaceTable: Sendable {
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
