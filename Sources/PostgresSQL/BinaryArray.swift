/// A one-dimensional array parameter in PostgreSQL's binary form, grown element by element from cells without decoding them.
public struct BinaryArray {
    private var bytes: [UInt8]
    public private(set) var count = 0

    /// `elementType` is the OID of the elements; `capacity` the bytes to expect.
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
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
}
