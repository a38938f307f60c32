extension ResultSet {
    /// Its rows, if all columns are cast to text, whose binary form is its bytes.
    package var texts: [[String?]] {
        (0..<rowCount).map { row in
            (0..<columnCount).map { column in
                bytes(row: row, column: column).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}
