/// The rows of a result, in PostgreSQL's binary form.
///
/// One call reads a whole row, so that the border between the client and the executor costs a call
/// a row and not three a cell. Rows do not change: any thread may read them, and large answers are
/// written on another than the loop's.
public protocol RowSource: AnyObject, Sendable {
    var rowCount: Int { get }
    var columnCount: Int { get }
    /// What the ordinals of a batch's rows are greater than: rows that share a statement with those
    /// of others are counted on from theirs.
    var ordinalBase: Int { get }
    /// Bytes of memory that the rows take.
    var byteCount: Int { get }
    /// Columns whose cells must not be read: they are of another type than was planned for.
    var misread: [MisreadColumn] { get }
    /// Writes the ``columnCount`` cells of a row; they are valid as long as the source lives.
    func cells(ofRow row: Int, into cells: UnsafeMutablePointer<Cell>)
}

extension RowSource {
    public var ordinalBase: Int { 0 }
    public var byteCount: Int { 0 }
    public var misread: [MisreadColumn] { [] }
}

/// One value of a row, in place.
///
/// Twelve bytes, since a large answer has millions of them at its peak: the address stands in two
/// halves, so that no padding follows it.
@frozen public struct Cell {
    @usableFromInline var low: UInt32
    @usableFromInline var high: UInt32
    /// Bytes; -1 stands for SQL's NULL, -2 for ``unreadable``.
    public var count: Int32

    @inlinable public init(base: UnsafeRawPointer?, count: Int32) {
        let address = UInt64(UInt(bitPattern: base))
        low = UInt32(truncatingIfNeeded: address)
        high = UInt32(truncatingIfNeeded: address &>> 32)
        self.count = count
    }

    /// A value of a type that nothing here reads.
    public static let unreadable = Cell(base: nil, count: -2)

    public var isUnreadable: Bool { count == -2 }

    @inlinable public var base: UnsafeRawPointer? {
        UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: UInt64(high) &<< 32 | UInt64(low)))
    }
    /// There is no value, or none that can be read.
    @inline(__always) @inlinable public var isNull: Bool { count < 0 }
    @inline(__always) @inlinable public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: max(0, Int(count)))
    }
}
