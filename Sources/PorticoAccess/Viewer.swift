/// Who asks: made from a verified token and the user's row, or anonymous.
public struct Viewer: Sendable, Hashable {
    /// The user's id; `nil` for anonymous.
    public var id: String?
    /// As `config/access/roles.yaml` writes it, such as `agency_owner`.
    public var role: String
    /// The viewer's own tenant.
    public var tenant: String?
    /// The tenants whose rows may be reached: the own one, and with `reach: subtree` those below it.
    public var tenants: [String]
    /// The token's further claims that are scalars, as text.
    public var claims: [String: String]

    public init(id: String?, role: String, tenant: String?, tenants: [String], claims: [String: String] = [:]) {
        self.id = id
        self.role = role
        self.tenant = tenant
        self.tenants = tenants
        self.claims = claims
    }

    /// Without a token: no id, no tenant, and nothing to reach.
    public static let anonymous = Viewer(id: nil, role: "anonymous", tenant: nil, tenants: [])
}
