import Diagnostics
import GraphQLSchema
import PorticoCatalog
import Synchronization

/// The rules in force: those of the roles and those of every tenant that has its own, checked as a whole. Immutable; a change of files makes a new one.
public final class Policy: Sendable {
    /// Which its rules speak of.
    package let catalog: Catalog
    private let limits: RuleLimits
    private let roleRules: [String: RoleRules]
    /// For each tenant with a good file, its place in ``tenantRules``.
    private let tenantIndex: [String: Int]
    /// Distinct ones; the first is that of tenants without a file.
    private let tenantRules: [TenantRules]
    /// What is wrong with the files of tenants, by the tenant's id: their viewers are not served.
    public let tenantProblems: [String: Diagnostics]
    private let cache = Mutex(RuleCache())

    private init(
        catalog: Catalog, limits: RuleLimits, roleRules: [String: RoleRules], tenantIndex: [String: Int], tenantRules: [TenantRules], tenantProblems: [String: Diagnostics]
    ) {
        self.catalog = catalog
        self.limits = limits
        self.roleRules = roleRules
        self.tenantIndex = tenantIndex
        self.tenantRules = tenantRules
        self.tenantProblems = tenantProblems
    }

    /// Reads and checks all files. Throws every problem of `roles.yaml`; a tenant's file with problems is kept apart in ``tenantProblems``.
    ///
    /// - Parameters:
    ///   - limits: of the gateway; a role may lower them, and a tenant below it.
    ///   - tenants: each named after its tenant, such as `config/access/tenants/agency-001.yaml`.
    public static func load(catalog: Catalog, limits: RuleLimits = RuleLimits(), roles: SourceText, tenants: [SourceText]) throws(Diagnostics) -> Policy {
        let file = RoleFile(roles, catalog: catalog, limits: limits)
        guard file.problems.isEmpty else { throw Diagnostics(file.problems) }
        var interned: [TenantRules: Int] = [.none: 0]
        var rules = [TenantRules.none]
        var index: [String: Int] = [:]
        var problems: [String: Diagnostics] = [:]
        // Equal bytes are read once: most tenants copy one file.
        var known: [[UInt8]: Int] = [:]
        for source in tenants {
            let tenant = source.stem
            if let place = known[source.bytes] {
                index[tenant] = place
                continue
            }
            let file = TenantFile(source, catalog: catalog, roles: file.roles)
            guard file.problems.isEmpty else {
                problems[tenant] = Diagnostics(file.problems)
                continue
            }
            let place = interned[file.rules] ?? rules.count
            if place == rules.count {
                interned[file.rules] = place
                rules.append(file.rules)
            }
            index[tenant] = place
            known[source.bytes] = place
        }
        return Policy(catalog: catalog, limits: limits, roleRules: file.roles, tenantIndex: index, tenantRules: rules, tenantProblems: problems)
    }

    /// The names of the roles, sorted.
    public var roles: [String] { roleRules.keys.sorted() }

    /// The tenants that have a file of their own, good or bad, sorted.
    package var tenants: [String] { (Array(tenantIndex.keys) + tenantProblems.keys).sorted() }

    /// The types that a role may read only where a tenant's file grants it, sorted.
    package func optionalTypes(of role: String) -> [String] { (roleRules[role]?.types ?? [:]).filter(\.value.isOptional).keys.sorted() }

    /// How far a role reaches, which a viewer's `tenants` follow from; `nil` for a role that is not known.
    public func reach(of role: String) -> Reach? { roleRules[role]?.reach }

    /// The rules for viewers of a role whose own tenant is `tenant`; compiled when they are first asked for, once for all that are equal. Any thread may ask.
    public func rules(role: String, tenant: String?) -> RuleLookup {
        guard let rules = roleRules[role] else { return .unknownRole }
        if let tenant, tenantProblems[tenant] != nil { return .tenantUnavailable }
        let place = tenant.flatMap { tenantIndex[$0] } ?? 0
        return .rules(cache.withLock { $0.ruleSet(rules, tenantRules[place], RuleCache.Key(role: role, tenantRules: place), limits, catalog) })
    }

    /// By which line viewers of a role in a tenant may read what they may; `nil` where ``rules(role:tenant:)`` has no rules for them.
    public func provenance(role: String, tenant: String?) -> AccessProvenance? {
        guard let rules = roleRules[role], tenant.flatMap({ tenantProblems[$0] }) == nil else { return nil }
        let place = tenant.flatMap { tenantIndex[$0] } ?? 0
        return AccessProvenance(rules, tenantRules[place], limits: limits, tenant: tenant, catalog: catalog)
    }

    /// How many distinct sets of rules are compiled by now.
    public var compiledCount: Int { cache.withLock { $0.compiledCount } }
}

public enum RuleLookup: Sendable {
    case rules(RuleSet)
    /// The tenant's file is wrong: what it would have narrowed is not known.
    case tenantUnavailable
    case unknownRole
}

/// The sets that are compiled.
private struct RuleCache {
    struct Key: Hashable {
        var role: String
        /// In ``Policy/tenantRules``.
        var tenantRules: Int
    }

    /// Distinct sets of rules that are kept; beyond that all are dropped and compiled anew as they are asked for. Stands against as many schemas in memory as
    /// there are tenants, if each had rules unlike all others.
    static let limit = 4_096

    private var byKey: [Key: RuleSet] = [:]
    private var byContent: [RuleContent: RuleSet] = [:]
    private var schemas: [Visibility: Schema] = [:]

    var compiledCount: Int { byContent.count }

    mutating func ruleSet(_ role: RoleRules, _ tenant: TenantRules, _ key: Key, _ limits: RuleLimits, _ catalog: Catalog) -> RuleSet {
        if let set = byKey[key] { return set }
        if byKey.count >= Self.limit {
            byKey = [:]
            byContent = [:]
            schemas = [:]
        }
        let content = RuleContent(role, tenant, limits: limits, catalog: catalog)
        let set = byContent[content] ?? content.ruleSet(schema: schema(content.visibility, catalog))
        byContent[content] = set
        byKey[key] = set
        return set
    }

    private mutating func schema(_ visibility: Visibility, _ catalog: Catalog) -> Schema {
        if let schema = schemas[visibility] { return schema }
        let schema = visibility.schema(catalog)
        schemas[visibility] = schema
        return schema
    }
}
