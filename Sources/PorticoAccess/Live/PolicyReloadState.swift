import Diagnostics
import ExactText
import PorticoCatalog

/// The rules in force, and the files as they are; the two differ as long as a file is invalid.
///
/// An invalid file is refused as a whole: the former roles, or that tenant's former rules, stay in
/// force. A refused file is tried again when something that it depends on changes, so that two
/// files which are valid only together may be written in any order.
public struct PolicyReloadState: Sendable {
    public private(set) var policy: Policy
    private let accept: PolicyAcceptance
    private var refusedRoles: PolicyFile?
    /// Whether ``refusedRoles`` is valid except for the tenants that it would break.
    private var rolesWaitForTenants = false
    private var refusedTenants: [ExactString: PolicyFile] = [:]

    /// - Parameter policy: Rules that have already been accepted.
    public init(_ policy: Policy, accept: @escaping PolicyAcceptance = { _ throws(Diagnostics) in }) {
        self.policy = policy
        self.accept = accept
        refusedTenants = policy.tenantTable.unavailable.mapValues(\.text)
    }

    /// Tenants whose files are invalid, whether or not older rules are in force.
    public var wrongTenants: Int { refusedTenants.count }

    public var isRoleFileWrong: Bool { refusedRoles != nil }

    /// The tenants whose files are known, in force or refused.
    public var knownTenants: Set<ExactString> { Set(policy.tenantTable.tenants.map(\.key)).union(refusedTenants.keys) }

    /// Applies the same rules to other columns of the same API.
    public mutating func adopt(_ catalog: Catalog) throws(Diagnostics) {
        let candidate = try policy.on(catalog)
        try accept(PolicyCandidate(candidate))
        policy = candidate
    }

    /// Reads edited files and puts the valid ones in force.
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

    /// Whether a tenant's file differs from what is in force.
    private func isNews(_ text: PolicyFile?, _ tenant: ExactString) -> Bool {
        let table = policy.tenantTable
        guard let text else { return table[tenant] != nil || table.unavailable[tenant] != nil }
        return table[tenant]?.bytes != text.source.bytes
    }

    // MARK: Roles

    /// Puts other roles in force, with all tenants read again under them, or refuses them.
    ///
    /// Files of tenants that are not in force yet are included if possible; if not, they do not
    /// keep the roles out of force.
    /// - Returns: The edited tenants that remain to be processed.
    private mutating func applyRoles(
        _ text: PolicyFile, _ edited: [ExactString: PolicyFile?], _ update: inout RuleUpdate
    ) -> [ExactString: PolicyFile?] {
        let file = RoleFile(text.source, catalog: policy.catalog, limits: policy.limits)
        update.parsed += 1
        guard file.problems.isEmpty else {
            refuse(text, Diagnostics(file.problems), waits: false, &update)
            return edited
        }
        let roles = RoleTable(text.source, file.roles)
        let pending = refusedTenants.filter { edited[$0.key] == nil }.mapValues { $0 as PolicyFile? }
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

    /// Records what takes effect together with new roles.
    private mutating func note(
        _ reading: TenantRereading, _ drafts: [ExactString: PolicyFile?], roles: PolicyFile, _ candidate: Policy,
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

    private mutating func refuse(_ roles: PolicyFile, _ problems: Diagnostics, waits: Bool, _ update: inout RuleUpdate)
    {
        (refusedRoles, rolesWaitForTenants) = (roles, waits)
        update.refusals.append(RuleUpdate.Refusal(source: .roles, text: roles, problems: problems, isUnserved: false))
    }

    // MARK: Tenants

    private mutating func applyTenants(_ edited: [ExactString: PolicyFile?], _ update: inout RuleUpdate) {
        let sources = edited.values.compactMap { $0?.source }.filter { policy.tenantTable.text(of: $0.bytes) == nil }
        let readings = TenantReadings(sources, catalog: policy.catalog, roles: policy.roleTable)
        update.parsed += readings.parsed
        var good: [(tenant: ExactString, draft: PolicyFile?, text: SharedTenantFile?)] = []
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

    /// Puts the files in force together; if refused, bisects to put as many in force as possible.
    private mutating func applyGood(
        _ good: ArraySlice<(tenant: ExactString, draft: PolicyFile?, text: SharedTenantFile?)>,
        _ update: inout RuleUpdate
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
                first.draft ?? PolicyFile(SourceText(name: RuleSource.tenant(first.tenant).path, bytes: [])), error,
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

    /// Stops serving these tenants, because their restrictions are unknown.
    private mutating func close(_ unreadable: [ExactString: UnreadableFile], _ update: inout RuleUpdate) {
        guard !unreadable.isEmpty else { return }
        var table = policy.tenantTable
        for (tenant, file) in unreadable.sorted(by: { $0.key < $1.key }) {
            let text = PolicyFile(SourceText(name: RuleSource.tenant(tenant).path, bytes: [])),
                problems = Diagnostics([file.diagnostic])
            guard table.unavailable[tenant]?.problems != problems else { continue }
            table.setUnavailable(UnavailableTenant(text: text, problems: problems), tenant)
            refusedTenants[tenant] = text
            update.refusals.append(
                RuleUpdate.Refusal(source: .tenant(tenant), text: text, problems: problems, isUnserved: true))
            update.closed.append(tenant)
        }
        // No rules become wider, so nothing needs to be proven.
        if !update.closed.isEmpty { policy = policy.with(table) }
    }

    private mutating func refuse(
        _ tenant: ExactString, _ text: PolicyFile, _ problems: Diagnostics, _ update: inout RuleUpdate
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
