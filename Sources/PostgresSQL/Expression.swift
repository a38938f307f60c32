public indirect enum Expression: Sendable, Hashable {
    case column(Alias, String)
    /// `$n`, from 1.
    case parameter(Int)
    case integer(Int)
    case boolean(Bool)
    case literal(Literal)
    case cast(Expression, String)
    /// `(value COLLATE name)`; the name is already quoted.
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
    /// `COALESCE(…, false)`: changes no result in a `WHERE`. PostgreSQL uses no index for the
    /// condition inside, and estimates that half of the rows match, while it would estimate `… IS
    /// TRUE` by the column's statistics. A condition that rarely fails is then no reason to avoid
    /// an ordered index.
    case opaque(Expression)
    case isNotTrue(Expression)
    case exists(Select)
    /// `left IN (SELECT …)`, or `(left, …) IN (SELECT …)`, with as many columns. An uncorrelated
    /// statement is run once and hashed, while an `EXISTS` may be run for each row.
    case isIn([Expression], Select)
    case call(FunctionName, [Expression])
    /// A value of all rows of a group, or of all rows; without an argument `count(*)`.
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
    /// Inequality and equality that treat null as a value. No index serves them.
    case isDistinctFrom = "IS DISTINCT FROM", isNotDistinctFrom = "IS NOT DISTINCT FROM"
}

/// The constants of statements; a closed set, so that client input cannot be among them.
public enum Literal: String, Sendable, Hashable, CaseIterable {
    case day, week, month, year
    case utc = "UTC"
    case notANumber = "NaN"
    case negativeInfinity = "-infinity", positiveInfinity = "infinity"
    /// The range of RFC 3339's years, 0001 to 9999.
    case firstMoment = "0001-01-01 00:00:00+00", firstMomentPastTheLast = "10000-01-01 00:00:00+00"
    /// Numerics up to this bound can be added without leaving the type's range (131072 digits
    /// before the point), whatever their number.
    case negativeNumericBound = "-1e131000", numericBound = "1e131000"
    /// Doubles up to this bound can be summed and averaged, whatever their number: PostgreSQL's
    /// `avg` adds up squares, and raises an error when one is infinite.
    case negativeDoubleBound = "-1e140", doubleBound = "1e140"
}

/// The functions of conditions and computed values; as used here, none raises an error.
public enum FunctionName: String, Sendable, Hashable {
    case dateTrunc = "date_trunc"
    case trimScale = "trim_scale"
    case strpos, lower, length, right
    case startsWith = "starts_with"
    case cardinality
}

public enum AggregateFunction: String, Sendable, Hashable {
    case count, min, max, sum, avg
}
