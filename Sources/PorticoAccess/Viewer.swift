import ExactText

/// The subject of a request: made from a verified token and the user's row, or anonymous.
///
/// A single reference to immutable values, because requests pass it on often.
public struct Viewer: Sendable, Hashable {
    private struct Values: Sendable, Hashable {
        var id: ExactString?
        var role: ExactString
        var tenant: ExactString?
        var tenants: TenantList
        var claims: [ExactString: String]

        /// Compares bytes.
        static func == (left: Values, right: Values) -> Bool {
            left.id == right.id && left.role == right.role && left.tenant == right.tenant
                && left.tenants == right.tenants
                && left.claims.mapValues { ExactString($0) } == right.claims.mapValues { ExactString($0) }
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(id)
            hasher.combine(role)
            hasher.combine(tenant)
            hasher.combine(tenants.ids.count)
            hasher.combine(claims.count)
        }
    }

    private final class Storage: Sendable {
        let values: Values
        let fairnessKey: UInt64

        init(_ values: Values) {
            self.values = values
            fairnessKey = Viewer.fairnessKey(of: values.tenant)
        }
    }

    private let storage: Storage

    public init(
        id: ExactString?, role: ExactString, tenant: ExactString?, tenants: [String],
        claims: [ExactString: String] = [:]
    ) {
        self.init(id: id, role: role, tenant: tenant, tenants: TenantList(tenants), claims: claims)
    }

    /// - Parameter tenants: Shared by all viewers with the same reach.
    public init(
        id: ExactString?, role: ExactString, tenant: ExactString?, tenants: TenantList,
        claims: [ExactString: String] = [:]
    ) {
        storage = Storage(Values(id: id, role: role, tenant: tenant, tenants: tenants, claims: claims))
    }

    public init(id: String?, role: String, tenant: String?, tenants: [String], claims: [String: String] = [:]) {
        self.init(
            id: id.map { ExactString($0) }, role: ExactString(role), tenant: tenant.map { ExactString($0) },
            tenants: tenants, claims: Dictionary(firstOf: claims.map { ($0, $1) }))
    }

    public static func == (left: Viewer, right: Viewer) -> Bool {
        left.storage === right.storage || left.storage.values == right.storage.values
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(storage.values) }

    /// The user's id; `nil` for anonymous.
    public var id: ExactString? { storage.values.id }
    /// As `config/access/roles.yaml` writes it, such as `agency_owner`.
    public var role: ExactString { storage.values.role }
    /// The viewer's own tenant.
    public var tenant: ExactString? { storage.values.tenant }
    /// The tenants whose rows may be reached: the viewer's own, and with `reach: subtree` those
    /// below it. Used as parameter values, never as keys.
    public var tenants: [String] { storage.values.tenants.ids }
    /// The same, with its encoded forms.
    public var tenantList: TenantList { storage.values.tenants }
    /// The token's other scalar claims, as text.
    public var claims: [ExactString: String] { storage.values.claims }
    /// The lane of queued work: one per tenant, so that a busy tenant delays only itself.
    public var fairnessKey: UInt64 { storage.fairnessKey }

    /// The lane of a tenant's viewers.
    public static func fairnessKey(of tenant: ExactString?) -> UInt64 { UInt64(truncatingIfNeeded: tenant.hashValue) }

    public func reaching(_ tenants: [String]) -> Viewer { reaching(TenantList(tenants)) }

    public func reaching(_ tenants: TenantList) -> Viewer {
        Viewer(id: id, role: role, tenant: tenant, tenants: tenants, claims: claims)
    }

    /// The role of requests without a credential.
    public static let anonymousRole = "anonymous"

    /// No id, no tenant, no reach.
    public static let anonymous = Viewer(
        id: nil as ExactString?, role: ExactString(anonymousRole), tenant: nil, tenants: [])
}

extension Viewer {
    /// A hint for errors that a token might have avoided.
    public var anonymousNote: String { "The request has no token, so that it is answered as the role \"\(role)\"." }
}
