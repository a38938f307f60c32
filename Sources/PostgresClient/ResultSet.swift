import CLibPQ
public import PostgresSQL

/// The rows of one statement, in PostgreSQL's binary form; cells are valid as long as it lives.
public final class ResultSet: RowSource {
    public let rowCount: Int
    public let columnCount: Int
    public let ordinalBase: Int
    public let byteCount: Int
    // libpq no longer changes it; the last reader clears it.
    private nonisolated(unsafe) let result: OpaquePointer
    /// The result that these rows are part of, kept alive.
    private let whole: ResultSet?
    /// The positions of the rows in the whole: consecutive from here, unless listed individually.
    private let firstRow: Int
    private let rows: [Int32]?
    private let firstColumn: Int
    public let misread: [MisreadColumn]

    /// Takes ownership of the result.
    init(_ result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
        ordinalBase = 0
        byteCount = Int(clamping: PQresultMemorySize(result))
        whole = nil
        firstRow = 0
        rows = nil
        firstColumn = 0
        misread = []
    }

    /// The same rows, some of whose columns must not be read.
    convenience init(_ whole: ResultSet, misread: [MisreadColumn]) {
        self.init(whole, rows: .range(0..<whole.rowCount), withoutColumns: 0, ordinalBase: 0, misread: misread)
    }

    /// Some rows of another, whole result, without its first columns.
    init(
        _ whole: ResultSet, rows: Rows, withoutColumns firstColumn: Int, ordinalBase: Int,
        misread: [MisreadColumn]? = nil
    ) {
        self.misread = (misread ?? whole.misread).compactMap { column in
            column.column < firstColumn
                ? nil
                : MisreadColumn(column: column.column - firstColumn, expected: column.expected, found: column.found)
        }
        result = whole.result
        self.whole = whole
        switch rows {
        case .range(let range): (rowCount, firstRow, self.rows) = (range.count, range.lowerBound, nil)
        case .places(let places): (rowCount, firstRow, self.rows) = (places.count, 0, places)
        }
        columnCount = max(0, whole.columnCount - firstColumn)
        // Its proportional share; the whole stays in memory until the last part is released.
        byteCount = whole.rowCount > 0 ? Int(Double(whole.byteCount) * Double(rowCount) / Double(whole.rowCount)) : 0
        self.firstColumn = firstColumn
        self.ordinalBase = ordinalBase
    }

    /// Positions of rows in a result.
    enum Rows {
        case range(Range<Int>)
        case places([Int32])
    }

    deinit { if whole == nil { PQclear(result) } }

    private func place(_ row: Int) -> Int32 {
        if let rows { rows[row] } else { Int32(truncatingIfNeeded: firstRow + row) }
    }

    /// - Precondition: 0 ≤ row < ``rowCount``; there is room for ``columnCount`` cells.
    public func cells(ofRow row: Int, into cells: UnsafeMutablePointer<Cell>) {
        let row = place(row), first = Int32(truncatingIfNeeded: firstColumn)
        for index in 0..<columnCount {
            let column = first + Int32(truncatingIfNeeded: index)
            let length = PQgetlength(result, row, column)
            // Only an empty value can be SQL's NULL.
            let isNull = length == 0 && PQgetisnull(result, row, column) == 1
            cells[index] =
                isNull
                ? Cell(base: nil, count: -1)
                : Cell(base: UnsafeRawPointer(PQgetvalue(result, row, column)), count: length)
        }
    }

    /// The bytes of one cell, or `nil` for SQL's NULL; not for hot paths.
    public func bytes(row: Int, column: Int) -> [UInt8]? {
        let row = place(row), column = Int32(truncatingIfNeeded: column + firstColumn)
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, row, column))))
    }

    /// The ordinal, from 0, in a row's first cell; `nil` if there is none.
    func ordinal(ofRow row: Int) -> Int? {
        let row = place(row)
        guard PQgetlength(result, row, 0) == 8, let value = PQgetvalue(result, row, 0) else { return nil }
        let ordinal = Int(Int64(bigEndian: UnsafeRawPointer(value).loadUnaligned(as: Int64.self)))
        return ordinal >= 1 ? ordinal - 1 : nil
    }

    /// The OID of a column's type; 0 if there is no such column.
    public func type(ofColumn column: Int) -> UInt32 {
        PQftype(result, Int32(truncatingIfNeeded: column + firstColumn))
    }

    public func name(ofColumn column: Int) -> String? {
        PQfname(result, Int32(truncatingIfNeeded: column + firstColumn)).map { String(cString: $0) }
    }

    /// The rows that an INSERT, UPDATE or DELETE has changed (for a SELECT: the rows it gave).
    public var affectedRows: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }
}
