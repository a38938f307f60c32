import ExactText
import PorticoAccess
import PorticoCatalog

extension PolicyDifference {
    /// Compares two sets of rules, possibly of different schemas.
    ///
    /// - Parameters:
    ///   - tenants: Only the viewers of these tenants, such as those whose files have changed;
    ///     without it, all viewers.
    ///   - alsoOthers: In addition, viewers of tenants without a file, and anonymous viewers.
    public init(old: Policy, new: Policy, tenants: [ExactString]? = nil, alsoOthers: Bool = false) {
        var comparison = PolicyComparison(old: old, new: new)
        changes = comparison.changes(of: tenants, alsoOthers: alsoOthers)
    }
}

/// Compares the rules of each role once for all tenants with equal rules before and after.
private struct PolicyComparison {
    let old: Policy
    let new: Policy
    /// The facts of the sets met so far, so that a set shared by ten thousand tenants is examined
    /// once. Retains the sets, so that identities stay unique.
    private var facts: [ObjectIdentifier: (set: CompiledPolicy, facts: RuleFacts)] = [:]

    init(old: Policy, new: Policy) { (self.old, self.new) = (old, new) }

    /// A role before and after in one tenant.
    private struct Pair: Hashable {
        var old: RuleState
        var new: RuleState
    }

    mutating func changes(of chosen: [ExactString]?, alsoOthers: Bool) -> [AccessChange] {
        let hasOthers = chosen == nil || alsoOthers
        // For one edited file, all the others need not be listed.
        let named = chosen.map { $0.sorted() } ?? Set(old.tenants).union(new.tenants).sorted()
        let known = hasOthers ? named : []
        var changes: [AccessChange] = []
        for role in Set(old.roles).union(new.roles).sorted() {
            // Anonymous viewers belong to no tenant.
            let isAnonymous = role == Viewer.anonymousRole
            if isAnonymous, !hasOthers { continue }
            changes += self.changes(
                role, named: isAnonymous ? [] : named, hasOthers: hasOthers, known: isAnonymous ? [] : known)
        }
        return changes
    }

    private mutating func changes(
        _ role: String, named: [ExactString], hasOthers: Bool, known: [ExactString]
    ) -> [AccessChange] {
        var groups: [Pair: (named: [ExactString], hasOthers: Bool)] = [:]
        if hasOthers {
            groups[Pair(old: state(old, role, nil), new: state(new, role, nil)), default: ([], false)].hasOthers = true
        }
        for tenant in named {
            groups[Pair(old: state(old, role, tenant), new: state(new, role, tenant)), default: ([], false)].named
                .append(tenant)
        }
        // The same change of a type is one entry for all tenants.
        var tenants: [Finding: (named: [ExactString], hasOthers: Bool)] = [:]
        for (pair, group) in groups {
            for finding in findings(pair.old, pair.new) {
                tenants[finding, default: ([], false)].named += group.named
                if group.hasOthers { tenants[finding, default: ([], false)].hasOthers = true }
            }
        }
        let ordered = tenants.map { finding, group in
            let names = group.named.sorted(), shown = Set(names)
            let except = group.hasOthers ? known.filter { !shown.contains($0) } : []
            return AccessChange(
                role: role, tenants: TenantGroup(named: names, hasOthers: group.hasOthers, except: except),
                subject: finding.subject, direction: finding.direction)
        }
        return ordered.sorted {
            ($0.subject.order, $0.tenants.hasOthers ? "" : $0.tenants.named.first ?? "") < (
                $1.subject.order, $1.tenants.hasOthers ? "" : $1.tenants.named.first ?? ""
            )
        }
    }

    private mutating func state(_ policy: Policy, _ role: String, _ tenant: ExactString?) -> RuleState {
        switch policy.rules(role: ExactString(role), tenant: tenant) {
        case .unknownRole: return .absent
        case .tenantUnavailable: return .unserved
        case .rules(let set):
            if let known = facts[ObjectIdentifier(set)] { return .rules(known.facts) }
            let made = RuleFacts(set, policy.catalog)
            facts[ObjectIdentifier(set)] = (set, made)
            return .rules(made)
        }
    }

    private struct Finding: Hashable {
        var subject: AccessChange.Subject
        var direction: AccessDirection
    }

    private func findings(_ old: RuleState, _ new: RuleState) -> [Finding] {
        switch (old, new) {
        case (.absent, .absent), (.unserved, .unserved): return []
        // Viewers of a tenant with an invalid file are not served, whatever the rules.
        case (.unserved, .absent): return [Finding(subject: .roleWent, direction: [])]
        case (.absent, .unserved): return [Finding(subject: .roleCame, direction: [])]
        case (.rules, .unserved): return [Finding(subject: .served(false), direction: .loss)]
        case (.unserved, .rules): return [Finding(subject: .served(true), direction: .gain)]
        case (.absent, .rules(let facts)):
            let came = Finding(subject: .roleCame, direction: facts.types.isEmpty ? [] : .gain)
            return [came] + types(.none(like: facts), facts)
        case (.rules(let facts), .absent):
            let went = Finding(subject: .roleWent, direction: facts.types.isEmpty ? [] : .loss)
            return [went] + types(facts, .none(like: facts))
        case (.rules(let old), .rules(let new)):
            if old == new { return [] }
            return frame(old, new) + types(old, new)
        }
    }

    private func frame(_ old: RuleFacts, _ new: RuleFacts) -> [Finding] {
        var findings: [Finding] = []
        if old.reach != new.reach {
            findings.append(
                Finding(
                    subject: .reach(old.reach, new.reach),
                    direction: old.reach.breadth < new.reach.breadth ? .gain : .loss))
        }
        for limit in RequestLimit.allCases where old.limits[limit] != new.limits[limit] {
            let (before, after) = (old.limits[limit], new.limits[limit])
            findings.append(
                Finding(subject: .limit(limit, old: before, new: after), direction: before < after ? .gain : .loss))
        }
        return findings
    }

    private func types(_ old: RuleFacts, _ new: RuleFacts) -> [Finding] {
        let movedTypes = Set(old.isolations.keys).union(new.isolations.keys).filter {
            old.isolations[$0] != new.isolations[$0]
        }
        let isBounded = old.reach != .crossTenant || new.reach != .crossTenant
        let changesReach = TypeComparison.ReachChange(
            old: old.reach, new: new.reach, movesIsolation: isBounded && !movedTypes.isEmpty)
        return Set(old.types.keys).union(new.types.keys).sorted().compactMap { name in
            let comparison = TypeComparison(name: name, old: old.types[name], new: new.types[name], reach: changesReach)
            return comparison.change.map { Finding(subject: .type($0), direction: comparison.direction($0)) }
        }
    }
}

/// The rules of a role's viewers in a tenant.
private enum RuleState: Hashable {
    case absent
    case unserved
    case rules(RuleFacts)
}

extension Reach {
    /// Greater for a wider reach.
    package var breadth: Int {
        switch self {
        case .tenant: 0
        case .subtree: 1
        case .crossTenant: 2
        }
    }

    package var words: String {
        switch self {
        case .tenant: "its own tenant"
        case .subtree: "its tenant and all below it"
        case .crossTenant: "all tenants"
        }
    }
}

extension AccessChange.Subject {
    fileprivate var order: String {
        switch self {
        case .roleCame, .roleWent: "0"
        case .served: "1"
        case .reach: "2"
        case .limit(let limit, _, _): "3\(limit.name)"
        case .type(let change): "4\(change.type)"
        }
    }
}
