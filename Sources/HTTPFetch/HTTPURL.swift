/// A URL that can be fetched: `https://host[:port]/path?query`, or with `http:`.
public struct HTTPURL: Sendable, Equatable {
    /// Why a text is not such a URL: one sentence that does not repeat the text.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }

    public let isSecure: Bool
    /// A name in lower case, or a numeric address without brackets.
    public let host: String
    public let port: UInt16
    /// The path and the query, as a request names them.
    public let target: String
    /// `name:password`, percent-decoded.
    public let credentials: String?

    public init(_ text: String) throws(Failure) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Failure(
                "A URL consists of visible ASCII characters; others are percent-encoded, and names of hosts in their ASCII form."
            )
        }
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw Failure("Expected a URL that begins with `https://`.")
        }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw Failure("Expected a URL that begins with `https://`.")
        }
        let rest = text[schemeEnd.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...]
        target = path.hasPrefix("/") ? String(path) : "/" + path
        let at = authority.lastIndex(of: "@")
        credentials = try at.map { at throws(Failure) in try Self.decoded(authority[..<at]) }
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        (host, port) = try Self.place(place, standard: isSecure ? 443 : 80)
    }

    /// Whether the host is this machine, so that the traffic is not visible to others.
    public var isLocal: Bool { ["localhost", "127.0.0.1", "::1"].contains(host) }

    /// `host:port`, without the scheme's default port.
    public var authority: String { port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)" }

    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    // MARK: Parts

    private static func place(_ text: Substring, standard: UInt16) throws(Failure) -> (String, UInt16) {
        let host: Substring, rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw Failure("The address in the URL has no closing bracket.")
            }
            (host, rest) = (text[..<end].dropFirst(), text[text.index(after: end)...])
            guard !host.isEmpty, host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
                throw Failure("What stands between the brackets of the URL is no address of IPv6.")
            }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard !host.isEmpty else { throw Failure("The URL has no host.") }
            let isName = host.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || isDigit(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
            }
            guard isName else { throw Failure("The host of the URL contains a character that no name of a host has.") }
        }
        if rest.isEmpty || rest == ":" { return (host.lowercased(), standard) }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy(isDigit), let port = UInt16(digits), port > 0 else {
            throw Failure("The port of the URL is not a number from 1 to 65535.")
        }
        return (host.lowercased(), port)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }

    private static func decoded(_ text: Substring) throws(Failure) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                throw Failure("The name or the password in the URL is not percent-encoded well.")
            }
            bytes.append(number)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
