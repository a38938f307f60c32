import ExactText
import PorticoAccess
import PorticoCatalog

/// Effective rules of roles and tenants, without places: tests cannot distinguish equal ones.
public struct EffectiveRules: Equatable {
    private struct Effect: Equatable {
        var reach: Reach
        var limits: RuleLimits
        var fields: [String: Set<String>]
        var conditions: [String: Condition<RuleOperand>]
        var required: [String: Set<ViewerValue>]
    }

    private struct Place: Hashable {
        var role: String
        var tenant: ExactString?
    }

    private var effects: [Place: Effect] = [:]

    /// `nil` if the file of one of the tenants is refused.
    ///
    /// - Parameter tenants: Whose files to include, in addition to tenants without one.
    public init?(_ policy: Policy, roles: [String], tenants: [ExactString]) {
        for role in roles {
            for tenant in [nil] + tenants.map(Optional.some) {
                switch policy.rules(role: ExactString(role), tenant: tenant) {
                case .rules(let rules):
                    effects[Place(role: role, tenant: tenant)] = Effect(
                        reach: rules.types.isEmpty ? .tenant : rules.reach, limits: rules.limits,
                        fields: rules.types.mapValues(\.fields),
                        conditions: rules.types.compactMapValues(\.rows?.condition),
                        required: rules.types.compactMapValues(\.rows?.required))
                case .unknownRole: continue
                case .tenantUnavailable: return nil
                }
            }
        }
    }
}
