import JSONBytes

/// Writes PostgreSQL's binary `numeric` exactly, in the decimal digits of its text form.
enum NumericText {
    /// False for NaN and the infinities, which have no decimal form.
    static func write(_ cell: UnsafeRawBufferPointer, into buffer: ResponseBuffer) -> Bool {
        guard cell.count >= 8 else { return false }
        let groups = Int(word(cell, 0))
        let weight = Int(Int16(bitPattern: word(cell, 2)))
        let sign = word(cell, 4)
        let scale = Int(word(cell, 6))
        guard sign == 0 || sign == 0x4000, cell.count == 8 + groups * 2 else { return false }
        if sign == 0x4000 { buffer.append(UInt8(ascii: "-")) }

        func group(_ index: Int) -> Int { index >= 0 && index < groups ? Int(word(cell, 8 + index * 2)) : 0 }
        if weight < 0 {
            buffer.append(UInt8(ascii: "0"))
        } else {
            buffer.appendInteger(Int64(group(0)))
            for index in stride(from: 1, through: weight, by: 1) { digits(group(index), count: 4, into: buffer) }
        }
        if scale > 0 {
            buffer.append(UInt8(ascii: "."))
            var left = scale
            var index = weight + 1
            while left > 0 {
                digits(group(index), count: min(4, left), into: buffer)
                left -= 4
                index += 1
            }
        }
        return true
    }

    /// The first `count` of a group's four digits.
    private static func digits(_ group: Int, count: Int, into buffer: ResponseBuffer) {
        var divisor = 1000
        for _ in 0..<count {
            buffer.append(UInt8(truncatingIfNeeded: 0x30 + group / divisor % 10))
            divisor /= 10
        }
    }

    @inline(__always)
    private static func word(_ cell: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
        UInt16(bigEndian: cell.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
