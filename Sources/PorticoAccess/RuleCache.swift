import ExactText
import GraphQLSchema
import PorticoCatalog
import Synchronization

/// The sets that are compiled. All versions of one project's rules share it, so that what a change
/// of files leaves alone is not compiled again.
final class RuleCache: Sendable {
    struct Key: Hashable {
        var role: ExactString
        /// The reading of `roles.yaml` that the role is of, ``RoleTable/version``.
        var roles: UInt64
        /// ``TenantText/id``.
        var tenant: UInt64
    }

    /// Sets of rules that are kept. Stands against as many schemas in memory as there are tenants,
    /// if each had rules unlike all others.
    static let limit = 4_096

    private struct State {
        var byKey = GenerationalCache<Key, RuleSet>(limit: RuleCache.limit)
        var byContent = GenerationalCache<RuleContent, RuleSet>(limit: RuleCache.limit)
        var schemas = GenerationalCache<Visibility, Schema>(limit: RuleCache.limit)
        var compilations = 0
    }

    private let state = Mutex(State())

    /// The set of a role in one kind of tenant. Nobody waits for somebody else's compilation: two
    /// who need the same at once may both do it, and get one of the two.
    func ruleSet(
        _ key: Key, _ role: RoleRules, _ tenant: TenantRules, _ limits: RuleLimits, _ catalog: Catalog
    ) -> RuleSet {
        if let set = state.withLock({ $0.byKey.value(key) }) { return set }
        let content = RuleContent(role, tenant, limits: limits, catalog: catalog)
        let known = state.withLock { state in
            let set = state.byContent.value(content)
            if let set { state.byKey.insert(set, for: key) }
            return set
        }
        if let known { return known }
        let visibility = content.visibility
        let schema = state.withLock { $0.schemas.value(visibility) } ?? visibility.schema(catalog)
        let compiled = content.ruleSet(schema: schema, of: catalog)
        return state.withLock { state in
            let set = state.byContent.value(content) ?? compiled
            if set === compiled {
                state.compilations += 1
                state.byContent.insert(set, for: content)
                if state.schemas.value(visibility) == nil { state.schemas.insert(schema, for: visibility) }
            }
            state.byKey.insert(set, for: key)
            return set
        }
    }

    /// Distinct sets that are kept.
    var compiledCount: Int { state.withLock { $0.byContent.count } }

    /// Sets that have been compiled so far, also those that were dropped since.
    var compilations: Int { state.withLock { $0.compilations } }

    /// The roles whose sets in one kind of tenant somebody has asked for.
    func roles(asked key: (roles: UInt64, tenant: UInt64)) -> [ExactString] {
        state.withLock { $0.byKey.keys { $0.roles == key.roles && $0.tenant == key.tenant }.map(\.role) }
    }

    /// The sets of one reading of `roles.yaml` that somebody has asked for.
    func keys(ofRoles version: UInt64) -> [Key] { state.withLock { $0.byKey.keys { $0.roles == version } } }
}
