import PorticoPlanning

/// What plans of different rules have in common: tenants with files of their own mostly differ in
/// limits and in fields that an operation does not ask for, and run the same statements. Those are
/// one object for all of them, so that requests of such tenants go together as those of one plan
/// do.
struct SharedStatements {
    private struct Key: Hashable {
        let hash: String
        let name: String?
        let scope: TenantScope
        /// The hash leaves out what is the same in all of a statement's runs.
        let constants: Int
    }

    private struct Holder {
        weak var plan: AuthorizedPlan?
    }

    /// By what tells statements apart, the plan that was made last: it has those that the ones
    /// before it share.
    private var plans: [Key: Holder] = [:]
    /// So many are kept before those whose plans are gone are swept out.
    private var sweptAt = Self.few
    private static let few = 256

    /// The plan, with the statements of those that run the same.
    mutating func sharing(_ plan: AuthorizedPlan) -> AuthorizedPlan {
        let key = Key(hash: plan.hash, name: plan.operationName, scope: plan.scope, constants: Self.constants(of: plan))
        let shared = plans[key]?.plan.map(plan.sharingStatements(of:)) ?? plan
        plans[key] = Holder(plan: shared)
        if plans.count > sweptAt {
            plans = plans.filter { $0.value.plan != nil }
            sweptAt = max(Self.few, 2 * plans.count)
        }
        return shared
    }

    private static func constants(of plan: AuthorizedPlan) -> Int {
        var hasher = Hasher()
        for load in plan.loads {
            for source in load.parameters {
                switch source {
                case .constant(let value), .rule(let value): hasher.combine(value)
                default: break
                }
            }
        }
        return hasher.finalize()
    }
}
