import ExactText
import JSONBytes
import PorticoConfiguration

/// The claims of a token with a verified signature.
package struct TokenClaims: Sendable, Equatable {
    var subject: ExactString
    /// `exp`, in seconds since 1970. A bound API key has none.
    var expiresAt: Int?
    /// `nbf`, in seconds since 1970.
    var notBefore: Int?
    var issuer: ExactString?
    var audience: [ExactString] = []
    /// The user's own tenant.
    var tenant: ExactString?
    /// Further tenants that the user reaches.
    var tenants: [ExactString]?
    /// The values of the role claim.
    var roles: [ExactString]?
    /// The other scalar claims, as text.
    var others: [ExactString: String] = [:]
}

enum TokenLimits {
    /// Bytes. Guards against decoding and verifying whole pages; header lines may be longer.
    static let tokenBytes = 8192
    /// Claims of a token. Guards against a token that fills the cache's memory.
    static let claims = 64
    /// Nesting of a claim's value.
    static let depth = 8
    static let json = JSONLimits(depth: depth, bytes: tokenBytes, values: 1024)
}

extension TokenClaims {
    /// Claims that the gateway itself reads, or that only concern the issuer.
    private static let registered: Set<ExactString> = ["sub", "exp", "nbf", "iat", "iss", "aud", "jti"]

    /// Parses the payload of a token (RFC 7519, section 4). A duplicate claim is an error, and so
    /// is a wrong type of a claim that the gateway reads.
    static func parse(_ payload: [UInt8], names: ClaimNames = ClaimNames()) throws(TokenFailure) -> TokenClaims {
        let all: JSONValue, members: [JSONMember]
        do throws(JSONError) {
            all = try parseJSON(payload, limits: TokenLimits.json)
            guard case .object(let found) = all else { throw JSONError("not an object", offset: 0) }
            members = found
        } catch {
            throw .malformed("payload: \(error)")
        }
        guard members.count <= TokenLimits.claims else { throw .malformed("more than \(TokenLimits.claims) claims") }
        var claims = TokenClaims(subject: "")
        let paths = [names.user, names.role, names.tenant, names.tenants].compactMap(\.self)
        let own = Set(paths.filter { $0.names.count == 1 }.flatMap(\.names))
        for member in members {
            switch (member.key, member.value) {
            case ("iss", .string(let text)): claims.issuer = ExactString(text)
            case ("aud", .string(let text)): claims.audience = [ExactString(text)]
            case ("aud", .array(let items)): claims.audience = try audience(items)
            case ("exp", .number(let text)): claims.expiresAt = try seconds(text, of: "exp")
            case ("nbf", .number(let text)): claims.notBefore = try seconds(text, of: "nbf")
            case ("sub", .string), ("sub", .number), ("iat", .number), ("jti", .string): break
            case (let name, .null) where name != "exp" && name != "sub" && name != "nbf": break
            case (let name, _) where registered.contains(name): throw wrongType(name.text)
            case (let name, let value) where !own.contains(name):
                if let text = scalar(value) { claims.others[name] = text }
            default: break
            }
        }
        guard let subject = try one(names.user, in: all) else {
            throw .claim("The token has no claim \"\(names.user)\".")
        }
        claims.subject = subject
        claims.roles = try several(names.role, in: all)
        claims.tenant = try names.tenant.flatMap { path throws(TokenFailure) in try one(path, in: all) }
        claims.tenants = try names.tenants.flatMap { path throws(TokenFailure) in
            // Some issuers write an empty list as null; it must not widen the reach.
            try value(path, in: all) == .null ? [] : try several(path, in: all)
        }
        if claims.expiresAt == nil { throw .claim("The token has no claim \"exp\".") }
        return claims
    }

    // MARK: Claims with a name of the configuration

    /// The value of a claim; `nil` if missing.
    private static func value(_ path: ClaimNames.Path, in payload: JSONValue) throws(TokenFailure) -> JSONValue? {
        var value = payload
        for name in path.names {
            if value == .null { return nil }
            guard case .object(let members) = value else { throw wrongType(path.description) }
            guard let member = members.first(where: { $0.key == name }) else { return nil }
            value = member.value
        }
        return value
    }

    private static func one(_ path: ClaimNames.Path, in payload: JSONValue) throws(TokenFailure) -> ExactString? {
        guard let value = try value(path, in: payload), value != .null else { return nil }
        guard let text = identity(value) else { throw wrongType(path.description) }
        return text
    }

    private static func several(_ path: ClaimNames.Path, in payload: JSONValue) throws(TokenFailure) -> [ExactString]? {
        guard let value = try value(path, in: payload), value != .null else { return nil }
        let items = if case .array(let items) = value { items } else { [value] }
        let found = items.compactMap(identity)
        guard found.count == items.count else { throw wrongType(path.description) }
        return found
    }

    /// A name or an id: a non-empty text without NUL, or a whole number as written.
    private static func identity(_ value: JSONValue) -> ExactString? {
        switch value {
        case .string(let text) where !text.isEmpty && !text.utf8.contains(0): ExactString(text)
        case .number(let text) where text.utf8.allSatisfy({ (0x30...0x39).contains($0) }): ExactString(text)
        default: nil
        }
    }

    private static func wrongType(_ claim: String) -> TokenFailure {
        .claim("The token's claim \"\(claim)\" is not of the right type.")
    }

    // MARK: Registered claims

    private static func audience(_ items: [JSONValue]) throws(TokenFailure) -> [ExactString] {
        var names: [ExactString] = []
        for item in items {
            guard case .string(let name) = item else { throw wrongType("aud") }
            names.append(ExactString(name))
        }
        return names
    }

    /// A NumericDate (RFC 7519, section 2): seconds, possibly with a fraction, which is dropped.
    private static func seconds(_ text: String, of claim: String) throws(TokenFailure) -> Int {
        guard let value = Double(text), value >= 0, value < 1e15 else {
            throw .claim("The token's claim \"\(claim)\" is not a time.")
        }
        return Int(value)
    }

    private static func scalar(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
