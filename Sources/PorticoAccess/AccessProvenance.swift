import ExactText
import PorticoCatalog

/// The line of a file by which viewers of a role in a tenant may or may not read a type or a field.
///
/// Made on demand (``Policy/provenance(role:tenant:)``) from what was kept when the files were
/// read; requests do not need it.
public struct AccessProvenance: Sendable {
    public let role: String
    public let tenant: ExactString?
    /// The role's section; `nil` for an `anonymous` that no file mentions.
    public let roleOrigin: RuleOrigin?
    /// The tenant's own file, if it has one.
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

    /// Whether rows of the type may be read; `nil` for a type without a table.
    public func verdict(type: String) -> TypeVerdict? { catalog.types[ExactString(type)].map(verdict) }

    /// Whether the field may be read; `nil` if the type or its field has no binding.
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

/// Whether rows of a type may be read, and why.
public struct TypeVerdict: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The role states `read:`; that is the origin.
        case stated
        /// Optional in the role, and granted by the tenant's file.
        case granted
        /// The role does not mention the type; the origin is the role's own line.
        case notStated
        /// Optional in the role, which is the origin, and not granted by the tenant's file.
        case notGranted
        /// The type has no isolation, and the role is not `crossTenant`; origin: the type's file.
        case withoutIsolation
        /// Every field of the rule is hidden, or leads to a type that cannot be read.
        case nothingLeft
    }

    public var type: String
    public var reason: Reason
    /// `nil` if no line states it: the role `anonymous`, not mentioned.
    public var origin: RuleOrigin?
    /// The tenant's grant of an optional rule.
    public var grant: RuleOrigin?

    public var isReadable: Bool { reason == .stated || reason == .granted }
}

/// Whether a field may be read, and why.
public struct FieldVerdict: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// By `fields: all`, the origin.
        case all
        /// By its item in `fields: […]`, the origin.
        case listed
        /// By `fields: { except: […] }`, the origin, which does not name it.
        case notExcepted
        /// Not in `fields: […]`, the origin.
        case notListed
        /// By its item in `except`, the origin.
        case excepted
        /// By its item in the `hide` of the tenant's file, the origin.
        case hidden
        /// A relation whose target may not be read; the origin is the target's.
        case target(TypeVerdict)
        /// Nothing of its type may be read.
        case type(TypeVerdict)
    }

    public var type: String
    public var field: String
    public var reason: Reason
    /// `nil` if no line states it: the role `anonymous`, not mentioned.
    public var origin: RuleOrigin?
    /// The tenant's grant, if the type's rule is optional.
    public var grant: RuleOrigin?

    public var isAllowed: Bool {
        switch reason {
        case .all, .listed, .notExcepted: true
        case .notListed, .excepted, .hidden, .target, .type: false
        }
    }
}
