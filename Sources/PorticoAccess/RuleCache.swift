import ExactText
import GraphQLSchema
import PorticoCatalog
import Synchronization

/// The compiled sets. All versions of one project's rules share it, so that what a change of files
/// does not affect is not compiled again.
final class RuleCache: Sendable {
    struct Key: Hashable {
        var role: ExactString
        /// ``RoleTable/version`` of the reading of `roles.yaml`.
        var roles: UInt64
        /// ``SharedTenantFile/id``.
        var tenant: UInt64
    }

    /// Sets that are kept. Guards against a schema in memory for every tenant.
    static let limit = 4_096

    private struct State {
        var byKey = GenerationalCache<Key, CompiledPolicy>(limit: RuleCache.limit)
        var byContent = GenerationalCache<RuleContent, CompiledPolicy>(limit: RuleCache.limit)
        var schemas = GenerationalCache<Visibility, Schema>(limit: RuleCache.limit)
        var compilations = 0
    }

    private let state = Mutex(State())

    /// The set of a role for one tenant file. No thread waits for another's compilation: two that
    /// need the same set at once may both compile it, and get one of the two.
    func ruleSet(
        _ key: Key, _ role: RoleRules, _ tenant: TenantRules, _ limits: RuleLimits, _ catalog: Catalog
    ) -> CompiledPolicy {
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

    var compiledCount: Int { state.withLock { $0.byContent.count } }

    /// Including sets that were dropped since.
    var compilations: Int { state.withLock { $0.compilations } }

    /// The roles whose sets for one tenant file have been requested.
    func roles(asked key: (roles: UInt64, tenant: UInt64)) -> [ExactString] {
        state.withLock { $0.byKey.keys { $0.roles == key.roles && $0.tenant == key.tenant }.map(\.role) }
    }

    /// The requested sets of one reading of `roles.yaml`.
    func keys(ofRoles version: UInt64) -> [Key] { state.withLock { $0.byKey.keys { $0.roles == version } } }
}
