import ExactText
import GraphQLSchema
import PorticoCatalog

/// Exactly what decides a ``CompiledPolicy``: equal contents share one.
struct RuleContent: Sendable, Hashable {
    struct TypeContent: Sendable, Hashable {
        var fields: Set<String>
        var rows: [RuleRows]
        /// By an optional grant.
        var isGranted: Bool
        var origin: RuleOrigin
    }

    var role: String
    var reach: Reach
    var limits: RuleLimits
    /// The tenant's, whatever the role.
    var tenantLimits: RuleLimits
    var types: [String: TypeContent]
    /// ``Catalog/version``: plans of different catalogs are distinct.
    let catalogVersion: UInt64

    /// The role's rules, narrowed by the tenant's; `limits` are the gateway's.
    init(_ role: RoleRules, _ tenant: TenantRules, limits gateway: RuleLimits, catalog: Catalog) {
        self.role = role.name
        reach = role.reach
        catalogVersion = catalog.version
        let own = tenant.roles[ExactString(role.name)] ?? TenantRules.Role()
        limits = own.limits.lowering(tenant.limits.lowering(role.limits))
        tenantLimits = tenant.limits.lowering(gateway)
        types = [:]
        for (name, rule) in role.types {
            if rule.isOptional, tenant.grants[TenantRules.Grant(role: role.name, type: name)] == nil { continue }
            guard let binding = catalog.types[name], role.reach == .crossTenant || binding.isolation != .unstated else {
                continue
            }
            let narrowing = own.types[name]
            types[name] = TypeContent(
                fields: rule.fields.subtracting(narrowing?.hide.keys.map(\.self) ?? []),
                rows: [rule.rows, narrowing?.rows].compactMap(\.self), isGranted: rule.isOptional, origin: rule.origin)
        }
        settle(catalog)
    }

    /// Repeatedly removes relations to unreadable types, and types without remaining fields.
    private mutating func settle(_ catalog: Catalog) {
        var isSettled = false
        while !isSettled {
            isSettled = true
            for (name, type) in types {
                guard let binding = catalog.types[name] else { continue }
                let left = type.fields.filter { field in binding.relation(field).map { types[$0.target] != nil } ?? true
                }
                if left.count < type.fields.count || left.isEmpty { isSettled = false }
                if left.isEmpty { types[name] = nil } else { types[name]?.fields = left }
            }
        }
    }

    /// Seeded anew in each process, so that a tenant's file cannot be made to collide.
    var fingerprint: UInt64 {
        var hasher = Hasher()
        hash(into: &hasher)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    var visibility: Visibility {
        Visibility(
            fields: types.mapValues(\.fields), isSignedIn: role != Viewer.anonymousRole,
            suggestsNames: limits.allowIntrospection)
    }

    func ruleSet(schema: Schema, of catalog: Catalog) -> CompiledPolicy {
        CompiledPolicy(
            fingerprint: fingerprint, role: role, reach: reach, catalog: catalog, schema: schema,
            types: types.mapValues(\.rule), limits: limits, tenantLimits: tenantLimits)
    }
}

extension RuleContent.TypeContent {
    fileprivate var rule: TypeRule {
        guard !rows.isEmpty else { return TypeRule(fields: fields, rows: nil, isGranted: isGranted, origin: origin) }
        let conditions = rows.map(\.condition)
        let row = RowRule(
            condition: conditions.count == 1 ? conditions[0] : .all(conditions),
            required: rows.reduce(into: []) { $0.formUnion($1.required) }, origins: rows.map(\.origin))
        return TypeRule(fields: fields, rows: row, isGranted: isGranted, origin: origin)
    }
}

/// What decides the schema that viewers see.
struct Visibility: Sendable, Hashable {
    var fields: [String: Set<String>]
    var isSignedIn: Bool
    /// Whether errors may suggest names: only for viewers that may introspect.
    var suggestsNames = true

    func schema(_ catalog: Catalog) -> Schema {
        let query = catalog.schema.queryType.name
        let filterable = filterableTypes(catalog)
        return catalog.schema.restricted(suggestsNames: suggestsNames) { type, field in
            if let derived = catalog.derived[type] { return shows(field, of: derived, filterable, catalog) }
            let field = catalog.derivedFields[type]?[field]?.list ?? field
            if field == catalog.nodeField, catalog.nodeKeys[type] != nil { return showsNode(type, catalog) }
            if field == Catalog.accessField, catalog.accessTypes.contains(type) { return fields[type] != nil }
            return type == query
                ? showsRoot(field, catalog) : catalog.types[type] == nil || fields[type]?.contains(field) == true
        } implementing: { type, interface in
            // A type whose key is hidden has no global id; the others keep theirs.
            interface != Catalog.nodeInterface || catalog.nodeKeys[type] == nil || showsNode(type, catalog)
        } inputField: { input, field in
            catalog.derived[input].map { shows(field, of: $0, filterable, catalog) } ?? true
        } enumValue: { type, value in
            catalog.derived[type].map { shows(value, of: $0, filterable, catalog) } ?? true
        }
    }

    /// Whether a member of a derived type is present: as visible as the field that it stands for.
    private func shows(_ member: String, of derived: DerivedType, _ filterable: Set<String>, _ catalog: Catalog) -> Bool
    {
        switch derived {
        case .filter(let type):
            if ["and", "or", "not"].contains(member) {
                filterable.contains(type)
            } else {
                fields[type]?.contains(member) == true
            }
        case .order(let type), .values(let type): fields[type]?.contains(member) == true
        case .listFilter(let type): filterable.contains(type)
        case .aggregate(let type): member != "groupBy" || showsColumn(of: type, catalog, where: \.isGroupable)
        case .groupKey(let type):
            showsColumn(of: type, catalog, where: member == "per" ? \.hasDateParts : \.isGroupable)
        case .groupField(let type):
            catalog.types[type]?.groupColumn(member).map { fields[type]?.contains($0.field) == true } ?? false
        }
    }

    private func showsColumn(of type: String, _ catalog: Catalog, where fits: (ColumnType) -> Bool) -> Bool {
        fields[type]?.contains { catalog.types[type]?.column($0).map { fits($0.type) } ?? false } ?? false
    }

    /// A global id reveals the key.
    private func showsNode(_ type: String, _ catalog: Catalog) -> Bool {
        catalog.nodeKeys[type].map { $0.columns.allSatisfy { fields[type]?.contains($0.field) == true } } ?? false
    }

    /// A getter by a hidden field would reveal the field's values.
    private func showsRoot(_ field: String, _ catalog: Catalog) -> Bool {
        switch catalog.root[field] {
        case .constant?: true
        case .viewer(let type)?: isSignedIn && fields[type] != nil
        case .getter(let type, let arguments)?:
            arguments.allSatisfy { fields[type]?.contains($0.name) == true }
        case .list(let type)?: fields[type] != nil
        case .node?: fields.keys.contains { showsNode($0, catalog) }
        case nil: false
        }
    }

    /// Types with at least one visible column; others would have useless filters.
    private func filterableTypes(_ catalog: Catalog) -> Set<String> {
        Set(fields.filter { name, fields in fields.contains { catalog.types[name]?.column($0) != nil } }.keys)
    }
}
