import PorticoCatalog
import PostgresSQL

/// Keeps what a client states from being evaluated on rows that it may not see.
///
/// PostgreSQL evaluates the conditions of a `WHERE` in the order of its cost estimates, so that a
/// cheap pattern of the client's may meet a row before the conditions that hide it, and the time of
/// the answer tells whether it matched. The client's conditions therefore stand inside `CASE WHEN`
/// all that hides rows `THEN … ELSE false END`, whose order PostgreSQL keeps.
///
/// Outside stands what an index may look up by an operator that PostgreSQL calls leakproof, and a
/// relation whose rows are behind a barrier of their own, where all that hides rows are equalities:
/// those cost as little as any comparison, and PostgreSQL evaluates what costs the same in the
/// order in which it stands, so that a hidden row goes no further. Where something else hides rows
/// (an isolation path, several tenants, a rule with `or`), only keys stand outside. Bounds are one
/// of either kind: PostgreSQL may compare them before it compares the tenant.
struct Barrier {
    /// All that decides which rows may be seen: isolation, rules, and a key that is known. Empty
    /// where every row may.
    let hiding: [Expression]
    private let binding: TypeBinding
    /// Whether nothing hides rows but equalities.
    private let isImmediate: Bool
    /// The look-ups that stand outside already.
    private var taken: Set<LookUp> = []

    /// One of each may stand outside, so that what a hidden row costs does not grow with the length
    /// of a filter.
    private enum LookUp: Hashable {
        case equality(String)
        case lowerBound, upperBound
    }

    init(_ hiding: [Expression], of binding: TypeBinding) {
        self.hiding = hiding
        self.binding = binding
        isImmediate = hiding.allSatisfy(\.isImmediate)
    }

    /// Whether a part of the client's filter may stand beside what hides rows. To be asked once of
    /// each.
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

    /// Whether the place of a cursor may stand beside what hides rows, where it compares this
    /// column.
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
    /// The key, what ties rows to others, and what says their tenant: what people look rows up by.
    func isLookedUp(by name: String) -> Bool {
        if key.columns.contains(where: { $0.column == name }) { return true }
        if case .column(let column) = isolation, column.column == name { return true }
        return fields.values.contains {
            if case .relation(let relation) = $0 { relation.isTied(by: name) } else { false }
        }
    }
}

/// A condition that a client states of a row.
struct ClientCondition {
    var note: ConditionNote
    /// Whether it may be evaluated on rows that the client may not see.
    var standsOutside: Bool
}

extension Expression {
    /// Whether it is one comparison for equality, or says of a value alone whether it is there.
    fileprivate var isImmediate: Bool {
        switch self {
        case .boolean: true
        case .isTrue(let inner): inner.isImmediate
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
    /// Whether its comparisons tell nothing of their arguments but the result
    /// (`pg_proc.proleakproof`; a test compares this with the catalog). Equality of enums compares
    /// two object ids; PostgreSQL leaves it unmarked because its function is polymorphic. `citext`
    /// folds both texts, which takes the longer the longer they are.
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
