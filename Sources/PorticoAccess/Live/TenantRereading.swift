import Diagnostics
import ExactText

/// All tenants under other roles: the meaning of a tenant's file depends on the roles.
struct TenantRereading {
    let roles: RoleTable
    private(set) var table: TenantTable
    /// Tenants whose current files come into force with the roles, sorted.
    private(set) var changed: [ExactString] = []
    /// Invalid current files of tenants that keep their older rules, or none.
    private(set) var wrong: [ExactString: Diagnostics] = [:]
    /// Served tenants without rules that are valid under the roles.
    private(set) var broken: [ExactString: Diagnostics] = [:]
    private(set) var parsed: Int

    /// - Parameter drafts: Files that differ from what is in force; `nil` for a removed file.
    init(_ policy: Policy, roles: RoleTable, drafts: [ExactString: PolicyFile?]) {
        self.roles = roles
        table = policy.tenantTable
        let old = policy.tenantTable
        let readings = TenantReadings(
            old.distinct.map(\.source) + drafts.values.compactMap { $0?.source }, catalog: policy.catalog, roles: roles)
        parsed = readings.parsed
        // Texts with the same meaning under the new roles keep their objects and compiled rules.
        var moved: [UInt64: TenantReading] = [:]
        for text in old.distinct {
            let reading = readings[text.source]
            if case .good(let other) = reading, other.rules == text.rules { continue }
            moved[text.id] = reading
        }
        for (tenant, text) in old.tenants where drafts[tenant] == nil {
            switch moved[text.id] {
            case nil: break
            case .good(let other)?: table.set(other, of: tenant)
            case .wrong?: breaks(tenant, text, policy)
            }
        }
        for (tenant, draft) in drafts.sorted(by: { $0.key < $1.key }) { take(draft, tenant, readings, moved, policy) }
    }

    private mutating func take(
        _ draft: PolicyFile?, _ tenant: ExactString, _ readings: TenantReadings, _ moved: [UInt64: TenantReading],
        _ policy: Policy
    ) {
        guard let draft else {
            table.set(nil, of: tenant)
            changed.append(tenant)
            return
        }
        switch readings[draft.source] {
        case .good(let text):
            table.set(table.text(of: text.bytes).flatMap { $0.rules == text.rules ? $0 : nil } ?? text, of: tenant)
            changed.append(tenant)
        case .wrong(let problems):
            // An unreadable file does not change under other roles.
            if draft.source.bytes.isEmpty, let known = policy.tenantTable.unavailable[tenant],
                known.text.source == draft.source
            {
                wrong[tenant] = known.problems
                return
            }
            wrong[tenant] = problems
            if policy.tenantTable.unavailable[tenant] != nil {
                table.setUnavailable(UnavailableTenant(text: draft, problems: problems), tenant)
            } else if let text = policy.tenantTable[tenant] {
                switch moved[text.id] {
                case nil: break
                case .good(let other)?: table.set(other, of: tenant)
                case .wrong?: breaks(tenant, text, policy)
                }
            }
        }
    }

    /// Reads the file again under its own name, for the places of its problems.
    private mutating func breaks(_ tenant: ExactString, _ text: SharedTenantFile, _ policy: Policy) {
        guard broken.count < Self.brokenShown else {
            broken[tenant] = Diagnostics([])
            return
        }
        let source = SourceText(name: RuleSource.tenant(tenant).path, bytes: text.bytes)
        if case .wrong(let problems) = TenantReadings.read(source, catalog: policy.catalog, roles: roles) {
            broken[tenant] = problems
        }
    }

    /// Tenants whose problems are reported. Guards against a log line of a megabyte.
    private static let brokenShown = 10

    var brokenProblems: Diagnostics {
        let count = broken.count, items = broken.sorted { $0.key < $1.key }.flatMap(\.value.items)
        let subject =
            count == 1 ? "the rules of a tenant that are in force" : "the rules of \(count) tenants that are in force"
        let message = "Under these roles \(subject) would be wrong."
        return Diagnostics(
            [
                Diagnostic(
                    message, file: roles.source.name,
                    hint: "Change the tenants' files first; these roles are tried again then.")
            ] + items)
    }
}
