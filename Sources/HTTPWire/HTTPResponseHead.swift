/// The status and fields of an answer. Fields are kept as the bytes to send and are checked when
/// added, so that no value can end its line and begin another field or answer.
///
/// The writer adds `content-length`, `connection` and `date`; do not add them here.
public struct HTTPResponseHead: Sendable {
    public var status: Int
    private(set) var fields: [UInt8] = []

    public init(status: Int) { self.status = status }

    @inlinable public mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// False, without adding the field, if the value contains a control character.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: String) -> Bool {
        var value = value
        return value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
    }

    /// False, without adding the field, if the value contains a control character.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: [UInt8]) -> Bool {
        value.withUnsafeBytes { add(name, $0) }
    }

    /// False, without adding the field, if the value contains a control character.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) -> Bool {
        guard HeadBuilder.isFieldValue(value) else { return false }
        if fields.isEmpty { fields.reserveCapacity(128) }
        fields.append(name)
        fields.append(": ")
        fields.append(contentsOf: value)
        fields.append("\r\n")
        return true
    }
}
