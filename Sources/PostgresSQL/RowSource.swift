/// The rows of a result in PostgreSQL's binary form.
///
/// Reads a whole row per call, so that the boundary between client and executor costs one call per
/// row instead of three per cell. Rows are immutable and may be read on any thread; large answers
/// are written off the loop.
public protocol RowSource: AnyObject, Sendable {
    var rowCount: Int { get }
    var columnCount: Int { get }
    /// The offset of the ordinals of a batch's rows in a merged statement.
    var ordinalBase: Int { get }
    /// Bytes of memory that the rows take.
    var byteCount: Int { get }
    /// Columns whose cells must not be read: they are not of the planned type.
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
/// Twelve bytes, since a large answer has millions of cells at its peak: the address is stored in
/// two halves to avoid padding.
@frozen public struct Cell {
    @usableFromInline var low: UInt32
    @usableFromInline var high: UInt32
    /// Size in bytes; -1 for SQL's NULL, -2 for ``unreadable``.
    public var count: Int32

    @inlinable public init(base: UnsafeRawPointer?, count: Int32) {
        let address = UInt64(UInt(bitPattern: base))
        low = UInt32(truncatingIfNeeded: address)
        high = UInt32(truncatingIfNeeded: address &>> 32)
        self.count = count
    }

    /// A value of an unsupported type.
    public static let unreadable = Cell(base: nil, count: -2)

    public var isUnreadable: Bool { count == -2 }

    @inlinable public var base: UnsafeRawPointer? {
        UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: UInt64(high) &<< 32 | UInt64(low)))
    }
    /// Whether the value is NULL or unreadable.
    @inline(__always) @inlinable public var isNull: Bool { count < 0 }
    @inline(__always) @inlinable public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: max(0, Int(count)))
    }
}
