import PorticoCatalog
import PostgresSQL

/// Prevents a client's conditions from being evaluated on rows that the client may not see.
///
/// PostgreSQL evaluates the conditions of a `WHERE` in the order of its cost estimates. A cheap
/// pattern of the client's may be tested on a row before the conditions that hide it, and the
/// response time reveals whether it matched. Therefore the client's conditions are placed inside
/// `CASE WHEN` hiding conditions `THEN … ELSE false END`, whose order PostgreSQL keeps.
///
/// Two kinds of conditions stay outside: comparisons that an index may serve by a leakproof
/// operator, and, if all hiding conditions are equalities, relations whose rows have a barrier of
/// their own. Equalities cost as little as any comparison, and PostgreSQL evaluates conditions of
/// equal cost in textual order, so a hidden row is rejected first. If something else hides rows (an
/// isolation path, several tenants, a rule with `or`), only keys stay outside. There is at most one
/// bound of either kind, because PostgreSQL may compare it before the tenant.
struct Barrier {
    /// All conditions that decide which rows are visible: isolation, rules, known keys.
    let hiding: [Expression]
    private let binding: TypeBinding
    /// Whether all hiding conditions are equalities.
    private let isImmediate: Bool
    /// The look-ups that already stand outside.
    private var taken: Set<LookUp> = []

    /// Only one of each may be outside: a hidden row's cost must not grow with the filter.
    private enum LookUp: Hashable {
        case equality(String)
        case lowerBound, upperBound
    }

    init(_ hiding: [Expression], of binding: TypeBinding) {
        self.hiding = hiding
        self.binding = binding
        isImmediate = hiding.allSatisfy(\.isImmediate)
    }

    /// Whether a part of the client's filter may stand outside the barrier. Call once per part.
    mutating func admits(_ condition: Condition<PlanOperand>) -> Bool {
        if hiding.isEmpty { return true }
        switch condition {
        case .compare(let column, let comparison, let operand):
            guard let lookUp = Self.lookUp(column, comparison), operand.flag == nil, column.expression == nil,
                column.type.isLeakproof(ordered: comparison.isOrdered),
                isImmediate || comparison.isEquality && binding.isLookedUp(by: column.column)
            else { return false }
            return taken.insert(lookUp).inserted
        case .toOne, .toMany: return isImmediate
        case .all, .any, .not: return false
        }
    }

    private static func lookUp(_ column: ColumnBinding, _ comparison: Comparison) -> LookUp? {
        switch comparison {
        case .eq, .in, .notDistinctFrom: .equality(column.column)
        case .gt, .gte: .lowerBound
        case .lt, .lte: .upperBound
        default: nil
        }
    }

    /// Whether the place of a cursor may stand outside the barrier, if it compares this column.
    func admitsCursor(_ column: ColumnBinding) -> Bool {
        hiding.isEmpty || isImmediate && column.expression == nil && column.type.isLeakproof(ordered: true)
    }

    /// The client's conditions, each behind the barrier or outside it.
    func around(_ conditions: [ClientCondition]) -> StatedConditions {
        var stated = StatedConditions(known: hiding)
        for condition in conditions {
            if condition.standsOutside {
                stated.outside.append(condition.note.condition)
            } else {
                stated.behind.append(condition.note.condition)
            }
        }
        return stated.behind.isEmpty ? StatedConditions(outside: stated.outside) : stated
    }
}

extension TypeBinding {
    /// Whether it is a key, a relation's column or the tenant column, by which rows are found.
    func isLookedUp(by name: String) -> Bool {
        if key.columns.contains(where: { $0.column == name }) { return true }
        if case .column(let column) = isolation, column.column == name { return true }
        return fields.values.contains {
            if case .relation(let relation) = $0 { relation.isTied(by: name) } else { false }
        }
    }
}

/// A condition that a client states on a row.
struct ClientCondition {
    var note: ConditionNote
    /// Whether it may be evaluated on rows that the client may not see.
    var standsOutside: Bool
}

extension Expression {
    /// Whether it is a single equality, or tests only whether a value is present.
    fileprivate var isImmediate: Bool {
        switch self {
        case .boolean: true
        case .opaque(let inner): inner.isImmediate
        case .isNotNull(let inner): inner.isValue
        case .binary(let left, .equal, let right): left.isPlace && right.isPlace
        default: false
        }
    }

    private var isValue: Bool {
        switch self {
        case .parameter: true
        case .cast(let inner, _), .collate(let inner, _): inner.isValue
        default: false
        }
    }

    private var isPlace: Bool {
        switch uncast {
        case .column, .boolean: true
        default: isValue
        }
    }
}

extension BinaryOperator {
    /// Whether it compares two values of one scalar type.
    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isDistinctFrom, .isNotDistinctFrom:
            true
        case .like, .iLike, .contains, .overlaps, .hasKey: false
        }
    }
}

extension Comparison {
    var isEquality: Bool { self == .eq || self == .in || self == .notDistinctFrom }
    var isOrdered: Bool { self == .lt || self == .lte || self == .gt || self == .gte }
}

extension ColumnType {
    /// Whether its comparisons reveal nothing about their arguments but the result
    /// (`pg_proc.proleakproof`; a test compares this with the catalog). Equality of enums compares
    /// two OIDs; PostgreSQL does not mark it leakproof because its function is polymorphic.
    /// `citext` folds both texts in time that grows with their length.
    func isLeakproof(ordered: Bool) -> Bool {
        switch self {
        case .text, .varchar, .bpchar, .uuid, .int2, .int4, .int8, .float4, .float8, .bool, .timestamptz, .timestamp,
            .date:
            true
        case .enum(let binding): !ordered || binding.sqlType == nil
        case .citext, .numeric, .json, .jsonb, .array: false
        }
    }
}
