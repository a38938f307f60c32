/// What a token must contain, besides a valid signature.
public struct TokenRequirements: Sendable, Equatable {
    /// `iss`; `nil` accepts any.
    public var issuer: String?
    /// One of these must be in `aud`; empty accepts any.
    public var audience: [String]
    /// Tolerated clock difference between issuer and gateway in seconds.
    public var leeway: Int
    /// The claims that identify its bearer.
    public var claims: ClaimNames

    public init(issuer: String? = nil, audience: [String] = [], leeway: Int = 0, claims: ClaimNames = ClaimNames()) {
        (self.issuer, self.audience, self.leeway, self.claims) = (issuer, audience, leeway, claims)
    }
}
