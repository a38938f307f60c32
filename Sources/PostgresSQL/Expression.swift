public indirect enum Expression: Sendable, Hashable {
    case column(Alias, String)
    /// `$n`, from 1.
    case parameter(Int)
    case integer(Int)
    case boolean(Bool)
    case literal(Literal)
    case cast(Expression, String)
    /// `(value COLLATE name)`; the name is quoted already.
    case collate(Expression, String)
    case binary(Expression, BinaryOperator, Expression)
    /// `left = ANY (right)`
    case equalsAny(Expression, Expression)
    /// `left <> ALL (right)`
    case differsFromAll(Expression, Expression)
    /// `true` when empty.
    case and([Expression])
    /// `false` when empty.
    case or([Expression])
    case not(Expression)
    case isNull(Expression)
    case isNotNull(Expression)
    /// `COALESCE(…, false)`: in a `WHERE` it changes no answer. PostgreSQL uses no index for the
    /// condition inside, and takes it to hold of half of the rows, where it would reckon `… IS
    /// TRUE` by the column's statistics: what hardly ever fails is then no reason to leave an
    /// ordered index for fear that it yields too few.
    case isTrue(Expression)
    case isNotTrue(Expression)
    case exists(Select)
    /// `left IN (SELECT …)`, or `(left, …) IN (SELECT …)`, of a statement with as many columns. One
    /// that does not speak of the row outside is run once and hashed, where an `EXISTS` may be run
    /// for each row.
    case isIn([Expression], Select)
    case call(FunctionName, [Expression])
    /// A value of all rows of a group, or of all rows where there are no groups; without an
    /// argument of the rows themselves: `count(*)`.
    case aggregate(AggregateFunction, Expression?)
    /// `CASE WHEN condition THEN … ELSE … END`
    case choice(Expression, then: Expression, otherwise: Expression)
}

public enum BinaryOperator: String, Sendable, Hashable {
    case equal = "=", notEqual = "<>"
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case like = "LIKE", iLike = "ILIKE"
    case contains = "@>", overlaps = "&&"
    case hasKey = "?"
    /// Inequality and equality that take null for a value, and are never null themselves. No index
    /// serves them.
    case isDistinctFrom = "IS DISTINCT FROM", isNotDistinctFrom = "IS NOT DISTINCT FROM"
}

/// The constants that statements are written with; a closed set, so that nothing a client sends can
/// be among them.
public enum Literal: String, Sendable, Hashable, CaseIterable {
    case day, week, month, year
    case utc = "UTC"
    case notANumber = "NaN"
    case negativeInfinity = "-infinity", positiveInfinity = "infinity"
    /// Where RFC 3339's years begin and end: 0001 to 9999.
    case firstMoment = "0001-01-01 00:00:00+00", firstMomentPastTheLast = "10000-01-01 00:00:00+00"
    /// Numerics up to this can be added without leaving the type's range (131072 digits before the
    /// point), whatever their number.
    case negativeNumericBound = "-1e131000", numericBound = "1e131000"
    /// Doubles up to this can be summed and averaged, whatever their number: PostgreSQL's `avg`
    /// adds up squares, and raises when one is infinite.
    case negativeDoubleBound = "-1e140", doubleBound = "1e140"
}

/// The functions that conditions and computed values call, all of them total where they are called:
/// none raises on any value that it is given there.
public enum FunctionName: String, Sendable, Hashable {
    case dateTrunc = "date_trunc"
    case trimScale = "trim_scale"
    case strpos, lower, length, right
    case startsWith = "starts_with"
    case cardinality
}

/// The functions that make one value of many rows.
public enum AggregateFunction: String, Sendable, Hashable {
    case count, min, max, sum, avg
}
