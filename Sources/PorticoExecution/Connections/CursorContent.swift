import PostgresSQL

/// The content of a cursor before sealing: the row's values of the order's columns in PostgreSQL's
/// binary form, which loses nothing (microseconds, NaN, digits of a numeric).
enum CursorContent {
    /// Version of the format.
    private static let version: UInt8 = 1
    /// In place of the version: the row's values were too long for a cursor.
    private static let tooLong: UInt8 = 0xFF

    enum Decoded {
        case values([ParameterValue])
        case tooLong
    }

    /// Encodes a row's content from the cells that make its cursor.
    static func encode(_ row: UnsafePointer<Cell>, cells: [Int]) -> [UInt8] {
        var size = 1
        for position in cells { size += 4 + row[position].bytes.count }
        guard size <= CursorLimits.content else { return [tooLong] }
        var content: [UInt8] = [version]
        content.reserveCapacity(size)
        for position in cells {
            let cell = row[position]
            let length = UInt32(bitPattern: cell.isNull ? -1 : cell.count)
            for shift in [24, 16, 8, 0] as [UInt32] { content.append(UInt8(truncatingIfNeeded: length >> shift)) }
            content.append(contentsOf: cell.bytes)
        }
        return content
    }

    /// `nil` unless it holds `count` values of this version.
    static func decode(_ content: [UInt8], count: Int) -> Decoded? {
        if content == [tooLong] { return .tooLong }
        guard content.first == version else { return nil }
        var values: [ParameterValue] = []
        var position = 1
        while position + 4 <= content.count {
            let length = Int(content[position..<(position + 4)].reduce(0 as UInt32) { $0 << 8 | UInt32($1) })
            position += 4
            if length == Int(UInt32.max) {
                values.append(.null)
            } else {
                guard length <= content.count - position else { return nil }
                values.append(.binary(Array(content[position..<(position + length)])))
                position += length
            }
        }
        return position == content.count && values.count == count ? .values(values) : nil
    }
}
