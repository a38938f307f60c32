import ExactText
import PorticoAccess
import PorticoCatalog
import PorticoReview

/// Who may read what: every role, type and field, for one tenant or all, grouped by equal rules.
public struct AccessMatrix: Sendable, Hashable {
    /// Tenants with equal rules: those without a file of their own first.
    public var sections: [Section]

    public struct Section: Sendable, Hashable {
        public var tenants: TenantGroup
        public var roles: [RoleReach]
        /// By name, including types that no role may read.
        public var types: [TypeBlock]
    }

    public struct RoleReach: Sendable, Hashable {
        public var name: String
        /// In words, such as `its own tenant`.
        public var reach: String
    }

    public struct TypeBlock: Sendable, Hashable {
        public var type: String
        /// The path to a row's tenant as `resolvers/TYPE.yaml` spells it.
        public var isolation: String
        /// In the order of the schema.
        public var fields: [String]
        /// One for each role of the section, in its order.
        public var columns: [Column]
    }

    /// What one role may read of one type.
    public struct Column: Sendable, Hashable {
        /// One for each field of the type.
        public var access: [FieldAccess]
        /// The row condition in words; `nil` if the type cannot be read.
        public var rows: String?
        /// The rule is optional: `rows` applies if the tenant's file grants it.
        public var isOptional: Bool
    }

    public enum FieldAccess: String, Sendable, Hashable {
        case read
        /// Off until a tenant's file grants it.
        case optional
        case hidden
    }
}

extension AccessMatrix {
    /// Of one tenant, or with `nil` of all. A tenant with an invalid file has no section.
    public init(_ policy: Policy, tenant: String? = nil) {
        sections = []
        let known = policy.tenants.filter { policy.tenantProblems[$0] == nil }
        var reader = MatrixReader(policy)
        if let tenant {
            if let section = reader.section(ExactString(tenant)) {
                sections = [
                    Section(
                        tenants: TenantGroup(named: [ExactString(tenant)], hasOthers: false, except: []),
                        roles: section.roles, types: section.types)
                ]
            }
            return
        }
        var groups: [MatrixReader.Content: TenantGroup] = [:]
        var order: [MatrixReader.Content] = []
        for tenant in [nil] + known.map(Optional.some) {
            guard let content = reader.section(tenant) else { continue }
            if groups[content] == nil { order.append(content) }
            if let tenant {
                groups[content, default: TenantGroup(named: [], hasOthers: false, except: [])].named.append(tenant)
            }
            if tenant == nil { groups[content] = TenantGroup(named: [], hasOthers: true, except: []) }
        }
        for content in order {
            guard var group = groups[content] else { continue }
            if group.hasOthers { group.except = known.filter { !Set(group.named).contains($0) } }
            sections.append(Section(tenants: group, roles: content.roles, types: content.types))
        }
    }
}

/// Reads the rules of each tenant; tenants with the same sets of rules share the result.
private struct MatrixReader {
    struct Content: Hashable {
        var roles: [AccessMatrix.RoleReach]
        var types: [AccessMatrix.TypeBlock]
    }

    private let policy: Policy
    private let catalog: Catalog
    private let optional: [String: [String: Set<String>]]
    private var read: [[ObjectIdentifier]: (sets: [CompiledPolicy], content: Content)] = [:]

    init(_ policy: Policy) {
        self.policy = policy
        catalog = policy.catalog
        optional = Dictionary(uniqueKeysWithValues: policy.roles.map { ($0, policy.optionalTypes(of: $0)) })
    }

    mutating func section(_ tenant: ExactString?) -> Content? {
        var sets: [CompiledPolicy] = []
        for role in policy.roles {
            guard case .rules(let set) = policy.rules(role: ExactString(role), tenant: tenant) else { return nil }
            sets.append(set)
        }
        let key = sets.map { ObjectIdentifier($0) }
        if let known = read[key] { return known.content }
        // Roles with the widest access first.
        sets.sort {
            (-$0.reach.breadth, -$0.types.values.reduce(0) { $0 + $1.fields.count }, $0.role) < (
                -$1.reach.breadth, -$1.types.values.reduce(0) { $0 + $1.fields.count }, $1.role
            )
        }
        let types = catalog.types.values.sorted { $0.name < $1.name }.map { block($0, sets) }
        let content = Content(roles: sets.map { AccessMatrix.RoleReach(name: $0.role, reach: reach($0)) }, types: types)
        read[key] = (sets, content)
        return content
    }

    /// Anonymous viewers have no tenant of their own.
    private func reach(_ set: CompiledPolicy) -> String {
        set.role == Viewer.anonymousRole && set.reach != .crossTenant ? "no tenant" : set.reach.words
    }

    private func block(_ type: TypeBinding, _ sets: [CompiledPolicy]) -> AccessMatrix.TypeBlock {
        var fields: [String] = []
        if case .object(let object)? = catalog.schema.type(type.name) {
            fields = object.fields.map(\.name).filter { type.fields[$0] != nil }
        }
        let words = ConditionWords()
        let columns = sets.map { set in
            let rule = set.types[type.name], granted = optional[set.role]?[type.name]
            let access = fields.map { field -> AccessMatrix.FieldAccess in
                if rule?.fields.contains(field) == true { return .read }
                guard rule == nil, granted?.contains(field) == true else { return .hidden }
                // A relation is listed with the fields, unless its target cannot be read.
                let isReachable =
                    type.relation(field).map { set.types[$0.target] != nil || optional[set.role]?[$0.target] != nil }
                    ?? true
                return isReachable ? .optional : .hidden
            }
            return AccessMatrix.Column(
                access: access, rows: rule.map { words.text($0.rows) }, isOptional: granted != nil)
        }
        return AccessMatrix.TypeBlock(
            type: type.name, isolation: type.isolation.words, fields: fields, columns: columns)
    }
}
