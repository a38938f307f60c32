import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog

/// The rules in force: those of the roles and those of every tenant that has its own, checked as a
/// whole. Immutable; a change of files makes a new one, which shares with its predecessor whatever
/// the change leaves alone (``LiveRules``).
public final class Policy: Sendable {
    /// Which its rules speak of.
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

    /// Reads and checks all files. Throws every problem of `roles.yaml`; a tenant's file with
    /// problems is kept apart in ``tenantProblems``.
    ///
    /// - Parameters:
    ///   - limits: of the gateway; a role may lower them, and a tenant below it.
    ///   - tenants: each named after its tenant, such as `config/access/tenants/agency-001.yaml`.
    ///   - unreadable: what stands in the place of a tenant's file: that tenant is not served.
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
                table.setUnavailable(
                    UnavailableTenant(text: RuleText(source), problems: problems), ExactString(source.stem))
            }
        }
        for file in unreadable where file.namesTenant {
            let source = SourceText(name: file.name, bytes: [])
            table.setUnavailable(
                UnavailableTenant(text: RuleText(source), problems: Diagnostics([file.diagnostic])),
                ExactString(source.stem))
        }
        return Policy(catalog: catalog, limits: limits, roles: roleTable, tenants: table, cache: RuleCache())
    }

    /// The same roles with other tenants.
    func with(_ tenants: TenantTable, roles: RoleTable? = nil) -> Policy {
        Policy(catalog: catalog, limits: limits, roles: roles ?? roleTable, tenants: tenants, cache: cache)
    }

    /// The same rules on other columns of the same API. Throws what is wrong with them there, which
    /// is nothing where types, fields and relations are the same.
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

    /// The tenants that have a file of their own, good or bad, sorted.
    package var tenants: [ExactString] { (tenantTable.tenants.map(\.key) + tenantTable.unavailable.keys).sorted() }

    /// Whether a role is defined.
    public func hasRole(_ role: ExactString) -> Bool { roleTable.rules[role] != nil }

    /// Whether there is a role for anybody but strangers.
    public var signsIn: Bool { roleTable.rules.keys.contains { $0 != ExactString(Viewer.anonymousRole) } }

    /// The types that a role may read only where a tenant's file grants it, each with its fields.
    package func optionalTypes(of role: String) -> [String: Set<String>] {
        (roleTable.rules[ExactString(role)]?.types ?? [:]).filter(\.value.isOptional).mapValues(\.fields)
    }

    /// What is wrong with the files of tenants, by the tenant's id: their viewers are not served.
    public var tenantProblems: [ExactString: Diagnostics] { tenantTable.unavailable.mapValues(\.problems) }

    /// The text of `roles.yaml`.
    public var roleText: SourceText { roleTable.source }

    /// The bytes of a tenant's file that are in force; `nil` for a tenant without one.
    public func tenantBytes(_ tenant: ExactString) -> [UInt8]? { tenantTable[tenant]?.bytes }

    /// How far a role reaches, which a viewer's `tenants` follow from; `nil` for a role that is not
    /// known.
    public func reach(of role: String) -> Reach? { roleTable.rules[ExactString(role)]?.reach }

    /// The rules for viewers of a role whose own tenant is `tenant`; compiled when they are first
    /// asked for, once for all that are equal. Any thread may ask.
    public func rules(role: ExactString, tenant: ExactString?) -> RuleLookup {
        guard let rules = roleTable.rules[role] else { return .unknownRole }
        if let tenant, tenantTable.unavailable[tenant] != nil { return .tenantUnavailable }
        return .rules(ruleSet(rules, tenant.flatMap { tenantTable[$0] } ?? .none))
    }

    public func rules(role: String, tenant: String?) -> RuleLookup {
        rules(role: ExactString(role), tenant: tenant.map { ExactString($0) })
    }

    private func ruleSet(_ role: RoleRules, _ tenant: TenantText) -> RuleSet {
        cache.ruleSet(
            RuleCache.Key(role: ExactString(role.name), roles: roleTable.version, tenant: tenant.id), role,
            tenant.rules, limits, catalog)
    }

    /// By which line viewers of a role in a tenant may read what they may; `nil` where
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

    /// How many distinct sets of rules are kept compiled, by all versions of these rules together.
    public var compiledCount: Int { cache.compiledCount }

    /// How many sets of rules were compiled so far, for all versions of these rules together.
    public var compilations: Int { cache.compilations }

    // MARK: Before they come into force

    /// Sets that ``warm(after:tenants:)`` compiles at most. Stands against a change that waits for
    /// the sets of thousands of tenants; the others are compiled when they are asked for, as after
    /// a start.
    static let warmedSets = 64

    /// Compiles, ahead of the first request, what was in use under the former rules.
    ///
    /// - Parameter tenants: Those that differ; `nil` for all, because the roles do.
    func warm(after former: Policy, tenants: [ExactString]?) {
        guard let tenants else { return warmAll(after: former) }
        var left = Self.warmedSets
        for tenant in tenants {
            for role in cache.roles(
                asked: (former.roleTable.version, former.tenantTable[tenant]?.id ?? TenantText.none.id)) where left > 0
            {
                _ = rules(role: role, tenant: tenant)
                left -= 1
            }
            if left == 0 { return }
        }
    }

    private func warmAll(after former: Policy) {
        var left = Self.warmedSets
        let texts = Dictionary(tenantTable.distinct.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let none = TenantText.none.id
        // First those of tenants without a file: most viewers have them.
        for key in cache.keys(ofRoles: former.roleTable.version).sorted(by: {
            ($0.tenant == none ? 0 : 1) < ($1.tenant == none ? 0 : 1)
        }) {
            guard left > 0 else { return }
            guard let role = roleTable.rules[key.role],
                let text = key.tenant == none ? TenantText.none : texts[key.tenant]
            else { continue }
            _ = ruleSet(role, text)
            left -= 1
        }
    }
}

public enum RuleLookup: Sendable {
    case rules(RuleSet)
    /// The tenant's file is wrong: what it would have narrowed is not known.
    case tenantUnavailable
    case unknownRole
}
