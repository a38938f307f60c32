public enum OrderDirection: String, Sendable, Hashable, CaseIterable {
    case ascending = "ASC"
    case descending = "DESC"
    case ascendingNullsFirst = "ASC_NULLS_FIRST"
    case ascendingNullsLast = "ASC_NULLS_LAST"
    case descendingNullsFirst = "DESC_NULLS_FIRST"
    case descendingNullsLast = "DESC_NULLS_LAST"
}

public struct OrderKey: Sendable, Hashable {
    public var column: ColumnBinding
    public var direction: OrderDirection

    public init(column: ColumnBinding, direction: OrderDirection) {
        (self.column, self.direction) = (column, direction)
    }
}
