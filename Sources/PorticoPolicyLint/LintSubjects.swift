import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import PorticoReview
import YAMLTree

/// The rules to examine, with facts that several lints need.
struct LintSubjects {
    let policy: Policy
    let roles: RuleTree?
    private let catalog: Catalog
    /// `role.Type.read`, as files of tenants write it.
    private let grants: Set<ExactString>

    init(_ policy: Policy, files: ProjectFiles, catalog: Catalog) {
        self.policy = policy
        self.catalog = catalog
        roles = RuleTree(files.roles, catalog: catalog)
        let trees = Dictionary(files.tenants.map { ($0.bytes, $0) }, uniquingKeysWith: { first, _ in first }).values
            .compactMap { RuleTree($0, isOfTenant: true, catalog: catalog) }
        grants = Set(exact: trees.flatMap { $0.grants.compactMap(\.node.text) })
    }

    func isGranted(_ role: String, _ type: String) -> Bool { grants.contains("\(role).\(type).read") }

    /// What isolation already guarantees for every row.
    func isolation(of type: TypeBinding, _ rules: CompiledPolicy) -> [RowLint.Known] {
        type.isolation.condition(reach: rules.reach).map {
            [RowLint.Known(condition: $0, name: "the isolation of \(type.name)")]
        } ?? []
    }

    /// The role's own rule, for the files of tenants below it.
    func ofRole(_ role: String, _ type: TypeBinding, _ wide: CompiledPolicy) -> [RowLint.Known] {
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

    /// Why a relation's row may be hidden from a viewer of the field; `nil` if it never is.
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

    /// Whether both rows have the same tenant because isolation follows this relation.
    private func leadsAlong(_ relation: RelationBinding, _ type: TypeBinding, _ target: TypeBinding) -> Bool {
        guard case .path(let relations, let column) = type.isolation, relations.first == relation else {
            return target.isolation == .none
        }
        return target.isolation
            == (relations.count == 1 ? .column(column) : .path(Array(relations.dropFirst()), column))
    }
}
