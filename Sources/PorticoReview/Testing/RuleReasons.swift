import PorticoAccess
import PorticoCatalog

/// Which rules made an answer what it was, in words and with their places.
public struct RuleReasons: Sendable {
    private let catalog: Catalog
    private let rules: RuleSet
    private let viewer: Viewer
    /// The rules of the role without those of a tenant.
    private let roleRules: RuleSet?
    private let rolesFile: String

    public init(catalog: Catalog, policy: Policy, rules: RuleSet, viewer: Viewer, rolesFile: String) {
        self.catalog = catalog
        self.rules = rules
        self.viewer = viewer
        self.rolesFile = rolesFile
        if case .rules(let found) = policy.rules(role: viewer.role, tenant: nil) { roleRules = found } else { roleRules = nil }
    }

    /// One line or more for each subject, none twice.
    public func lines(_ subjects: [Mismatch.Subject]) -> [String] {
        var lines: [String] = []
        for subject in subjects {
            for line in self.lines(subject) where !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    private func lines(_ subject: Mismatch.Subject) -> [String] {
        switch subject {
        case .rows(let type): rows(type)
        case .field(let type, let field): [self.field(field, of: type)]
        }
    }

    private func rows(_ type: String) -> [String] {
        guard let rule = rules.types[type] else { return ["\(type): \(viewer.role) may not read it, by \(rolesFile)"] }
        let places = rule.rows?.origins.map { "\($0.resolved(tenant: viewer.tenant))" } ?? ["\(rule.origin)"]
        return ["\(type): \(ConditionWords().text(rule.rows)), by \(places.joined(separator: " and "))", "\(type): \(reach(type))"]
    }

    private func reach(_ type: String) -> String {
        let file = catalog.types[type]?.file ?? "resolvers/\(type).yaml"
        if rules.reach == .crossTenant { return "\(viewer.role) is not bound to tenants, by \(rolesFile)" }
        if case .none? = catalog.types[type]?.isolation { return "its rows belong to no tenant, by \(file)" }
        let shown = viewer.tenants.prefix(5).joined(separator: ", ") + (viewer.tenants.count > 5 ? " and \(viewer.tenants.count - 5) more" : "")
        return "only rows of \(viewer.tenants.isEmpty ? "no tenant" : shown), by the isolation of \(file)"
    }

    private func field(_ field: String, of type: String) -> String {
        guard let rule = rules.types[type] else { return "\(type).\(field): \(viewer.role) may not read \(type), by \(rolesFile)" }
        if rule.fields.contains(field) { return "\(type).\(field): \(viewer.role) may read it, by \(rule.origin)" }
        if roleRules?.types[type]?.fields.contains(field) == true { return "\(type).\(field): hidden by the file of the tenant \(viewer.tenant ?? "")" }
        return "\(type).\(field): not among the fields of \(rule.origin)"
    }
}
