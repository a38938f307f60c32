import PostgresSQL

/// The association of a load's rows with their parents' rows, as plain numbers and pointers; valid
/// as long as its ``LoadedRows``.
struct RowIndex {
    /// How to get from a parent's row to the rows here.
    enum ParentLink: UInt8 {
        /// There are no rows: the load failed or was never sent.
        case missing
        /// All rows belong to the parent's only row.
        case whole
        /// By the ordinal of the parent's key: at most one row each, in ``RowIndex/table``.
        case one
        /// By the ordinal: a run of rows that begins at ``RowIndex/table``, mapped through
        /// ``RowIndex/order`` if they did not arrive in the order of the ordinals.
        case many
    }

    var parentLink = ParentLink.missing
    var rowCount = 0
    var width = 0
    var cells: UnsafePointer<Cell>?
    var table: UnsafePointer<Int32>?
    var order: UnsafePointer<Int32>?
    /// By parent's row; `nil` if row n has key n + 1.
    var ordinals: UnsafePointer<Int32>?

    @inline(__always)
    func row(_ row: Int) -> UnsafePointer<Cell>? { cells.map { $0 + row * width } }

    @inline(__always)
    private func ordinal(ofParent parent: Int) -> Int { ordinals.map { Int($0[parent]) } ?? parent + 1 }

    /// The row that belongs to a parent's row; `nil` if there is none.
    @inline(__always)
    func only(forParent parent: Int) -> Int? {
        switch parentLink {
        case .whole: return rowCount > 0 ? 0 : nil
        case .one:
            let ordinal = ordinal(ofParent: parent)
            guard ordinal > 0, let row = table?[ordinal - 1], row >= 0 else { return nil }
            return Int(row)
        case .many, .missing: return nil
        }
    }

    /// The places of a parent's rows, to be read through ``row(at:)``.
    @inline(__always)
    func places(forParent parent: Int) -> Range<Int> {
        switch parentLink {
        case .whole: return 0..<rowCount
        case .one, .missing: return 0..<0
        case .many:
            let ordinal = ordinal(ofParent: parent)
            guard ordinal > 0, let table else { return 0..<0 }
            return Int(table[ordinal - 1])..<Int(table[ordinal])
        }
    }

    @inline(__always)
    func row(at place: Int) -> Int { order.map { Int($0[place]) } ?? place }
}
