/// The status and fields of an answer. Fields are kept as the bytes that will be sent, checked when
/// they are added, so that no value can end its line and begin a field, or an answer, of its own.
///
/// `content-length`, `connection` and `date` are the writer's and are not to be added here.
public struct HTTPResponseHead: Sendable {
    public var status: Int
    private(set) var fields: [UInt8] = []

    public init(status: Int) { self.status = status }

    /// A field that is written in the source.
    @inlinable public mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Whether the value could be a field's; one with a control character is left out.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: String) -> Bool {
        var value = value
        return value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
    }

    /// Whether the value could be a field's; one with a control character is left out.
    @discardableResult
    public mutating func add(_ name: StaticString, _ value: [UInt8]) -> Bool {
        value.withUnsafeBytes { add(name, $0) }
    }

    /// Whether the value could be a field's; one with a control character is left out.
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
