import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog

/// The rules in force: those of the roles and of every tenant with its own file, checked as a
/// whole. Immutable; a change of files makes a new one, which shares everything unchanged with its
/// predecessor (``PolicyReloadState``).
public final class Policy: Sendable {
    package let catalog: Catalog
    /// Of the gateway.
    let limits: RuleLimits
    let roleTable: RoleTable
    let tenantTable: TenantTable
    private let cache: RuleCache

    init(catalog: Catalog, limits: RuleLimits, roles: RoleTable, tenants: TenantTable, cache: RuleCache) {
        self.catalog = catalog
        self.limits = limits
        self.roleTable = roles
        self.tenantTable = tenants
        self.cache = cache
    }

    /// Reads and checks all files. Throws every problem of `roles.yaml`; invalid files of tenants
    /// are kept in ``tenantProblems``.
    ///
    /// - Parameters:
    ///   - limits: The gateway's; a role may lower them, and a tenant below it.
    ///   - tenants: Named after their tenants, such as `config/access/tenants/agency-001.yaml`.
    ///   - unreadable: Unreadable files of tenants, which are not served.
    public static func load(
        catalog: Catalog, limits: RuleLimits = RuleLimits(), roles: SourceText, tenants: [SourceText],
        unreadable: [UnreadableFile] = []
    ) throws(Diagnostics) -> Policy {
        let file = RoleFile(roles, catalog: catalog, limits: limits)
        guard file.problems.isEmpty else { throw Diagnostics(file.problems) }
        let roleTable = RoleTable(roles, file.roles)
        var table = TenantTable()
        let readings = TenantReadings(tenants, catalog: catalog, roles: roleTable)
        for source in tenants {
            switch readings[source] {
            case .good(let text): table.set(text, of: ExactString(source.stem))
            case .wrong(let problems):
                table.setUnavailable(.init(text: PolicyFile(source), problems: problems), ExactString(source.stem))
            }
        }
        for file in unreadable where file.namesTenant {
            let source = SourceText(name: file.name, bytes: [])
            let problem = UnavailableTenant(text: PolicyFile(source), problems: Diagnostics([file.diagnostic]))
            table.setUnavailable(problem, ExactString(source.stem))
        }
        return Policy(catalog: catalog, limits: limits, roles: roleTable, tenants: table, cache: RuleCache())
    }

    /// The same for all rule files of a project.
    public static func load(_ files: ProjectFiles, catalog: Catalog, limits: RuleLimits) throws(Diagnostics) -> Policy {
        try load(
            catalog: catalog, limits: limits, roles: files.roles, tenants: files.tenants, unreadable: files.unreadable)
    }

    /// The same roles with other tenants.
    func with(_ tenants: TenantTable, roles: RoleTable? = nil) -> Policy {
        Policy(catalog: catalog, limits: limits, roles: roles ?? roleTable, tenants: tenants, cache: cache)
    }

    /// The same rules on other columns of the same API. Throws the problems found there; there are
    /// none if types, fields and relations are the same.
    public func on(_ catalog: Catalog) throws(Diagnostics) -> Policy {
        if catalog === self.catalog { return self }
        let file = RoleFile(roleTable.source, catalog: catalog, limits: limits)
        guard file.problems.isEmpty else { throw Diagnostics(file.problems) }
        let roles = RoleTable(roleTable.source, file.roles)
        var table = TenantTable()
        let readings = TenantReadings(tenantTable.distinct.map(\.source), catalog: catalog, roles: roles)
        for (tenant, text) in tenantTable.tenants {
            switch readings[text.source] {
            case .good(let text): table.set(text, of: tenant)
            case .wrong(let problems): throw problems
            }
        }
        for (tenant, problem) in tenantTable.unavailable { table.setUnavailable(problem, tenant) }
        return Policy(catalog: catalog, limits: limits, roles: roles, tenants: table, cache: RuleCache())
    }

    /// The names of the roles, sorted.
    public var roles: [String] { roleTable.rules.keys.sorted().map(\.text) }

    /// The tenants that have a file of their own, valid or not, sorted.
    package var tenants: [ExactString] { (tenantTable.tenants.map(\.key) + tenantTable.unavailable.keys).sorted() }

    public func hasRole(_ role: ExactString) -> Bool { roleTable.rules[role] != nil }

    /// Whether there is a role other than `anonymous`.
    public var signsIn: Bool { roleTable.rules.keys.contains { $0 != ExactString(Viewer.anonymousRole) } }

