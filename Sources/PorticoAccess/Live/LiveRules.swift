import Diagnostics
import ExactText
import PorticoCatalog

/// The rules in force, beside the files as they stand: the two differ as long as a file is wrong.
///
/// A bad file is refused whole and changes nothing: the roles as they were, or that tenant's rules
/// as they were, stay in force. What was refused is tried again when something changes that it
/// depends on, so that two files which only make sense together may be written in any order.
public struct LiveRules: Sendable {
    public private(set) var policy: Policy
    private let accept: PolicyAcceptance
    private var refusedRoles: RuleText?
    /// Whether ``refusedRoles`` is good but for the tenants that it would break.
    private var rolesWaitForTenants = false
    private var refusedTenants: [ExactString: RuleText] = [:]

    /// - Parameter policy: Rules that have been accepted already.
    public init(_ policy: Policy, accept: @escaping PolicyAcceptance = { _ throws(Diagnostics) in }) {
        self.policy = policy
        self.accept = accept
        refusedTenants = policy.tenantTable.unavailable.mapValues(\.text)
    }

    /// Tenants whose files are wrong, whether or not older rules of theirs are in force.
    public var wrongTenants: Int { refusedTenants.count }

    /// Whether `roles.yaml` is wrong as it stands.
    public var isRoleFileWrong: Bool { refusedRoles != nil }

    /// The tenants whose files are known, in force or refused.
    public var knownTenants: Set<ExactString> { Set(policy.tenantTable.tenants.map(\.key)).union(refusedTenants.keys) }

    /// The same rules on other columns of the same API.
    public mutating func adopt(_ catalog: Catalog) throws(Diagnostics) {
        let candidate = try policy.on(catalog)
        try accept(PolicyCandidate(candidate))
        policy = candidate
    }

    /// Reads what was edited and puts in force what is good.
    public mutating func apply(_ edits: RuleEdits) -> RuleUpdate {
        var update = RuleUpdate(before: policy, after: policy)
        let edited = edits.tenants.filter { isNews($0.value, $0.key) }
        for tenant in edits.tenants.keys.sorted()
        where edited[tenant] == nil && refusedTenants.removeValue(forKey: tenant) != nil {
            update.restored.append(.tenant(tenant))
        }
        var pendingRoles = edits.roles
        if let roles = edits.roles, roles.source.bytes == policy.roleTable.source.bytes {
            if refusedRoles != nil { update.restored.append(.roles) }
            (refusedRoles, rolesWaitForTenants, pendingRoles) = (nil, false, nil)
        } else if pendingRoles == nil, rolesWaitForTenants, !edits.tenants.isEmpty {
            pendingRoles = refusedRoles
        }
        let left = pendingRoles.map { applyRoles($0, edited, &update) } ?? edited
        if !left.isEmpty { applyTenants(left, &update) }
        close(edits.unreadable, &update)
        update.after = policy
        update.changes.sort { ($0.source.tenant ?? "") < ($1.source.tenant ?? "") }
        return update
    }

    /// Whether a tenant's file says something else than what is in force.
    private func isNews(_ text: RuleText?, _ tenant: ExactString) -> Bool {
        let table = policy.tenantTable
        guard let text else { return table[tenant] != nil || table.unavailable[tenant] != nil }
        return table[tenant]?.bytes != text.source.bytes
    }

    // MARK: Roles

    /// Puts other roles in force, with all tenants read again under them, or refuses them.
    ///
    /// A tenant's file that is not in force yet comes with them where it can. Where it cannot, it
    /// does not keep the roles out of force.
    /// - Returns: The edited tenants that are still to be looked at.
    private mutating func applyRoles(
        _ text: RuleText, _ edited: [ExactString: RuleText?], _ update: inout RuleUpdate
    ) -> [ExactString: RuleText?] {
        let file = RoleFile(text.source, catalog: policy.catalog, limits: policy.limits)
        update.parsed += 1
        guard file.problems.isEmpty else {
            refuse(text, Diagnostics(file.problems), waits: false, &update)
            return edited
        }
        let roles = RoleTable(text.source, file.roles)
        let pending = refusedTenants.filter { edited[$0.key] == nil }.mapValues { $0 as RuleText? }
        var attempts = [edited.merging(pending) { $1 }]
        if !pending.isEmpty { attempts.append(edited) }
        if !edited.isEmpty { attempts.append([:]) }
        var reason: Diagnostics?
        for drafts in attempts {
            let reading = TenantRereading(policy, roles: roles, drafts: drafts)
            update.parsed += reading.parsed
            do throws(Diagnostics) {
                guard reading.broken.isEmpty else { throw reading.brokenProblems }
                let candidate = policy.with(reading.table, roles: roles)
                try accept(PolicyCandidate(candidate, former: policy))
                note(reading, drafts, roles: text, candidate, &update)
                putInForce(candidate, tenants: nil)
                return edited.filter { drafts[$0.key] == nil }
            } catch {
                reason = reason ?? error
            }
        }
        if let reason { refuse(text, reason, waits: true, &update) }
        return edited
    }

