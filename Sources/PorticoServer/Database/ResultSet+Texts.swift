import PostgresClient

extension ResultSet {
    /// Its rows, of columns that are cast to text: whose binary form is its bytes.
    var texts: [[String?]] {
        (0..<rowCount).map { row in
            (0..<columnCount).map { column in
                bytes(row: row, column: column).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}
