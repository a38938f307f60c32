import PorticoCatalog
import PostgresSQL

/// Keeps what a client states from being evaluated on rows that it may not see.
///
/// PostgreSQL evaluates the conditions of a `WHERE` in the order of its cost estimates, so that a cheap pattern of the
/// client's may meet a row before the conditions that hide it, and the time of the answer tells whether it matched. The
/// client's conditions therefore stand inside `CASE WHEN` all that hides rows `THEN … ELSE false END`, whose order
/// PostgreSQL keeps.
///
/// Outside stands what an index can look up by an operator that PostgreSQL calls leakproof, and a relation whose rows
/// are behind a barrier of their own, wherever what hides rows compares the row's own columns alone: those tests are as
/// cheap as the look-up, so that they take the same time whether or not it found a hidden row.
struct Barrier {
    /// All that decides which rows may be seen: isolation, rules, and a key that is known. Empty where every row may.
    let hiding: [Expression]
    private let binding: TypeBinding
    /// Whether what hides rows costs no more than a few comparisons.
    private let isCheap: Bool

    init(_ hiding: [Expression], of binding: TypeBinding) {
        self.hiding = hiding
        self.binding = binding
        isCheap = hiding.allSatisfy(\.isCheap)
    }

    /// Whether a part of the client's filter may stand beside what hides rows.
    func admits(_ condition: Condition<PlanOperand>) -> Bool {
        if hiding.isEmpty { return true }
        switch condition {
        case .compare(let column, let comparison, let operand):
            guard comparison.isIndexLookUp, operand.flag == nil, column.type.isLeakproof(ordered: comparison.isOrdered) else { return false }
            return isCheap || (comparison.isEquality && leadsToRows(column))
        case .toOne, .toMany: return isCheap
        case .all, .any, .not: return false
        }
    }

    /// Whether the place of a cursor may stand beside what hides rows, where it compares this column.
    func admitsCursor(_ column: ColumnBinding) -> Bool { hiding.isEmpty || column.type.isLeakproof(ordered: true) }

    /// The key, or what ties the row to others: what people look rows up by.
    private func leadsToRows(_ column: ColumnBinding) -> Bool {
        if column.column == binding.key.column { return true }
        return binding.fields.values.contains { if case .relation(let relation) = $0 { relation.local.column == column.column } else { false } }
    }

    /// The client's conditions, each behind the barrier or outside it.
    func around(_ conditions: [ClientCondition]) -> StatedConditions {
        var stated = StatedConditions(known: hiding)
        for condition in conditions {
            if condition.standsOutside { stated.outside.append(condition.note.condition) } else { stated.behind.append(condition.note.condition) }
        }
        return stated.behind.isEmpty ? StatedConditions(outside: stated.outside) : stated
    }
}

/// A condition that a client states of a row.
struct ClientCondition {
    var note: ConditionNote
    /// Whether it may be evaluated on rows that the client may not see.
    var standsOutside: Bool
}

extension Expression {
    /// Whether it compares columns and values, without a statement, a function or a pattern.
    fileprivate var isCheap: Bool {
        switch self {
        case .column, .parameter, .integer, .boolean, .literal: true
        case .cast(let inner, _), .not(let inner), .isNull(let inner), .isNotNull(let inner), .isTrue(let inner), .isNotTrue(let inner): inner.isCheap
        case .and(let items), .or(let items): items.allSatisfy(\.isCheap)
        case .equalsAny(let left, let right), .differsFromAll(let left, let right): left.isCheap && right.isCheap
        case .binary(let left, let operation, let right): operation.isComparison && left.isCheap && right.isCheap
        case .exists, .isIn, .call, .aggregate, .choice: false
        }
    }
}

extension BinaryOperator {
    /// Whether it compares two values of one scalar type.
    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isNotDistinctFrom: true
        case .like, .iLike, .contains, .overlaps, .hasKey: false
        }
    }
}

extension Comparison {
    /// Whether a B-tree index finds the rows.
    var isIndexLookUp: Bool { isEquality || isOrdered }
    var isEquality: Bool { self == .eq || self == .in }
    var isOrdered: Bool { self == .lt || self == .lte || self == .gt || self == .gte }
}

extension ColumnType {
    /// Whether its comparisons tell nothing of their arguments but the result (`pg_proc.proleakproof`; a test compares
    /// this with the catalog). Equality of enums compares two object ids; PostgreSQL leaves it unmarked because its
    /// function is polymorphic.
    func isLeakproof(ordered: Bool) -> Bool {
        switch self {
        case .text, .varchar, .bpchar, .uuid, .int2, .int4, .int8, .float4, .float8, .bool, .timestamptz, .timestamp, .date: true
        case .enum(let binding): !ordered || binding.sqlType == nil
        case .numeric, .json, .jsonb, .array: false
        }
    }
}
