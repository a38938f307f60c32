/// A one-dimensional array parameter in PostgreSQL's binary form, built from undecoded cells.
public struct BinaryArray {
    private var bytes: [UInt8]
    public private(set) var count = 0

    /// `elementType` is the OID of the elements; `capacity` the expected size in bytes.
    public init(elementType: UInt32, capacity: Int) {
        bytes = []
        bytes.reserveCapacity(20 + capacity)
        Self.append(1, to: &bytes)  // dimensions
        Self.append(0, to: &bytes)  // no nulls
        Self.append(elementType, to: &bytes)
        Self.append(0, to: &bytes)  // the length, known at the end
        Self.append(1, to: &bytes)  // lower bound
    }

    public mutating func append(_ element: UnsafeRawBufferPointer) {
        Self.append(UInt32(truncatingIfNeeded: element.count), to: &bytes)
        bytes.append(contentsOf: element)
        count += 1
    }

    public mutating func appendNull() {
        bytes[7] = 1  // has nulls
        Self.append(.max, to: &bytes)
        count += 1
    }

    /// The number of elements of a one-dimensional array without nulls; `nil` for any other.
    static func length(of array: [UInt8]) -> Int? {
        guard array.count >= 12, array[0] == 0, array[1] == 0, array[2] == 0, array[7] == 0 else { return nil }
        if array[3] == 0 { return 0 }
        guard array[3] == 1, array.count >= 20 else { return nil }
        return array[12..<16].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The concatenation of arrays of one type.
    static func joined(_ arrays: [[UInt8]]) -> [UInt8] {
        guard var all = arrays.first(where: { $0.count >= 20 }) else { return arrays.first ?? [] }
        all.removeSubrange(20...)
        var count = 0
        for array in arrays where array.count >= 20 {
            all += array[20...]
            count += length(of: array) ?? 0
        }
        for shift in 0..<4 { all[12 + shift] = UInt8(truncatingIfNeeded: count >> (24 - 8 * shift)) }
        return all
    }

    /// The finished value. An array without elements has no dimension.
    public consuming func finish() -> ParameterValue {
        if count == 0 {
            bytes[3] = 0
            return .binary(Array(bytes[..<12]))
        }
        let length = UInt32(truncatingIfNeeded: count)
        bytes[12] = UInt8(truncatingIfNeeded: length >> 24)
        bytes[13] = UInt8(truncatingIfNeeded: length >> 16)
        bytes[14] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[15] = UInt8(truncatingIfNeeded: length)
        return .binary(bytes)
    }

    @inline(__always)
    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