    /// The types that a role may read only if a tenant's file grants them, with their fields.
    package func optionalTypes(of role: String) -> [String: Set<String>] {
        (roleTable.rules[ExactString(role)]?.types ?? [:]).filter(\.value.isOptional).mapValues(\.fields)
    }

    /// The problems of tenants' files, by tenant; their viewers are not served.
    public var tenantProblems: [ExactString: Diagnostics] { tenantTable.unavailable.mapValues(\.problems) }

    /// The text of `roles.yaml`.
    public var roleText: SourceText { roleTable.source }

    /// The bytes of a tenant's file in force; `nil` if there is none.
    public func tenantBytes(_ tenant: ExactString) -> [UInt8]? { tenantTable[tenant]?.bytes }

    /// A role's reach, which decides a viewer's `tenants`; `nil` for an unknown role.
    public func reach(of role: String) -> Reach? { roleTable.rules[ExactString(role)]?.reach }

    /// The rules for viewers of a role whose own tenant is `tenant`; compiled on first use, once
    /// for all that are equal. Call on any thread.
    public func rules(role: ExactString, tenant: ExactString?) -> RuleLookup {
        guard let rules = roleTable.rules[role] else { return .unknownRole }
        if let tenant, tenantTable.unavailable[tenant] != nil { return .tenantUnavailable }
        return .rules(ruleSet(rules, tenant.flatMap { tenantTable[$0] } ?? .none))
    }

    public func rules(role: String, tenant: String?) -> RuleLookup {
        rules(role: ExactString(role), tenant: tenant.map { ExactString($0) })
    }

    private func ruleSet(_ role: RoleRules, _ tenant: SharedTenantFile) -> CompiledPolicy {
        cache.ruleSet(
            RuleCache.Key(role: ExactString(role.name), roles: roleTable.version, tenant: tenant.id), role,
            tenant.rules, limits, catalog)
    }

    /// The lines behind the rules of viewers of a role in a tenant; `nil` if
    /// ``rules(role:tenant:)`` has no rules for them.
    public func provenance(role: String, tenant: String?) -> AccessProvenance? {
        provenance(role: ExactString(role), tenant: tenant.map { ExactString($0) })
    }

    public func provenance(role: ExactString, tenant: ExactString?) -> AccessProvenance? {
        guard let rules = roleTable.rules[role], tenant.flatMap({ tenantTable.unavailable[$0] }) == nil else {
            return nil
        }
        return AccessProvenance(
            rules, (tenant.flatMap { tenantTable[$0] } ?? .none).rules, limits: limits, tenant: tenant, catalog: catalog
        )
    }

    /// Distinct sets of rules kept compiled, by all versions of these rules together.
    public var compiledCount: Int { cache.compiledCount }

    /// Compilations so far, by all versions of these rules together.
    public var compilations: Int { cache.compilations }

    // MARK: Before they come into force

    /// Sets that ``warm(after:tenants:)`` compiles at most. Guards against a change that waits for
    /// the sets of thousands of tenants; the others are compiled on first use, as after a start.
    static let warmedSets = 64

    /// Compiles, ahead of the first request, the sets that were in use under the former rules.
    ///
    /// - Parameter tenants: The tenants that differ; `nil` for all, because the roles do.
    func warm(after former: Policy, tenants: [ExactString]?) {
        guard let tenants else { return warmAll(after: former) }
        var left = Self.warmedSets
        for tenant in tenants {
            for role in cache.roles(
                asked: (former.roleTable.version, former.tenantTable[tenant]?.id ?? SharedTenantFile.none.id))
            where left > 0 {
                _ = rules(role: role, tenant: tenant)
                left -= 1
            }
            if left == 0 { return }
        }
    }

    private func warmAll(after former: Policy) {
        var left = Self.warmedSets
        let texts = Dictionary(tenantTable.distinct.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let none = SharedTenantFile.none.id
        // Tenants without a file first: most viewers belong to them.
        for key in cache.keys(ofRoles: former.roleTable.version).sorted(by: {
            ($0.tenant == none ? 0 : 1) < ($1.tenant == none ? 0 : 1)
        }) {
            guard left > 0 else { return }
            guard let role = roleTable.rules[key.role],
                let text = key.tenant == none ? SharedTenantFile.none : texts[key.tenant]
            else { continue }
            _ = ruleSet(role, text)
            left -= 1
        }
    }
}

public enum RuleLookup: Sendable {
    case rules(CompiledPolicy)
    /// The tenant's file is invalid: its restrictions are unknown.
    case tenantUnavailable
    case unknownRole
}
