/// What must hold of a row: the language of `where`, for a client's filter and for a rule alike.
///
/// The operand says where a value comes from: for a client's filter from the request, for a rule
/// from the rule's text or the viewer. SQL's three-valued logic holds throughout; `all([])` is true
/// and `any([])` is false. What is asked of a row behind a to-one relation is null where there is
/// no such row; that there is one (`toOne` of `all([])`) is true or false.
public indirect enum Condition<Operand: Sendable & Hashable>: Sendable, Hashable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case compare(ColumnBinding, Comparison, Operand)
    /// There is a row behind the relation, it may be reached, and the condition holds of it.
    case toOne(RelationBinding, Condition)
    case toMany(RelationBinding, Quantifier, Condition)
}

public enum Quantifier: String, Sendable, Hashable, CaseIterable { case some, every, none }

/// The operators of filters; the raw value is the key in an operator object.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case eq, ne, `in`, notIn, isNull
    /// `ne` and `eq` that take null for a value: never null themselves.
    case distinctFrom, notDistinctFrom
    case lt, lte, gt, gte
    /// On strings a part, on JSON containment.
    case contains
    case startsWith, endsWith, iContains, like, iLike
    case has, hasAny, hasAll, isEmpty
    case hasKey
}

extension ColumnType {
    /// The operators that a column of this type has (interface, section 3); `isID` takes away the
    /// order of an `ID` field.
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

    /// Whether a list may be ordered by such a column.
    public var isOrderable: Bool {
        switch self {
        case .json, .jsonb, .array: false
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .float4, .float8, .numeric, .bool,
            .timestamptz, .timestamp, .date, .enum:
            true
        }
    }
}
