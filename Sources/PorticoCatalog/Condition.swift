/// A condition on a row, in the language of `where`: a client's filter or a rule.
///
/// The operand is the source of a value: for a client's filter the request, for a rule the rule's
/// text or the viewer. SQL's three-valued logic applies; `all([])` is true and `any([])` is false.
/// A condition on the row behind a to-one relation is null if there is no such row; the existence
/// of the row (`toOne` of `all([])`) is true or false.
public indirect enum Condition<Operand: Sendable & Hashable>: Sendable, Hashable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case compare(ColumnBinding, Comparison, Operand)
    /// There is a reachable row behind the relation, and it meets the condition.
    case toOne(RelationBinding, Condition)
    case toMany(RelationBinding, Quantifier, Condition)
}

public enum Quantifier: String, Sendable, Hashable, CaseIterable { case some, every, none }

/// The operators of filters; the raw value is the key in an operator object.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case eq, ne, `in`, notIn, isNull
    /// Inequality and equality that treat null as a value and are never null themselves.
    case distinctFrom, notDistinctFrom
    case lt, lte, gt, gte
    /// A substring of strings, containment in JSON.
    case contains
    case startsWith, endsWith, iContains, like, iLike
    case has, hasAny, hasAll, isEmpty
    case hasKey
}

extension ColumnType {
    /// The operators of a column of this type (interface, section 3); an `ID` has no order.
    public func comparisons(isID: Bool) -> [Comparison] {
        let equality: [Comparison] = [.eq, .ne, .in, .notIn, .isNull, .distinctFrom, .notDistinctFrom]
        let ordering: [Comparison] = [.lt, .lte, .gt, .gte]
        if case .array = self { return [.has, .hasAny, .hasAll, .isEmpty, .isNull] }
        if isID { return equality }
        switch self {
        case .text, .varchar, .bpchar, .citext:
            return equality + ordering + [.contains, .startsWith, .endsWith, .iContains, .like, .iLike]
        case .uuid, .enum: return equality
        case .int2, .int4, .int8, .float4, .float8, .numeric, .timestamptz, .timestamp, .date:
            return equality + ordering
        case .bool: return [.eq, .ne, .isNull, .distinctFrom, .notDistinctFrom]
        case .json: return [.isNull]
        case .jsonb: return [.contains, .hasKey, .isNull]
        case .array: return [.has, .hasAny, .hasAll, .isEmpty, .isNull]
        }
    }

    /// Whether a list may be ordered by the column.
    public var isOrderable: Bool {
        switch self {
        case .json, .jsonb, .array: false
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .float4, .float8, .numeric, .bool,
            .timestamptz, .timestamp, .date, .enum:
            true
        }
    }
}
