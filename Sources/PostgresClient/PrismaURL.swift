/// A database URL in the format of Prisma's tools, with the parameters unknown to libpq extracted.
///
/// One `DATABASE_URL` often serves both. Parameters with a counterpart here are applied, those that
/// only tune Prisma's own pool are ignored, and those that would be lost are refused. Messages
/// contain only a parameter's name, since a value may be a secret.
struct PrismaURL: Equatable {
    /// The URL without the parameters that only Prisma's tools know.
    private(set) var text: String
    /// `schema`: the schema of unqualified table names.
    private(set) var schema: String?
    /// `connection_limit` of one process.
    private(set) var connections: Int?
    /// `socket_timeout`: seconds to wait for the database's response.
    private(set) var socketTimeout: Int?
    /// `statement_cache_size`: statements that a connection keeps prepared.
    private(set) var preparedStatements: Int?
    /// `pgbouncer`: a pooler gives every transaction another connection.
    private(set) var isPooled = false
    /// `sslaccept`: whether the server's certificate is verified; `nil` if not stated.
    private(set) var verifiesServer: Bool?
    /// Whether the URL is certainly meant for Prisma's tools, whose `sslcert` is the authority's
    /// certificate, while libpq's is the client's own.
    private(set) var isPrismas = false

    /// Texts that are not PostgreSQL URLs are left to libpq.
    /// - Throws: The end of a sentence about the URL.
    init(_ text: String) throws(Problem) {
        self.text = text
        if text.hasPrefix("prisma://") || text.hasPrefix("prisma+postgres://") {
            throw Problem(
                """
                it is an address of Prisma's own service, which only Prisma's client can ask; \
                give the URL of the database itself, postgresql://…
                """)
        }
        guard let mark = Self.queryMark(of: text) else { return }
        let query = text[text.index(after: mark)...]
        var kept: [Substring] = []
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, parts.count == 2, let value = Self.decoded(parts[1]) else {
                kept.append(pair)
                continue
            }
            if try !take(String(name), value) { kept.append(pair) }
        }
        self.text = String(text[..<mark]) + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    /// Where libpq sees the parameters of a URL begin; `nil` if there are none, or if a following @
    /// indicates that the question mark may belong to a password.
    private static func queryMark(of text: String) -> String.Index? {
        guard let scheme = ["postgres://", "postgresql://"].first(where: { text.hasPrefix($0) }) else { return nil }
        var rest = text.dropFirst(scheme.count)
        // A user with or without a password ends at the first @, unless a / comes first.
        if let end = rest.firstIndex(where: { $0 == "@" || $0 == "/" }), rest[end] == "@" {
            rest = rest[end...].dropFirst()
        }
        guard let mark = rest.firstIndex(of: "?"), !rest[mark...].contains("@") else { return nil }
        return mark
    }

    struct Problem: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Whether it is one of Prisma's own parameters.
    private mutating func take(_ name: String, _ value: String) throws(Problem) -> Bool {
        switch name {
        case "schema":
            guard !value.isEmpty, !value.utf8.contains(where: { $0 < 0x20 }) else {
                throw Problem("the parameter schema names no schema")
            }
            schema = value
        case "connection_limit": connections = try number(value, name, in: 1...10_000)
        case "socket_timeout":
            let seconds = try number(value, name, in: 0...3_600)
            socketTimeout = seconds == 0 ? nil : seconds
        case "statement_cache_size": preparedStatements = try number(value, name, in: 0...100_000)
        case "pgbouncer": isPooled = try flag(value, name)
        case "sslaccept":
            guard value == "strict" || value == "accept_invalid_certs" else {
                throw Problem("the parameter sslaccept is neither strict nor accept_invalid_certs")
            }
            verifiesServer = value == "strict"
        case "sslidentity":
            throw Problem(
                """
                the parameter sslidentity names a PKCS#12 file, which libpq does not read; write its parts by \
                `openssl pkcs12 -in FILE -nodes -out client.pem`, and give sslcert=client.pem&sslkey=client.pem instead
                """)
        // Of Prisma's own pool: here the request's deadline applies, and connections are kept.
        case "pool_timeout", "max_connection_lifetime", "max_idle_connection_lifetime":
            _ = try number(value, name, in: 0...1_000_000_000)
        default: return false
        }
        isPrismas = true
        return true
    }

    private func number(_ text: String, _ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Problem("the parameter \(name) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func flag(_ text: String, _ name: String) throws(Problem) -> Bool {
        guard text == "true" || text == "false" else {
            throw Problem("the parameter \(name) is neither true nor false")
        }
        return text == "true"
    }

    /// Percent-decoded; `nil` if the result is not text.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = [], rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    // MARK: Unknown parameters

    /// The first parameter unknown to libpq, with a remedy; `nil` for none that may be shown.
    static func unknownParameter(in text: String, known: [String]) -> String? {
        guard let mark = queryMark(of: text) else { return nil }
        let query = text[text.index(after: mark)...]
        for pair in query.split(separator: "&") {
            let name = String(pair.prefix { $0 != "=" })
            // `ssl=true` is JDBC's, which libpq accepts.
            guard name != "ssl", !known.contains(where: { $0 == name }) else { continue }
            let isName =
                name.utf8.count <= 40
                && name.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
                }
            guard isName, !name.isEmpty, pair.contains("=") else { return nil }
            return "neither libpq nor Prisma's tools know the parameter \(name); remove it from the URL"
        }
        return nil
    }
}
