import PorticoCatalog

extension OrderDirection {
    var isDescending: Bool {
        switch self {
        case .ascending, .ascendingNullsFirst, .ascendingNullsLast: false
        case .descending, .descendingNullsFirst, .descendingNullsLast: true
        }
    }

    /// Where nulls stand, PostgreSQL's own rule included.
    var hasNullsFirst: Bool {
        switch self {
        case .descending, .ascendingNullsFirst, .descendingNullsFirst: true
        case .ascending, .ascendingNullsLast, .descendingNullsLast: false
        }
    }

    /// The direction in which the same rows come the other way round, nulls included.
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
