/// Who asks: made from a verified token and the user's row, or anonymous.
///
/// A request hands it on many times: it is one reference to values that do not change, and a change makes others.
public struct Viewer: Sendable, Hashable {
    private final class Values: Sendable, Hashable {
        let id: String?
        let role: String
        let tenant: String?
        let tenants: [String]
        let claims: [String: String]
        let fairnessKey: UInt64

        init(id: String?, role: String, tenant: String?, tenants: [String], claims: [String: String]) {
            self.id = id
            self.role = role
            self.tenant = tenant
            self.tenants = tenants
            self.claims = claims
            fairnessKey = UInt64(truncatingIfNeeded: tenant.hashValue)
        }

        static func == (left: Values, right: Values) -> Bool {
            left === right || (left.id == right.id && left.role == right.role && left.tenant == right.tenant && left.tenants == right.tenants && left.claims == right.claims)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(id)
            hasher.combine(role)
            hasher.combine(tenant)
            hasher.combine(tenants)
            hasher.combine(claims)
        }
    }

    private let values: Values

    public init(id: String?, role: String, tenant: String?, tenants: [String], claims: [String: String] = [:]) {
        values = Values(id: id, role: role, tenant: tenant, tenants: tenants, claims: claims)
    }

    /// The user's id; `nil` for anonymous.
    public var id: String? { values.id }
    /// As `config/access/roles.yaml` writes it, such as `agency_owner`.
    public var role: String { values.role }
    /// The viewer's own tenant.
    public var tenant: String? { values.tenant }
    /// The tenants whose rows may be reached: the own one, and with `reach: subtree` those below it.
    public var tenants: [String] { values.tenants }
    /// The token's further claims that are scalars, as text.
    public var claims: [String: String] { values.claims }
    /// The lane of what waits for the viewer: one for all of its tenant, so that a busy tenant makes only itself wait.
    public var fairnessKey: UInt64 { values.fairnessKey }

    /// The same viewer, reaching these tenants.
    public func reaching(_ tenants: [String]) -> Viewer { Viewer(id: id, role: role, tenant: tenant, tenants: tenants, claims: claims) }

    /// Without a token: no id, no tenant, and nothing to reach.
    public static let anonymous = Viewer(id: nil, role: "anonymous", tenant: nil, tenants: [])
}
