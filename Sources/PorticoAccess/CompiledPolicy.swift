import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog

/// The compiled rules of one role for one tenant file: the visible schema and rows.
///
/// Immutable, compiled once per content: tenants without a file, or with equal files, share one.
public final class CompiledPolicy: Sendable {
    /// Equal rules have equal fingerprints. Part of the key of every cached plan.
    public let fingerprint: UInt64
    public let role: String
    public let reach: Reach
    public let catalog: Catalog
    /// The schema as these viewers see it.
    public let schema: Schema
    /// By type name; missing types cannot be read at all.
    public let types: [String: TypeRule]
    public let limits: RuleLimits
    /// Admission limits of the viewer's tenant, and of its role there; empty if there are none.
    public let admission: [AdmissionRule]

    /// - Parameter tenantLimits: The tenant's limits before the role lowers them; `nil` if equal.
    public init(
        fingerprint: UInt64, role: String, reach: Reach, catalog: Catalog, schema: Schema, types: [String: TypeRule],
        limits: RuleLimits, tenantLimits: RuleLimits? = nil
    ) {
        self.fingerprint = fingerprint
        self.role = role
        self.reach = reach
        self.catalog = catalog
        self.schema = schema
        self.types = types
        self.limits = limits
        admission = AdmissionRule.rules(tenant: tenantLimits ?? limits, role: limits, named: role)
    }
}

public enum Reach: Sendable, Hashable {
    /// Only the viewer's own tenant.
    case tenant
    /// The viewer's tenant and all below it.
    case subtree
    /// No isolation at all.
    case crossTenant
}

/// What a role may read of one type.
public struct TypeRule: Sendable {
    public var fields: Set<String>
    /// In addition to isolation; `nil` if every row within reach may be read.
    public var rows: RowRule?
    /// Whether the rule is optional and granted by the tenant's file.
    public var isGranted: Bool
    /// The place of the type's rule.
    public var origin: RuleOrigin

    public init(fields: Set<String>, rows: RowRule?, isGranted: Bool = false, origin: RuleOrigin) {
        (self.fields, self.rows, self.isGranted, self.origin) = (fields, rows, isGranted, origin)
    }
}

/// A row condition of the role, AND-ed with the tenant's own.
public struct RowRule: Sendable {
    public var condition: Condition<RuleOperand>
    /// The viewer's values that the condition names. If the viewer lacks one, the condition is
    /// false as a whole, also under `not` and `ne`.
    public var required: Set<ViewerValue>
    public var origins: [RuleOrigin]

    public init(condition: Condition<RuleOperand>, required: Set<ViewerValue>, origins: [RuleOrigin]) {
        (self.condition, self.required, self.origins) = (condition, required, origins)
    }
}

extension RowRule {
    /// The conditions of role and tenant separately, each with its place.
    public var parts: [(condition: Condition<RuleOperand>, origin: RuleOrigin?)] {
        guard origins.count > 1, case .all(let items) = condition, items.count == origins.count else {
            return [(condition, origins.first)]
        }
        return zip(items, origins).map { ($0, $1) }
    }
}

public enum RuleOperand: Sendable, Hashable {
    case literal(InputValue)
    case viewer(ViewerValue)
    /// The time of the request.
    case now
}

public enum ViewerValue: Sendable, Hashable {
    case id, tenant, tenants
    /// As an enum value, such as `CLIENT`.
    case role
    case claim(ExactString)
}

extension ViewerValue: Comparable {
    /// By case, claims by the bytes of their names: what is made of a set of them is deterministic.
    public static func < (left: ViewerValue, right: ViewerValue) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        guard case .claim(let name) = left, case .claim(let other) = right else { return false }
        return name < other
    }

    private var rank: Int {
        switch self {
        case .claim: 0
        case .id: 1
        case .role: 2
        case .tenant: 3
        case .tenants: 4
        }
    }
}

public struct RuleOrigin: Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) { (self.file, self.line, self.column) = (file, line, column) }

    public var description: String { "\(file):\(line):\(column)" }
}