    /// What roles that come into force bring with them.
    private mutating func note(
        _ reading: TenantRereading, _ drafts: [ExactString: RuleText?], roles: RuleText, _ candidate: Policy,
        _ update: inout RuleUpdate
    ) {
        (refusedRoles, rolesWaitForTenants) = (nil, false)
        update.changes.append(RuleUpdate.Change(source: .roles, before: policy.roleTable.source.bytes, after: roles))
        for tenant in reading.changed {
            update.changes.append(
                RuleUpdate.Change(
                    source: .tenant(tenant), before: policy.tenantBytes(tenant), after: drafts[tenant] ?? nil))
            refusedTenants[tenant] = nil
        }
        for (tenant, problems) in reading.wrong.sorted(by: { $0.key < $1.key }) {
            guard let text = drafts[tenant] ?? nil, refusedTenants[tenant]?.source != text.source else { continue }
            refusedTenants[tenant] = text
            let isUnserved = candidate.tenantTable.unavailable[tenant] != nil
            update.refusals.append(
                RuleUpdate.Refusal(source: .tenant(tenant), text: text, problems: problems, isUnserved: isUnserved))
        }
    }

    private mutating func refuse(_ roles: RuleText, _ problems: Diagnostics, waits: Bool, _ update: inout RuleUpdate) {
        (refusedRoles, rolesWaitForTenants) = (roles, waits)
        update.refusals.append(RuleUpdate.Refusal(source: .roles, text: roles, problems: problems, isUnserved: false))
    }

    // MARK: Tenants

    private mutating func applyTenants(_ edited: [ExactString: RuleText?], _ update: inout RuleUpdate) {
        let sources = edited.values.compactMap { $0?.source }.filter { policy.tenantTable.text(of: $0.bytes) == nil }
        let readings = TenantReadings(sources, catalog: policy.catalog, roles: policy.roleTable)
        update.parsed += readings.parsed
        var good: [(tenant: ExactString, draft: RuleText?, text: TenantText?)] = []
        for (tenant, draft) in edited.sorted(by: { $0.key < $1.key }) {
            guard let draft else {
                good.append((tenant, nil, nil))
                continue
            }
            if let text = policy.tenantTable.text(of: draft.source.bytes) {
                good.append((tenant, draft, text))
                continue
            }
            switch readings[draft.source] {
            case .good(let text): good.append((tenant, draft, text))
            case .wrong(let problems): refuse(tenant, draft, problems, &update)
            }
        }
        applyGood(good[...], &update)
    }

    /// Puts them in force together, or, where they are not accepted together, as many of them as
    /// are accepted by halves.
    private mutating func applyGood(
        _ good: ArraySlice<(tenant: ExactString, draft: RuleText?, text: TenantText?)>, _ update: inout RuleUpdate
    ) {
        guard let first = good.first else { return }
        var table = policy.tenantTable
        for (tenant, _, text) in good { table.set(text, of: tenant) }
        let candidate = policy.with(table), tenants = good.map(\.tenant)
        do throws(Diagnostics) {
            try accept(PolicyCandidate(candidate, former: policy, tenants: tenants))
        } catch {
            guard good.count == 1 else {
                let middle = good.startIndex + good.count / 2
                applyGood(good[..<middle], &update)
                applyGood(good[middle...], &update)
                return
            }
            refuse(
                first.tenant,
                first.draft ?? RuleText(SourceText(name: RuleSource.tenant(first.tenant).path, bytes: [])), error,
                &update)
            return
        }
        for (tenant, draft, _) in good {
            update.changes.append(
                RuleUpdate.Change(source: .tenant(tenant), before: policy.tenantBytes(tenant), after: draft))
            refusedTenants[tenant] = nil
        }
        putInForce(candidate, tenants: tenants)
    }

    /// Serves no viewer of these tenants from now on; what narrows them is not known.
    private mutating func close(_ unreadable: [ExactString: UnreadableFile], _ update: inout RuleUpdate) {
        guard !unreadable.isEmpty else { return }
        var table = policy.tenantTable
        for (tenant, file) in unreadable.sorted(by: { $0.key < $1.key }) {
            let text = RuleText(SourceText(name: RuleSource.tenant(tenant).path, bytes: [])),
                problems = Diagnostics([file.diagnostic])
            guard table.unavailable[tenant]?.problems != problems else { continue }
            table.setUnavailable(UnavailableTenant(text: text, problems: problems), tenant)
            refusedTenants[tenant] = text
            update.refusals.append(
                RuleUpdate.Refusal(source: .tenant(tenant), text: text, problems: problems, isUnserved: true))
            update.closed.append(tenant)
        }
        // Nobody's rules become wider by it, so that nothing is to be proven.
        if !update.closed.isEmpty { policy = policy.with(table) }
    }

    private mutating func refuse(
        _ tenant: ExactString, _ text: RuleText, _ problems: Diagnostics, _ update: inout RuleUpdate
    ) {
        refusedTenants[tenant] = text
        let isUnserved = policy.tenantTable.unavailable[tenant] != nil
        update.refusals.append(
            RuleUpdate.Refusal(source: .tenant(tenant), text: text, problems: problems, isUnserved: isUnserved))
    }

    private mutating func putInForce(_ candidate: Policy, tenants: [ExactString]?) {
        candidate.warm(after: policy, tenants: tenants)
        policy = candidate
    }
}
