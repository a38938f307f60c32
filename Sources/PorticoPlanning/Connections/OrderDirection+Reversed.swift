import PorticoCatalog

extension OrderDirection {
    var isDescending: Bool {
        switch self {
        case .ascending, .ascendingNullsFirst, .ascendingNullsLast: false
        case .descending, .descendingNullsFirst, .descendingNullsLast: true
        }
    }

    /// Whether nulls come first, including PostgreSQL's defaults.
    var hasNullsFirst: Bool {
        switch self {
        case .descending, .ascendingNullsFirst, .descendingNullsFirst: true
        case .ascending, .ascendingNullsLast, .descendingNullsLast: false
        }
    }

    /// The direction that yields the same rows in reverse, including nulls.
    var reversed: OrderDirection {
        switch self {
        case .ascending: .descending
        case .descending: .ascending
        case .ascendingNullsFirst: .descendingNullsLast
        case .ascendingNullsLast: .descendingNullsFirst
        case .descendingNullsFirst: .ascendingNullsLast
        case .descendingNullsLast: .ascendingNullsFirst
        }
    }
}

extension [OrderKey] {
    var reversedOrder: [OrderKey] { map { OrderKey(column: $0.column, direction: $0.direction.reversed) } }
}
