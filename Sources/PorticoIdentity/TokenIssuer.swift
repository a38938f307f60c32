import Crypto
import ExactText
import JSONBytes
import PorticoConfiguration

/// Signs tokens with an HS256 secret, for `portico token` and `portico dev`.
public struct TokenIssuer: Sendable {
    /// The subject of a token.
    public struct Bearer: Sendable, Equatable {
        public var user: String
        public var tenant: String?
        public var role: String?

        public init(user: String, tenant: String? = nil, role: String? = nil) {
            (self.user, self.tenant, self.role) = (user, tenant, role)
        }
    }

    private let secret: String
    private let kid: String?
    private let requirements: TokenRequirements

    /// - Parameters:
    ///   - kid: For the header, if the gateway has several keys.
    ///   - requirements: Supply the issuer, the first audience, and the names of claims.
    /// - Throws: ``KeyFailure`` when the secret is too short.
    public init(
        secret: String, kid: String? = nil, requirements: TokenRequirements = TokenRequirements()
    ) throws(KeyFailure) {
        try KeyLimits.check(secret: secret, kid: kid)
        self.secret = secret
        self.kid = kid
        self.requirements = requirements
    }

    /// A token in compact form.
    /// - Parameters:
    ///   - now: Seconds since 1970.
    ///   - lifetime: Seconds.
    public func token(_ bearer: Bearer, now: Int, lifetime: Int) -> String {
        let names = requirements.claims
        var payload: JSONValue = [:]
        Self.set(names.user, bearer.user, in: &payload)
        Self.set("iat", now, in: &payload)
        Self.set("exp", now + lifetime, in: &payload)
        if let issuer = requirements.issuer { Self.set("iss", issuer, in: &payload) }
        if let audience = requirements.audience.first { Self.set("aud", audience, in: &payload) }
        if let path = names.tenant, let tenant = bearer.tenant { Self.set(path, tenant, in: &payload) }
        if let role = bearer.role { Self.set(names.role, names.value(of: ExactString(role)).text, in: &payload) }
        var header: JSONValue = ["alg": TokenAlgorithm.hs256.rawValue, "typ": "JWT"]
        if let kid { header["kid"] = .string(kid) }
        let text = ResponseBuffer()
        text.appendBase64URL(header.bytes)
        text.append(".")
        text.appendBase64URL(payload.bytes)
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = text.withUnsafeBytes { HMAC<SHA256>.authenticationCode(for: $0, using: key) }
        text.append(".")
        text.appendBase64URL(Array(code))
        return String(decoding: text.takeBytes(), as: UTF8.self)
    }

    private static func set(_ path: ClaimNames.Path, _ value: any JSONRepresentable, in object: inout JSONValue) {
        set(path.names[...], value.jsonValue, in: &object)
    }

    private static func set(_ names: ArraySlice<ExactString>, _ value: JSONValue, in object: inout JSONValue) {
        guard let name = names.first?.text else { return }
        guard names.count > 1 else { return object[name] = value }
        var below = object[name] ?? [:]
        if case .object = below {} else { below = [:] }
        set(names.dropFirst(), value, in: &below)
        object[name] = below
    }
}
