extension Condition {
    /// The negation in three-valued logic; `nil` if SQL's `NOT` has the same meaning.
    ///
    /// `NOT EXISTS` would be true if a to-one relation has no row, and the indexable form of
    /// `notDistinctFrom` is null for a null. Therefore `not` is pushed inwards, to the conditions
    /// on the row and the operator.
    public var negation: Condition? { isNegatedWithin ? opposite : nil }

    private var isNegatedWithin: Bool {
        switch self {
        case .all(let items), .any(let items): items.contains(where: \.isNegatedWithin)
        case .not(let inner): inner.isNegatedWithin
        case .compare(_, let comparison, _): comparison == .distinctFrom || comparison == .notDistinctFrom
        case .toOne(_, let inner): !inner.isEmpty
        case .toMany: false
        }
    }

    private var opposite: Condition {
        switch self {
        case .all(let items): .any(items.map(\.opposite))
        case .any(let items): .all(items.map(\.opposite))
        case .not(let inner): inner
        case .compare(let column, .distinctFrom, let operand): .compare(column, .notDistinctFrom, operand)
        case .compare(let column, .notDistinctFrom, let operand): .compare(column, .distinctFrom, operand)
        case .toOne(let relation, let inner) where !inner.isEmpty: .toOne(relation, .not(inner))
        case .compare, .toOne, .toMany: .not(self)
        }
    }

    /// Whether it has no conditions.
    private var isEmpty: Bool {
        if case .all(let items) = self { items.allSatisfy(\.isEmpty) } else { false }
    }
}
