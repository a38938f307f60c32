import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// The rules that are looked at, with what several lints ask of them.
struct LintSubjects {
    let policy: Policy
    let roles: RuleFileTree?
    private let catalog: Catalog
    /// `role.Type.read`, as files of tenants write it.
    private let grants: Set<ExactString>

    init(_ policy: Policy, files: ProjectFiles, catalog: Catalog) {
        self.policy = policy
        self.catalog = catalog
        roles = RuleFileTree(files.roles, isOfTenant: false, catalog: catalog)
        let trees = Dictionary(files.tenants.map { ($0.bytes, $0) }, uniquingKeysWith: { first, _ in first }).values
            .compactMap { RuleFileTree($0, isOfTenant: true, catalog: catalog) }
        grants = Set(exact: trees.flatMap { $0.grants.compactMap(\.text) })
    }

    func isGranted(_ role: String, _ type: String) -> Bool { grants.contains("\(role).\(type).read") }

    /// What isolation says of every row already.
    func isolation(of type: TypeBinding, _ rules: RuleSet) -> [RowLint.Known] {
        type.isolation.condition(reach: rules.reach).map {
            [RowLint.Known(condition: $0, name: "the isolation of \(type.name)")]
        } ?? []
    }

    /// What the role's own rule says, for the files of tenants below it.
    func ofRole(_ role: String, _ type: TypeBinding, _ wide: RuleSet) -> [RowLint.Known] {
        guard let rows = wide.types[type.name]?.rows else { return [] }
        let origin = rows.origins.first.map { "the role's own rule at \($0.file):\($0.line)" } ?? "the role's own rule"
        return [RowLint.Known(condition: NormalCondition(rows.condition), name: origin)]
    }

    // MARK: Words

    func message(_ leak: BelongingRows.Leak, _ type: TypeBinding, role: String, tenant: String?) -> String {
        let whom = tenant.map { "\(role) in \($0)" } ?? role
        return
            "\(type.name) is narrowed for \(whom), but \(leak.relation.source) is not narrowed with it: rows of `\(leak.list)` stay visible where their \(leak.relation.field) is hidden."
    }

    func hint(_ leak: BelongingRows.Leak) -> String {
        "Narrow \(leak.relation.source) as well, with the same condition under `\(leak.relation.field)`, or say in a comment `# lint: \(LintName.reachableElsewhere.rawValue): …` why it is meant."
    }

    // MARK: Hidden rows

    /// Why the row behind a relation may be hidden from a viewer who sees the field; `nil` where it
    /// never is.
    func whyHidden(_ relation: RelationBinding, of type: TypeBinding) -> String? {
        let readers = policy.roles.compactMap { policy.widestRules(role: $0) }.filter {
            $0.types[type.name]?.fields.contains(relation.field) == true
        }
        for rules in readers where rules.types[relation.target]?.rows != nil {
            return "\(rules.role) may not see every \(relation.target)"
        }
        guard let target = catalog.types[relation.target],
            let bound = readers.first(where: { $0.reach != .crossTenant }), !leadsAlong(relation, type, target)
        else { return nil }
        return "a \(relation.target) of another tenant is hidden from \(bound.role)"
    }

    /// Whether the row and the one behind the relation belong to the same tenant because isolation
    /// follows that very relation.
    private func leadsAlong(_ relation: RelationBinding, _ type: TypeBinding, _ target: TypeBinding) -> Bool {
        guard case .path(let relations, let column) = type.isolation, relations.first == relation else {
            return target.isolation == .none
        }
        return target.isolation
            == (relations.count == 1 ? .column(column) : .path(Array(relations.dropFirst()), column))
    }
}
