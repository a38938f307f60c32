import PorticoPlanning

/// Shares statements between plans of different rules. Tenants with their own files mostly differ
/// in limits and in fields that an operation does not use, and run the same statements. Sharing the
/// objects lets requests of such tenants be merged like those of one plan.
struct SharedStatements {
    private struct Key: Hashable {
        let hash: String
        let name: String?
        let scope: TenantScope
        /// A statement's constants are the same in all its runs, and not part of the plan's hash.
        let constants: Int
    }

    private struct Holder {
        weak var plan: AuthorizedPlan?
    }

    /// The latest plan by what distinguishes statements; it shares those of the plans before it.
    private var plans: [Key: Holder] = [:]
    /// Number of entries at which those of released plans are removed.
    private var sweptAt = Self.few
    private static let few = 256

    /// The plan, with the statements of equivalent plans.
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
