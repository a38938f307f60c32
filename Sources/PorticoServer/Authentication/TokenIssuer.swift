import Crypto
import ExactText
import JSONBytes

/// Signs tokens with an HS256 secret, for `portico token` and `portico dev`.
public struct TokenIssuer: Sendable {
    /// What a token says of its bearer.
    public struct Bearer: Sendable, Equatable {
        public var user: String
        public var tenant: String?
        public var role: String?

        public init(user: String, tenant: String? = nil, role: String? = nil) {
            self.user = user
            self.tenant = tenant
            self.role = role
        }
    }

    private let secret: String
    private let kid: String?
    private let requirements: TokenRequirements

    /// - Parameters:
    ///   - kid: Goes into the header, where the gateway has several keys.
    ///   - requirements: Its issuer, and the first of its audience, go into the tokens, whose
    ///     claims have the names that
    ///     it gives them.
    /// - Throws: ``KeyFailure`` when the secret is too short.
    public init(
        secret: String, kid: String? = nil, requirements: TokenRequirements = TokenRequirements()
    ) throws(KeyFailure) {
        try KeyLimits.check(secret: secret, kid: kid)
        self.secret = secret
        self.kid = kid
        self.requirements = requirements
    }

    /// A token in the compact form.
    /// - Parameters:
    ///   - now: Seconds since 1970.
    ///   - lifetime: Seconds.
    public func token(_ bearer: Bearer, now: Int, lifetime: Int) -> String {
        let names = requirements.claims
        var payload: [JSONMember] = []
        Self.set(names.user, bearer.user, in: &payload)
        Self.set("iat", .number(String(now)), in: &payload)
        Self.set("exp", .number(String(now + lifetime)), in: &payload)
        if let issuer = requirements.issuer { Self.set("iss", issuer, in: &payload) }
        if let audience = requirements.audience.first { Self.set("aud", audience, in: &payload) }
        if let path = names.tenant, let tenant = bearer.tenant { Self.set(path, tenant, in: &payload) }
        if let role = bearer.role { Self.set(names.role, names.value(of: ExactString(role)).text, in: &payload) }
        var header = [
            JSONMember(key: "alg", value: .string(TokenAlgorithm.hs256.rawValue)),
            JSONMember(key: "typ", value: .string("JWT")),
        ]
        if let kid { header.append(JSONMember(key: "kid", value: .string(kid))) }
        let text = ResponseBuffer()
        text.appendBase64URL(Self.bytes(header))
        text.append(".")
        text.appendBase64URL(Self.bytes(payload))
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = text.withUnsafeBytes { HMAC<SHA256>.authenticationCode(for: $0, using: key) }
        text.append(".")
        text.appendBase64URL(Array(code))
        return String(decoding: text.takeBytes(), as: UTF8.self)
    }

    private static func bytes(_ members: [JSONMember]) -> [UInt8] {
        let buffer = ResponseBuffer()
        JSONValue.object(members).write(into: buffer)
        return buffer.takeBytes()
    }

    private static func set(_ path: ClaimNames.Path, _ text: String, in members: inout [JSONMember]) {
        set(path, .string(text), in: &members)
    }

    private static func set(_ path: ClaimNames.Path, _ value: JSONValue, in members: inout [JSONMember]) {
        set(path.names[...], value, in: &members)
    }

    private static func set(_ names: ArraySlice<ExactString>, _ value: JSONValue, in members: inout [JSONMember]) {
        guard let name = names.first else { return }
        let index = members.firstIndex { $0.key == name }
        guard names.count > 1 else { return members.append(JSONMember(key: name, value: value)) }
        var below: [JSONMember] = []
        if let index, case .object(let found) = members.remove(at: index).value { below = found }
        set(names.dropFirst(), value, in: &below)
        members.append(JSONMember(key: name, value: .object(below)))
    }
}
