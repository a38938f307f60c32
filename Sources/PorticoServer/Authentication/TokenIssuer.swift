import JWTKit

/// Signs tokens with an HS256 secret, for `portico token` and `portico dev`.
public struct TokenIssuer: Sendable {
    private let keys: JWTKeyCollection
    private let kid: String?
    private let requirements: TokenRequirements

    /// - Parameters:
    ///   - kid: Goes into the header, where the gateway has several keys.
    ///   - requirements: Its issuer, and the first of its audience, go into the tokens.
    /// - Throws: ``KeyFailure`` when the secret is too short.
    public init(secret: String, kid: String? = nil, requirements: TokenRequirements = TokenRequirements()) async throws(KeyFailure) {
        keys = try await TokenKey.make(kid: kid, algorithm: .hs256, material: .secret(secret)).collection
        self.kid = kid
        self.requirements = requirements
    }

    /// A token for a user.
    /// - Parameters:
    ///   - now: Seconds since 1970.
    ///   - lifetime: Seconds.
    public func token(user: String, tenant: String? = nil, role: String? = nil, now: Int, lifetime: Int) async throws -> String {
        let payload = Payload(sub: user, iat: now, exp: now + lifetime, tenant: tenant, role: role, iss: requirements.issuer, aud: requirements.audience.first)
        var header = JWTHeader()
        header.typ = "JWT"
        if let kid { header.kid = kid }
        return try await keys.sign(payload, header: header)
    }

    private struct Payload: JWTPayload {
        var sub: String
        var iat: Int
        var exp: Int
        var tenant: String?
        var role: String?
        var iss: String?
        var aud: String?

        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
