/// A request whose head was understood, and whose body arrived whole unless it says otherwise where
/// it is handed out.
///
/// It keeps the bytes of its head and where things stand in them; strings are made when they are
/// asked for.
public struct HTTPRequest: Sendable {
    public let method: HTTPMethod
    public let version: HTTPVersion
    /// Whether the client lets the connection be used again (RFC 9112, section 9.3).
    public let keepAlive: Bool
    /// Without its transfer coding; empty when there is none.
    public internal(set) var body: [UInt8]
    /// The bytes of the head, field names in small letters.
    let head: [UInt8]
    let target: HTTPTarget
    let fields: [HTTPField]

    /// The same without its body, for whoever needs the head for longer.
    public var withoutBody: HTTPRequest {
        HTTPRequest(
            method: method, version: version, keepAlive: keepAlive, body: [], head: head, target: target, fields: fields
        )
    }

    // MARK: Target

    /// The path as it was sent, percent-encoded: `/` at least, or `*` (RFC 9112, section 3.2.4).
    public var path: String { target.path.isEmpty ? "/" : String(decoding: head[target.path], as: UTF8.self) }

    /// Whether the path, as it was sent, is this one; costs no allocation.
    public func pathIs(_ path: StaticString) -> Bool {
        if target.path.isEmpty { return path.utf8CodeUnitCount == 1 && path.utf8Start[0] == UInt8(ascii: "/") }
        return spells(target.path, path)
    }

    /// What stands behind the first `?`, as it was sent.
    public var query: ArraySlice<UInt8>? { target.query.map { head[$0] } }

    /// The path with its percent-escapes resolved. A failure (400) for an escape that is none, for
    /// a NUL, and for what is no UTF-8 then.
    public func decodedPath() throws(HTTPFailure) -> String {
        target.path.isEmpty ? "/" : try PercentDecoding.path(head[target.path])
    }

    /// The parameters of the query in their order, read as `application/x-www-form-urlencoded`;
    /// none without a query. Failures (400) as for ``decodedPath()``.
    public func queryParameters() throws(HTTPFailure) -> [QueryParameter] {
        guard let query = target.query else { return [] }
        return try PercentDecoding.form(head[query])
    }

    /// The host, and the port if any, that the request is for: the target's where it has one,
    /// otherwise the Host field's.
    public var host: String? {
        if let authority = target.authority { return String(decoding: head[authority], as: UTF8.self) }
        return text("host")
    }

    // MARK: Fields

    /// The first value of a field.
    /// - Parameter name: in small letters.
    public func header(_ name: StaticString) -> ArraySlice<UInt8>? {
        for field in fields where spells(field.name, name) { return head[field.value] }
        return nil
    }

    /// The first value of a field; bytes that are no UTF-8 become U+FFFD.
    /// - Parameter name: in small letters.
    public func text(_ name: StaticString) -> String? { header(name).map { String(decoding: $0, as: UTF8.self) } }

    /// All values of a field that is a list, joined by commas as RFC 9110, section 5.3 allows.
    /// - Parameter name: in small letters.
    public func list(_ name: StaticString) -> String? {
        var joined: String?
        for field in fields where spells(field.name, name) {
            let value = String(decoding: head[field.value], as: UTF8.self)
            joined = joined.map { $0 + ", " + value } ?? value
        }
        return joined
    }

    /// How often a field stands in the head.
    /// - Parameter name: in small letters.
    public func headerCount(_ name: StaticString) -> Int {
        fields.reduce(into: 0) { count, field in if spells(field.name, name) { count += 1 } }
    }

    /// All fields in their order, names in small letters; for logs and tests.
    public var allHeaders: [(name: String, value: String)] {
        fields.map { (String(decoding: head[$0.name], as: UTF8.self), String(decoding: head[$0.value], as: UTF8.self)) }
    }

    private func spells(_ range: Range<Int>, _ literal: StaticString) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        return head.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).spells(literal) }
    }
}

/// One parameter of a query.
public struct QueryParameter: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Where a header field stands in the head.
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

/// Where the parts of the request target stand in the head.
struct HTTPTarget: Sendable {
    /// Empty in `http://host?query`, which means `/`.
    var path: Range<Int> = 0..<0
    var query: Range<Int>?
    /// In the absolute form.
    var authority: Range<Int>?
}
