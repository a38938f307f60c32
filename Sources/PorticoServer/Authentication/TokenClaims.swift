import ExactText
import JSONBytes

/// What a token says, once its signature is known to be right.
struct TokenClaims: Sendable, Equatable {
    /// `sub`: the user's id.
    var subject: ExactString
    /// `exp`, in seconds since 1970. A bound API key has none.
    var expiresAt: Int?
    /// `nbf`, in seconds since 1970.
    var notBefore: Int?
    var issuer: ExactString?
    var audience: [ExactString] = []
    var tenant: ExactString?
    var role: ExactString?
    /// The further claims that are scalars, as text.
    var others: [ExactString: String] = [:]
}

enum TokenLimits {
    /// Bytes. Stands against a stranger who lets us decode and verify whole pages; a header line may be longer.
    static let tokenBytes = 8192
    /// Claims of a token; stands against a token that fills the cache's memory.
    static let claims = 64
    /// Levels of a claim's value.
    static let depth = 8
    static let json = JSONLimits(depth: depth, bytes: tokenBytes, values: 1024)
}

extension TokenClaims {
    /// Claims that the gateway itself reads, or that only make sense to whoever issued the token.
    private static let registered: Set<ExactString> = ["sub", "exp", "nbf", "iat", "iss", "aud", "jti", "tenant", "role"]

    /// Reads the payload of a token (RFC 7519, section 4). A claim that stands twice, and a registered one of a wrong type, is an error.
    static func parse(_ payload: [UInt8]) throws(TokenFailure) -> TokenClaims {
        let members: [JSONMember]
        do throws(JSONError) {
            guard case .object(let found) = try parseJSON(payload, limits: TokenLimits.json) else { throw JSONError("not an object", offset: 0) }
            members = found
        } catch {
            throw .malformed("payload: \(error)")
        }
        guard members.count <= TokenLimits.claims else { throw .malformed("more than \(TokenLimits.claims) claims") }
        var claims = TokenClaims(subject: "")
        for member in members {
            switch (member.key, member.value) {
            case ("sub", .string(let text)) where !text.isEmpty: claims.subject = ExactString(text)
            case ("iss", .string(let text)): claims.issuer = ExactString(text)
            case ("tenant", .string(let text)): claims.tenant = ExactString(text)
            case ("role", .string(let text)): claims.role = ExactString(text)
            case ("aud", .string(let text)): claims.audience = [ExactString(text)]
            case ("aud", .array(let items)): claims.audience = try audience(items)
            case ("exp", .number(let text)): claims.expiresAt = try seconds(text, of: "exp")
            case ("nbf", .number(let text)): claims.notBefore = try seconds(text, of: "nbf")
            case ("iat", .number), ("jti", .string): break
            case (let name, .null) where name != "exp" && name != "sub" && name != "nbf": break
            case (let name, _) where registered.contains(name): throw .claim("The token's claim \"\(name)\" is not of the right type.")
            case (let name, let value): if let text = scalar(value) { claims.others[name] = text }
            }
        }
        if claims.subject.isEmpty { throw .claim("The token has no claim \"sub\".") }
        if claims.expiresAt == nil { throw .claim("The token has no claim \"exp\".") }
        return claims
    }

    private static func audience(_ items: [JSONValue]) throws(TokenFailure) -> [ExactString] {
        var names: [ExactString] = []
        for item in items {
            guard case .string(let name) = item else { throw .claim("The token's claim \"aud\" is not of the right type.") }
            names.append(ExactString(name))
        }
        return names
    }

    /// A NumericDate (RFC 7519, section 2): seconds, possibly with a fraction, which is dropped.
    private static func seconds(_ text: String, of claim: String) throws(TokenFailure) -> Int {
        guard let value = Double(text), value >= 0, value < 1e15 else { throw .claim("The token's claim \"\(claim)\" is not a time.") }
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
