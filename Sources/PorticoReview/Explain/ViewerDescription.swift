import JSONBytes
import PorticoAccess

/// The viewer whose access is explained.
public struct ViewerDescription: Sendable {
    /// `nil` for any user of the role.
    public var user: String?
    public var role: String
    public var tenant: String?
    public var reach: Reach
    /// Where the role is defined.
    public var roleOrigin: RuleOrigin?
    /// The tenant's own file.
    public var tenantFile: String?

    public init(user: String?, rules: CompiledPolicy, provenance: AccessProvenance) {
        self.user = user
        role = provenance.role
        tenant = provenance.tenant?.text
        reach = rules.reach
        roleOrigin = provenance.roleOrigin
        tenantFile = provenance.tenantFile
    }

    /// Two lines.
    var text: String {
        let who = [user, role + (tenant.map { " of \($0)" } ?? "")].compactMap(\.self).joined(separator: ", ")
        let reached =
            switch reach {
            case .tenant: tenant == nil ? "without a tenant" : "within its own tenant"
            case .subtree: "within its tenant and those below"
            case .crossTenant: "across all tenants"
            }
        let rules = roleOrigin.map { "\($0)" } ?? "no file mentions the role"
        return "viewer  \(who), \(reached)\nrules   \(rules)\(tenantFile.map { ", narrowed by \($0)" } ?? "")\n"
    }

    var json: JSONValue {
        [
            "user": user, "role": role, "tenant": tenant, "reach": "\(reach)", "origin": roleOrigin,
            "tenantFile": tenantFile,
        ]
    }
}
