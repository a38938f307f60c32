/// What the fields state about the end of the message and the connection (RFC 9112, sections 6, 7
/// and 9; RFC 9110, sections 7.2 and 10.1.1).
struct MessageFraming {
    enum Body: Equatable {
        case none
        case sized(Int)
        case chunked
    }

    private var contentLength: Int?
    private var hosts = 0
    private var hasTransferEncoding = false
    private var isChunked = false
    private var closes = false
    private var staysOpen = false
    private(set) var expectsContinue = false

    /// Processes one field.
    /// - Parameter name: In lower case.
    mutating func take(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) throws(HTTPFailure) {
        switch name.count {
        case 4 where name.spells("host"): try takeHost(value)
        case 6 where name.spells("expect"): try takeExpectation(value)
        case 10 where name.spells("connection"): takeConnection(value)
        case 14 where name.spells("content-length"): try takeLength(value)
        case 17 where name.spells("transfer-encoding"): try takeTransferEncoding(value)
        default: break
        }
    }

    /// Validates the fields together, once the head is complete.
    func body(version: HTTPVersion, limit: Int) throws(HTTPFailure) -> Body {
        guard hosts == 1 || (hosts == 0 && version == .http10) else {
            throw .bad("A request of HTTP/1.1 needs a Host field.")
        }
        if hasTransferEncoding {
            guard version == .http11 else {
                throw .bad("Transfer-Encoding does not belong into a request of HTTP/1.0.")
            }
            guard contentLength == nil else {
                throw .bad("A request has either a Content-Length or a Transfer-Encoding, not both.")
            }
            guard isChunked else {
                throw HTTPFailure(status: 501, "The only transfer coding that is understood here is `chunked`.")
            }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else { return .none }
        guard contentLength <= limit else {
            throw HTTPFailure(status: 413, "The body is longer than \(limit) bytes.", excess: .body)
        }
        return .sized(contentLength)
    }

    func keepsAlive(version: HTTPVersion) -> Bool {
        switch version {
        case .http11: !closes
        case .http10: staysOpen && !closes
        }
    }

    // MARK: Single fields

    private mutating func takeHost(_ value: UnsafeRawBufferPointer) throws(HTTPFailure) {
        hosts += 1
        guard hosts == 1 else { throw .bad("There is more than one Host field.") }
        guard Self.isHost(value) else { throw .bad("The Host field is not a host name and port.") }
    }

    /// `host [":" port]`, the host not empty.
    static func isHost(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return false }
        let hostEnd: Int
        if first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")), bracket > 2 else { return false }
            guard UnsafeRawBufferPointer(rebasing: text[1..<bracket]).consists(of: .addressLiteral) else {
                return false
            }
            hostEnd = bracket + 1
        } else {
            hostEnd = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
            guard hostEnd > 0, UnsafeRawBufferPointer(rebasing: text[..<hostEnd]).consists(of: .host) else {
                return false
            }
        }
        guard hostEnd < text.count else { return true }
        let port = text[(hostEnd + 1)...]
        return text[hostEnd] == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(\.isDigit)
    }

    private mutating func takeLength(_ value: UnsafeRawBufferPointer) throws(HTTPFailure) {
        guard contentLength == nil else { throw .bad("There is more than one Content-Length field.") }
        guard !value.isEmpty else { throw .bad("The Content-Length is not a number.") }
        var length = 0
        for byte in value {
            guard byte.isDigit else { throw .bad("The Content-Length is not a number.") }
            let (tenfold, overflowed) = length.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tenfold.addingReportingOverflow(Int(byte - 0x30))
            guard !overflowed, !carried else { throw .bad("The Content-Length is too large a number.") }
            length = sum
        }
        contentLength = length
    }

    /// Codings before `chunked` are not supported (501, in ``body(version:limit:)``); any after it
    /// make the end of the body unknown (400).
    private mutating func takeTransferEncoding(_ value: UnsafeRawBufferPointer) throws(HTTPFailure) {
        guard !hasTransferEncoding else { throw .bad("There is more than one Transfer-Encoding field.") }
        hasTransferEncoding = true
        if value.spellsIgnoringCase("chunked") {
            isChunked = true
            return
        }
        let lastStart = value.lastIndex(of: UInt8(ascii: ",")).map { $0 + 1 } ?? 0
        let last = UnsafeRawBufferPointer(rebasing: value[lastStart...]).trimmed
        guard last.spellsIgnoringCase("chunked") else {
            throw .bad("The last transfer coding of a request must be `chunked`.")
        }
        let earlier = value[..<(lastStart - 1)].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for coding in earlier {
            let coding = UnsafeRawBufferPointer(rebasing: coding).trimmed
            guard !coding.isEmpty, !coding.spellsIgnoringCase("chunked") else {
                throw .bad("The Transfer-Encoding names `chunked` twice, or nothing at all.")
            }
        }
    }

    private mutating func takeConnection(_ value: UnsafeRawBufferPointer) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = UnsafeRawBufferPointer(rebasing: option).trimmed
            if option.spellsIgnoringCase("close") { closes = true }
            if option.spellsIgnoringCase("keep-alive") { staysOpen = true }
        }
    }

    private mutating func takeExpectation(_ value: UnsafeRawBufferPointer) throws(HTTPFailure) {
        guard value.spellsIgnoringCase("100-continue") else {
            throw HTTPFailure(status: 417, "The only expectation that can be met is `100-continue`.")
        }
        expectsContinue = true
    }
}
