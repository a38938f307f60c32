/// How a request's sender is identified.
public struct AuthenticationConfiguration: Sendable, Equatable {
    public var keys: [KeyConfiguration] = []
    public var jwks: JWKSConfiguration?
    public var requirements = TokenRequirements()
    /// `nil` without such a table: then the claims of tokens are the authority.
    public var users: UserTableColumns? = UserTableColumns()
    /// `nil` without a hierarchy of tenants and without inactive tenants.
    public var tenants: TenantTableColumns? = TenantTableColumns()
    public var apiKeys: [APIKeyBinding] = []
    public var certificates: [CertificateBinding] = []

    public init() {}

    /// Whether anyone can sign in; `portico serve` requires it.
    public var hasKey: Bool { !keys.isEmpty || jwks != nil }

    /// Warnings at the start of the server: one sentence each.
    package var warnings: [String] {
        guard users == nil, jwks != nil, requirements.audience.isEmpty else { return [] }
        return [
            "authentication.users is null and no authentication.audience is stated: a token that the issuer has made for "
                + "any other program says who may read what here."
        ]
    }
}
