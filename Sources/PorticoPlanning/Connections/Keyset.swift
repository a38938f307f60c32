import PorticoCatalog
import PostgresSQL

/// The condition that a row is behind a place in an order. Its text depends on the order alone, so
/// that one plan and one prepared statement serve every cursor.
///
/// The place is a row's values of the order's columns, ending with the unique non-null key.
struct Keyset {
    let order: [OrderKey]
    /// Whether the column of each key is nullable.
    let nullable: [Bool]

    /// That `row` is after the place, or with `inclusive` at it. `value` gives each key of the
    /// place.
    ///
    /// There are two parts, both of which must hold. The first is redundant, but PostgreSQL can
    /// look it up in an index that starts with the order's first column. It is omitted for a
    /// nullable column, which a single comparison cannot cover.
    func behind(
        _ row: RowReference, inclusive: Bool, value: (Int) -> Expression
    ) -> [(condition: Expression, columns: [ColumnBinding])] {
        guard let first = order.first else { return [] }
        let whole = behind(row, from: 0, inclusive: inclusive, value)
        let all = (condition: whole, columns: order.map(\.column))
        if order.count == 1 || nullable[0] { return [all] }
        let bound = Expression.binary(
            row.column(first.column), first.direction.isDescending ? .lessOrEqual : .greaterOrEqual, value(0))
        return [(bound, [first.column]), all]
    }

    /// Behind in this key, or equal in it and behind in the rest: nested, so that the text grows
    /// linearly with the number of keys.
    private func behind(
        _ row: RowReference, from position: Int, inclusive: Bool, _ value: (Int) -> Expression
    ) -> Expression {
        let column = row.column(order[position].column), place = value(position)
        let isDescending = order[position].direction.isDescending
        if position == order.count - 1, inclusive {
            return .binary(column, isDescending ? .lessOrEqual : .greaterOrEqual, place)
        }
        var further = Expression.binary(column, isDescending ? .less : .greater, place)
        if nullable[position] {
            let jump: [Expression] =
                order[position].direction.hasNullsFirst
                ? [.isNull(place), .isNotNull(column)] : [.isNotNull(place), .isNull(column)]
            further = .or([further, .and(jump)])
        }
        if position == order.count - 1 { return further }
        let equal = Expression.binary(column, nullable[position] ? .isNotDistinctFrom : .equal, place)
        return .or([further, .and([equal, behind(row, from: position + 1, inclusive: inclusive, value)])])
    }
}
