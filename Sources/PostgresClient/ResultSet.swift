import CLibPQ
public import PostgresSQL

/// The rows that one statement gave, in PostgreSQL's binary form; the cells stay valid as long as it lives.
public final class ResultSet: RowSource {
    public let rowCount: Int
    public let columnCount: Int
    private let result: OpaquePointer

    /// Takes the result over.
    init(_ result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    /// - Precondition: 0 ≤ row < ``rowCount``; there is room for ``columnCount`` cells.
    public func cells(ofRow row: Int, into cells: UnsafeMutablePointer<Cell>) {
        let row = Int32(truncatingIfNeeded: row)
        for column in 0..<Int32(truncatingIfNeeded: columnCount) {
            let length = PQgetlength(result, row, column)
            // Only an empty value can be SQL's NULL.
            let isNull = length == 0 && PQgetisnull(result, row, column) == 1
            cells[Int(column)] = isNull ? Cell(base: nil, count: -1) : Cell(base: UnsafeRawPointer(PQgetvalue(result, row, column)), count: length)
        }
    }

    /// The bytes of one cell, or `nil` for SQL's NULL; for what is not hot.
    public func bytes(row: Int, column: Int) -> [UInt8]? {
        let row = Int32(truncatingIfNeeded: row), column = Int32(truncatingIfNeeded: column)
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else { return nil }
        return Array(UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, row, column))))
    }

    /// The OID of a column's type; 0 if there is no such column.
    public func type(ofColumn column: Int) -> UInt32 { PQftype(result, Int32(truncatingIfNeeded: column)) }

    public func name(ofColumn column: Int) -> String? { PQfname(result, Int32(truncatingIfNeeded: column)).map { String(cString: $0) } }

    /// The rows that an INSERT, UPDATE or DELETE has changed (for a SELECT: the rows it gave).
    public var affectedRows: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }
}
