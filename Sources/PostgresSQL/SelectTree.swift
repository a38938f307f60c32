/// The part of PostgreSQL's `SELECT` that the planner needs, as values: what is not here cannot be
/// asked.
public struct Select: Sendable, Hashable {
    public var columns: [OutputColumn]
    public var from: [FromItem]
    /// What ties rows together and what hides rows, AND-ed.
    public var conditions: [Expression]
    /// What a client states of the rows besides.
    public var stated: StatedConditions
    /// `GROUP BY`; without any, a `SELECT` of aggregates gives one row.
    public var groups: [Expression]
    public var order: [OrderTerm]
    public var limit: Expression?
    public var offset: Expression?

    public init(
        columns: [OutputColumn], from: [FromItem], conditions: [Expression] = [],
        stated: StatedConditions = StatedConditions(), groups: [Expression] = [],
        order: [OrderTerm] = [], limit: Expression? = nil, offset: Expression? = nil
    ) {
        self.columns = columns
        self.from = from
        self.conditions = conditions
        self.stated = stated
        self.groups = groups
        self.order = order
        self.limit = limit
        self.offset = offset
    }

    /// Everything that its `WHERE` asks for, AND-ed.
    public var predicates: [Expression] { stated.isEmpty ? conditions : conditions + stated.predicates }
}

/// What a client states of rows, apart from what hides them: PostgreSQL evaluates the conditions of
/// a `WHERE` in an order of its own, but keeps that of `CASE`.
public struct StatedConditions: Sendable, Hashable {
    /// May be evaluated on rows that are hidden.
    public var outside: [Expression]
    /// Are evaluated where ``known`` is true, and nowhere else.
    public var behind: [Expression]
    /// All that hides rows; where it is empty no rows are hidden.
    public var known: [Expression]

    public init(outside: [Expression] = [], behind: [Expression] = [], known: [Expression] = []) {
        self.outside = outside
        self.behind = behind
        self.known = known
    }

    public var isEmpty: Bool { outside.isEmpty && behind.isEmpty }

    /// As they stand in a `WHERE`.
    public var predicates: [Expression] {
        if behind.isEmpty || known.isEmpty { return outside + behind }
        return outside + [.choice(.conjunction(known), then: .conjunction(behind), otherwise: .boolean(false))]
    }
}

public struct OutputColumn: Sendable, Hashable {
    public var expression: Expression
    /// The name it gets; needed where an outer query reads it.
    public var name: String?

    public init(_ expression: Expression, as name: String? = nil) {
        self.expression = expression
        self.name = name
    }
}

/// A name for a row source inside one statement. Aliases are counted, so that the same plan always
/// gives the same text.
public struct Alias: Sendable, Hashable {
    public var letter: Unicode.Scalar
    public var number: Int

    public init(_ letter: Unicode.Scalar, _ number: Int) {
        self.letter = letter
        self.number = number
    }

    public var text: String { "\(letter)\(number)" }
}

public indirect enum FromItem: Sendable, Hashable {
    case table(TableSource)
    /// `unnest($n) WITH ORDINALITY AS a(key, ord)`: the keys of a batch, with their places from 1
    /// on.
    case keys(parameter: Int, type: String, Alias)
    /// `unnest($n, $m) WITH ORDINALITY AS a(name, other, ord)`: rows of values that come as one
    /// array for each column.
    case values([ValueColumn], Alias)
    /// `CROSS JOIN LATERAL (…)` of what stands before it.
    case lateral(Select, Alias)
}

/// A column of rows that come as arrays.
public struct ValueColumn: Sendable, Hashable {
    public var parameter: Int
    /// Of an element.
    public var type: String
    public var name: String

    public init(parameter: Int, type: String, name: String) {
        self.parameter = parameter
        self.type = type
        self.name = name
    }
}

/// A table in a `FROM`, with what it stands there for.
public struct TableSource: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        /// Rows of a type of the API that a client asks for, or that its filter tests: they need
        /// that type's tenant condition, and whatever the client states of them stands behind all
        /// that hides rows.
        case rows(type: String)
        /// Rows of a type that a rule tests: they need the tenant condition too. No client has a
        /// say in it.
        case ruleRows(type: String)
        /// A step on the way from a row to its tenant: it is part of a tenant condition itself.
        case tenantPath
    }

    public var schema: String?
    public var name: String
    public var alias: Alias
    public var purpose: Purpose

    /// The type whose rows are read or tested; `nil` for a step on the way to a tenant.
    public var type: String? {
        switch purpose {
        case .rows(let type), .ruleRows(let type): type
        case .tenantPath: nil
        }
    }

    public init(schema: String?, name: String, alias: Alias, purpose: Purpose) {
        self.schema = schema
        self.name = name
        self.alias = alias
        self.purpose = purpose
    }
}

public struct OrderTerm: Sendable, Hashable {
    public var expression: Expression
    public var descending: Bool
    /// `nil` leaves PostgreSQL's own: last when ascending, first when descending.
    public var nullsFirst: Bool?

    public init(_ expression: Expression, descending: Bool = false, nullsFirst: Bool? = nil) {
        self.expression = expression
        self.descending = descending
        self.nullsFirst = nullsFirst
    }
}

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
    /// `left IN (SELECT …)` of a statement with one column. One that does not speak of the row
    /// outside is run once and hashed, where an `EXISTS` may be run for each row.
    case isIn(Expression, Select)
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

extension Expression {
    /// Without needless nesting: one item stays itself.
    public static func conjunction(_ items: [Expression]) -> Expression { items.count == 1 ? items[0] : .and(items) }
}
