/// Parses the lines of a head (RFC 9112, sections 3 and 5) into offsets from its first byte.
///
/// Strict where senders and proxies disagree about the end of a message. Each line is validated
/// when it is complete, so the result does not depend on how the bytes arrived.
struct HeadBuilder {
    var method = HTTPMethod.get
    var version = HTTPVersion.http11
    var target = HTTPTarget()
    var fields: [HTTPField] = []
    var framing = MessageFraming()

    // MARK: Request line

    /// - Parameters:
    ///   - line: Without its line end.
    ///   - offset: Where it begins in the head.
    mutating func takeRequestLine(_ line: UnsafeRawBufferPointer, at offset: Int) throws(HTTPFailure) {
        guard let methodEnd = line.firstIndex(of: 0x20), methodEnd > 0 else {
            throw .bad("The request line is not `METHOD target HTTP/1.1`.")
        }
        let name = UnsafeRawBufferPointer(rebasing: line[..<methodEnd])
        guard name.consists(of: .token) else {
            throw .bad("The request method contains a character that a method cannot have.")
        }
        let rest = UnsafeRawBufferPointer(rebasing: line[(methodEnd + 1)...])
        guard let targetEnd = rest.firstIndex(of: 0x20), targetEnd > 0 else {
            throw .bad("The request line is not `METHOD target HTTP/1.1`.")
        }
        version = try Self.version(UnsafeRawBufferPointer(rebasing: rest[(targetEnd + 1)...]))
        method = HTTPMethod(name)
        try takeTarget(UnsafeRawBufferPointer(rebasing: rest[..<targetEnd]), at: offset + methodEnd + 1)
    }

    private static func version(_ text: UnsafeRawBufferPointer) throws(HTTPFailure) -> HTTPVersion {
        if text.spells("HTTP/1.1") { return .http11 }
        if text.spells("HTTP/1.0") { return .http10 }
        guard text.count == 8, UnsafeRawBufferPointer(rebasing: text[..<5]).spells("HTTP/"), text[5].isDigit,
            text[6] == UInt8(ascii: "."), text[7].isDigit
        else { throw .bad("The request line does not end with an HTTP version.") }
        throw HTTPFailure(status: 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    }

    /// The four forms of RFC 9112, section 3.2; the authority form is for CONNECT and refused.
    private mutating func takeTarget(_ text: UnsafeRawBufferPointer, at offset: Int) throws(HTTPFailure) {
        var pathStart = 0
        if text[0] != UInt8(ascii: "/") {
            if text.spells("*") {
                guard method == .options else { throw .bad("The request target `*` is for OPTIONS alone.") }
                target.path = offset..<(offset + 1)
                return
            }
            pathStart = try takeAuthority(text, at: offset)
        }
        let queryMark = text[pathStart...].firstIndex(of: UInt8(ascii: "?")) ?? text.count
        let path = UnsafeRawBufferPointer(rebasing: text[pathStart..<queryMark])
        guard path.consists(of: .path) else {
            throw .bad("The path of the request target contains a character that must be percent-encoded.")
        }
        target.path = (offset + pathStart)..<(offset + queryMark)
        guard queryMark < text.count else { return }
        guard UnsafeRawBufferPointer(rebasing: text[queryMark...]).consists(of: .query) else {
            throw .bad("The query of the request target contains a character that must be percent-encoded.")
        }
        target.query = (offset + queryMark + 1)..<(offset + text.count)
    }

    /// Parses the scheme and authority of an absolute target; returns where its path begins.
    private mutating func takeAuthority(_ text: UnsafeRawBufferPointer, at offset: Int) throws(HTTPFailure) -> Int {
        let start: Int
        if text.count > 7, UnsafeRawBufferPointer(rebasing: text[..<7]).spellsIgnoringCase("http://") {
            start = 7
        } else if text.count > 8, UnsafeRawBufferPointer(rebasing: text[..<8]).spellsIgnoringCase("https://") {
            start = 8
        } else {
            throw .bad("The request target is neither a path nor an http URL.")
        }
        let end = text[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? text.count
        guard MessageFraming.isHost(UnsafeRawBufferPointer(rebasing: text[start..<end])) else {
            throw .bad("The host in the request target is not a host name and port.")
        }
        target.authority = (offset + start)..<(offset + end)
        return end
    }

    // MARK: Fields

    /// - Parameters:
    ///   - line: Without its line end; its field name is converted to lower case in place.
    ///   - offset: Where it begins in the head.
    mutating func takeField(_ line: UnsafeMutableRawBufferPointer, at offset: Int) throws(HTTPFailure) {
        let (nameEnd, value) = try Self.parts(ofField: line)
        let whole = UnsafeRawBufferPointer(line)
        fields.append(
            HTTPField(
                name: offset..<(offset + nameEnd), value: (offset + value.lowerBound)..<(offset + value.upperBound)))
        try framing.take(
            name: UnsafeRawBufferPointer(rebasing: whole[..<nameEnd]),
            value: UnsafeRawBufferPointer(rebasing: whole[value]))
    }

    /// The end of the name, and the trimmed value; for headers and trailers.
    static func parts(
        ofField line: UnsafeMutableRawBufferPointer
    ) throws(HTTPFailure) -> (nameEnd: Int, value: Range<Int>) {
        guard !line[0].isBlank else {
            throw .bad("A header line begins with white space: folded fields are not accepted.")
        }
        var nameEnd = 0
        while nameEnd < line.count, ByteSet.token.contains(line[nameEnd]) {
            line[nameEnd] = line[nameEnd].lowercasedASCII
            nameEnd &+= 1
        }
        guard nameEnd < line.count, line[nameEnd] == UInt8(ascii: ":") else {
            throw .bad("A header line does not begin with a field name and a colon, without white space between them.")
        }
        guard nameEnd > 0 else { throw .bad("A header field has no name.") }
        var (start, end) = (nameEnd &+ 1, line.count)
        while start < end, line[start].isBlank { start &+= 1 }
        while end > start, line[end &- 1].isBlank { end &-= 1 }
        guard isFieldValue(UnsafeRawBufferPointer(rebasing: line[start..<end])) else {
            throw .bad("The value of a header field contains a control character.")
        }
        return (nameEnd, start..<end)
    }

    /// No control characters except tabs (RFC 9110, section 5.5); bytes beyond ASCII are allowed.
    static func isFieldValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = (base + index).loadUnaligned(as: UInt64.self)
            let deletes = word ^ (ones &* 0x7F)
            let suspects = (((word &- ones &* 0x20) & ~word) | ((deletes &- ones) & ~deletes)) & (ones &* 0x80)
            if suspects != 0 {
                for byte in bytes[index..<(index + 8)] where isControl(byte) { return false }
            }
            index &+= 8
        }
        for byte in bytes[index...] where isControl(byte) { return false }
        return true
    }

    private static func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }
}
