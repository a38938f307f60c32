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
    public var predicates: [Expression] { stated.beside(conditions) }
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

    /// A whole `WHERE`, AND-ed.
    func beside(_ conditions: [Expression]) -> [Expression] { isEmpty ? conditions : conditions + predicates }

    private var predicates: [Expression] {
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
    /// `unnest($n, $m) WITH ORDINALITY AS a(key, key2, ord)`: the keys of a batch, an array for each
    /// column of a key, with their places from 1 on.
    case keys([BatchKey], Alias)
    /// `unnest($n, $m) WITH ORDINALITY AS a(name, other, ord)`: rows of values that come as one
    /// array for each column.
    case values([ValueColumn], Alias)
    /// `CROSS JOIN LATERAL (…)` of what stands before it.
    case lateral(Select, Alias)
}

/// A column of the keys of a batch.
public struct BatchKey: Sendable, Hashable {
    public var parameter: Int
    /// Of an element.
    public var type: String

    public init(parameter: Int, type: String) {
        self.parameter = parameter
        self.type = type
    }

    /// What the column at a position is called: `key`, `key2`, `key3`.
    public static func name(_ position: Int) -> String { position == 0 ? "key" : "key\(position + 1)" }
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
        /// Rows of a type that the statement creates, changes or deletes. Those that are there need
        /// that type's tenant condition as they are, those that it leaves as they will be.
        case written(type: String)
    }

    public var schema: String?
    public var name: String
    public var alias: Alias
    public var purpose: Purpose

    /// The type whose rows are read or tested; `nil` for a step on the way to a tenant.
    public var type: String? {
        switch purpose {
        case .rows(let type), .ruleRows(let type), .written(let type): type
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
