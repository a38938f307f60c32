import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog

/// The rules of one role in one kind of tenant, compiled: what its viewers see of the schema, and
/// which rows.
///
/// Compiled once per distinct content: all tenants without a file of their own, or with equal
/// files, share one. Immutable.
public final class RuleSet: Sendable {
    /// Of the content that decides: equal rules, equal fingerprint. Part of the key of every cached
    /// plan.
    public let fingerprint: UInt64
    public let role: String
    public let reach: Reach
    /// Which the rules speak of.
    public let catalog: Catalog
    /// The schema as these viewers see it.
    public let schema: Schema
    /// By type name; a type that is not here cannot be read at all.
    public let types: [String: TypeRule]
    public let limits: RuleLimits
    /// How many requests are let in of the viewer's tenant, and of its role there; empty where
    /// neither is bounded.
    public let admission: [AdmissionRule]

    /// - Parameter tenantLimits: What holds for the tenant as a whole, before the role lowers it;
    ///   `nil` where that is `limits`.
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
    /// On top of isolation; `nil` where every row within reach may be read.
    public var rows: RowRule?
    /// Whether the role has marked it optional, and the tenant's file grants it.
    public var isGranted: Bool
    /// Where the type's rule stands, for explanations.
    public var origin: RuleOrigin

    public init(fields: Set<String>, rows: RowRule?, isGranted: Bool = false, origin: RuleOrigin) {
        self.fields = fields
        self.rows = rows
        self.isGranted = isGranted
        self.origin = origin
    }
}

/// A row condition of the role, AND-ed with the tenant's own.
public struct RowRule: Sendable {
    public var condition: Condition<RuleOperand>
    /// The viewer's values that the condition names: where the viewer lacks one, the condition is
    /// false as a whole, also under `not` and `ne`.
    public var required: Set<ViewerValue>
    public var origins: [RuleOrigin]

    public init(condition: Condition<RuleOperand>, required: Set<ViewerValue>, origins: [RuleOrigin]) {
        self.condition = condition
        self.required = required
        self.origins = origins
    }
}

extension RowRule {
    /// The conditions of role and tenant apart, each with its place.
    public var parts: [(condition: Condition<RuleOperand>, origin: RuleOrigin?)] {
        guard origins.count > 1, case .all(let items) = condition, items.count == origins.count else {
            return [(condition, origins.first)]
        }
        return zip(items, origins).map { ($0, $1) }
    }
}

/// A value of a rule.
public enum RuleOperand: Sendable, Hashable {
    case literal(InputValue)
    case viewer(ViewerValue)
    /// The time of the request.
    case now
}

public enum ViewerValue: Sendable, Hashable {
    case id, tenant, tenants
    /// As the enum value, such as `CLIENT`.
    case role
    case claim(ExactString)
}

extension ViewerValue: Comparable {
    /// The order of the cases, and of claims by the bytes of their names: what is made of a set of
    /// them is always the same.
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

/// The place of a rule.
public struct RuleOrigin: Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file):\(line):\(column)" }
}
