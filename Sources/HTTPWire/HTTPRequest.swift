/// A request with a parsed head, and a complete body unless stated otherwise where it is delivered.
///
/// It keeps the bytes of its head and offsets into them; strings are created on demand.
public struct HTTPRequest: Sendable {
    public let method: HTTPMethod
    public let version: HTTPVersion
    /// Whether the client allows the connection to be reused (RFC 9112, section 9.3).
    public let keepAlive: Bool
    /// Without its transfer coding; empty if there is none.
    public internal(set) var body: [UInt8]
    /// The bytes of the head, field names in lower case.
    let head: [UInt8]
    let target: HTTPTarget
    let fields: [HTTPField]

    /// Without its body, for use after the body is no longer needed.
    public var withoutBody: HTTPRequest {
        HTTPRequest(
            method: method, version: version, keepAlive: keepAlive, body: [], head: head, target: target, fields: fields
        )
    }

    // MARK: Target

    /// The path as sent, percent-encoded: at least `/`, or `*` (RFC 9112, section 3.2.4).
    public var path: String { target.path.isEmpty ? "/" : String(decoding: head[target.path], as: UTF8.self) }

    /// Whether the path as sent equals this one; does not allocate.
    public func pathIs(_ path: StaticString) -> Bool {
        if target.path.isEmpty { return path.utf8CodeUnitCount == 1 && path.utf8Start[0] == UInt8(ascii: "/") }
        return spells(target.path, path)
    }

    /// The part after the first `?`, as sent.
    public var query: ArraySlice<UInt8>? { target.query.map { head[$0] } }

    /// The parameters of the query in order, decoded as `application/x-www-form-urlencoded`; empty
    /// without a query. A failure (400) for an invalid escape, a NUL, and invalid UTF-8.
    public func queryParameters() throws(HTTPFailure) -> [QueryParameter] {
        guard let query = target.query else { return [] }
        return try PercentDecoding.form(head[query])
    }

    /// The requested host, with a port if given: the target's, or else the Host field's.
    public var host: String? {
        if let authority = target.authority { return String(decoding: head[authority], as: UTF8.self) }
        return text("host")
    }

    // MARK: Fields

    /// The first value of a field.
    /// - Parameter name: In lower case.
    public func header(_ name: StaticString) -> ArraySlice<UInt8>? {
        for field in fields where spells(field.name, name) { return head[field.value] }
        return nil
    }

    /// The first value of a field; invalid UTF-8 becomes U+FFFD.
    /// - Parameter name: In lower case.
    public func text(_ name: StaticString) -> String? { header(name).map { String(decoding: $0, as: UTF8.self) } }

    /// All values of a list-valued field, joined by commas as RFC 9110, section 5.3 allows.
    /// - Parameter name: In lower case.
    public func list(_ name: StaticString) -> String? {
        var joined: String?
        for field in fields where spells(field.name, name) {
            let value = String(decoding: head[field.value], as: UTF8.self)
            joined = joined.map { $0 + ", " + value } ?? value
        }
        return joined
    }

    /// The number of occurrences of a field.
    /// - Parameter name: In lower case.
    public func headerCount(_ name: StaticString) -> Int {
        fields.reduce(into: 0) { count, field in if spells(field.name, name) { count += 1 } }
    }

    /// All fields in order, names in lower case; for logs and tests.
    public var allHeaders: [(name: String, value: String)] {
        fields.map { (String(decoding: head[$0.name], as: UTF8.self), String(decoding: head[$0.value], as: UTF8.self)) }
    }

    private func spells(_ range: Range<Int>, _ literal: StaticString) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        return head.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).spells(literal) }
    }
}

public struct QueryParameter: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(name: String, value: String) { (self.name, self.value) = (name, value) }
}

/// The position of a header field in the head.
struct HTTPField: Sendable {
    private let nameStart, nameEnd, valueStart, valueEnd: UInt32

    init(name: Range<Int>, value: Range<Int>) {
        nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
        nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
        valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
    }

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// The positions of the request target's parts in the head.
struct HTTPTarget: Sendable {
    /// Empty in `http://host?query`, which means `/`.
    var path: Range<Int> = 0..<0
    var query: Range<Int>?
    /// In the absolute form.
    var authority: Range<Int>?
}
