import ExactText
import PorticoCatalog

/// By which line of which file viewers of a role in a tenant may read a type or a field, or may
/// not.
///
/// Made when somebody asks (``Policy/provenance(role:tenant:)``), of what was kept when the files
/// were read. No request needs it.
public struct AccessProvenance: Sendable {
    public let role: String
    public let tenant: ExactString?
    /// Where the role's section begins; `nil` for `anonymous` where no file mentions it.
    public let roleOrigin: RuleOrigin?
    /// The tenant's own file; `nil` where it has none.
    public let tenantFile: String?

    private let catalog: Catalog
    private let rules: RoleRules
    private let narrowing: TenantRules
    private let content: RuleContent

    init(_ rules: RoleRules, _ narrowing: TenantRules, limits: RuleLimits, tenant: ExactString?, catalog: Catalog) {
        self.rules = rules
        self.narrowing = narrowing
        self.tenant = tenant
        self.catalog = catalog
        content = RuleContent(rules, narrowing, limits: limits, catalog: catalog)
        role = rules.name
        roleOrigin = rules.place?.origin(in: rules.file)
        tenantFile = narrowing.file.map { RuleOrigin(file: $0, line: 1, column: 1).resolved(tenant: tenant).file }
    }

    /// Whether rows of the type may be read at all; `nil` for a type that has no table.
    public func verdict(type: String) -> TypeVerdict? { catalog.types[ExactString(type)].map(verdict) }

    /// Whether the field may be read; `nil` where the type or its field has no binding.
    public func verdict(type: String, field: String) -> FieldVerdict? {
        guard let binding = catalog.types[ExactString(type)], let bound = binding.fields[ExactString(field)] else {
            return nil
        }
        let whole = verdict(binding)
        guard let rule = rules.types[type], whole.isReadable || whole.reason == .nothingLeft else {
            return FieldVerdict(type: type, field: field, reason: .type(whole), origin: whole.origin, grant: nil)
        }
        let (reason, origin) = reason(field, bound, rule, narrowing.roles[ExactString(role)]?.types[type])
        return FieldVerdict(type: type, field: field, reason: reason, origin: origin, grant: whole.grant)
    }

    private func verdict(_ binding: TypeBinding) -> TypeVerdict {
        let type = binding.name
        guard let rule = rules.types[type] else {
            if rules.reach != .crossTenant, binding.isolation == .unstated {
                return TypeVerdict(
                    type: type, reason: .withoutIsolation, origin: RuleOrigin(file: binding.file, line: 1, column: 1),
                    grant: nil)
            }
            return TypeVerdict(type: type, reason: .notStated, origin: roleOrigin, grant: nil)
        }
        let grant = narrowing.grants[TenantRules.Grant(role: role, type: type)]
        if let optional = rule.optional, grant == nil {
            return TypeVerdict(type: type, reason: .notGranted, origin: optional.origin(in: rules.file), grant: nil)
        }
        let reason: TypeVerdict.Reason =
            content.types[type] == nil ? .nothingLeft : rule.optional == nil ? .stated : .granted
        return TypeVerdict(
            type: type, reason: reason, origin: rule.origin, grant: rule.optional == nil ? nil : grant.map(inTenantFile)
        )
    }

    private func reason(
        _ field: String, _ bound: FieldBinding, _ rule: ReadRule, _ own: TenantRules.Narrowing?
    ) -> (FieldVerdict.Reason, RuleOrigin) {
        let stated = rule.stated
        let item = stated.items[field]?.origin(in: rules.file), whole = stated.place.origin(in: rules.file)
        switch (stated.form, item) {
        case (.listed, nil): return (.notListed, whole)
        case (.except, let item?): return (.excepted, item)
        case (.all, _), (.listed, _), (.except, nil): break
        }
        if let hidden = own?.hide[field] { return (.hidden, inTenantFile(hidden)) }
        if case .relation(let relation) = bound, let target = verdict(type: relation.target), !target.isReadable {
            return (.target(target), target.origin ?? whole)
        }
        let reason: FieldVerdict.Reason =
            switch stated.form {
            case .all: .all
            case .listed: .listed
            case .except: .notExcepted
            }
        return (reason, item ?? whole)
    }

    private func inTenantFile(_ place: RulePlace) -> RuleOrigin {
        place.origin(in: narrowing.file ?? "").resolved(tenant: tenant)
    }
}

/// Whether rows of a type may be read at all, and why.
public struct TypeVerdict: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The role states `read:`; that is the origin.
        case stated
        /// The role marks it optional, and the tenant's file grants it.
        case granted
        /// The role does not mention the type; the origin is the role's own line.
        case notStated
        /// The role marks it optional, which is the origin, and the tenant's file does not grant
        /// it.
        case notGranted
        /// The type states no isolation, and the role is not `crossTenant`; the origin is the
        /// type's file.
        case withoutIsolation
        /// Every field that the rule states is hidden, or leads to a type that cannot be read.
        case nothingLeft
    }

    public var type: String
    public var reason: Reason
    /// `nil` where no line says it: the role `anonymous`, not mentioned.
    public var origin: RuleOrigin?
    /// The tenant's grant, where the rule is optional and granted.
    public var grant: RuleOrigin?

    public var isReadable: Bool { reason == .stated || reason == .granted }
}

/// Whether a field may be read, and why.
public struct FieldVerdict: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// By `fields: all`, which is the origin.
        case all
        /// By its item in `fields: […]`, which is the origin.
        case listed
        /// By `fields: { except: […] }`, which does not name it; the origin is `except`.
        case notExcepted
        /// Not in `fields: […]`; the origin is `fields`.
        case notListed
        /// By its item in `except`, which is the origin.
        case excepted
        /// By its item in the `hide` of the tenant's file, which is the origin.
        case hidden
        /// It is a relation, and nothing of its target may be read; the origin is what decides
        /// that.
        case target(TypeVerdict)
        /// Nothing of its type may be read.
        case type(TypeVerdict)
    }

    public var type: String
    public var field: String
    public var reason: Reason
    /// `nil` where no line says it: the role `anonymous`, not mentioned.
    public var origin: RuleOrigin?
    /// The tenant's grant, where the type's rule is optional.
    public var grant: RuleOrigin?

    public var isAllowed: Bool {
        switch reason {
        case .all, .listed, .notExcepted: true
        case .notListed, .excepted, .hidden, .target, .type: false
        }
    }
}
