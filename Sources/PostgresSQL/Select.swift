/// The part of PostgreSQL's `SELECT` that the planner needs, as values.
public struct Select: Sendable, Hashable {
    public var columns: [OutputColumn]
    public var from: [FromItem]
    /// The conditions that tie rows together and hide rows, AND-ed.
    public var conditions: [Expression]
    /// The client's conditions on the rows.
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

    /// The whole `WHERE`, AND-ed.
    public var predicates: [Expression] { stated.beside(conditions) }
}

/// A client's conditions on rows, separate from those that hide rows: PostgreSQL evaluates the
/// conditions of a `WHERE` in an order of its choice, but keeps the order of `CASE`.
public struct StatedConditions: Sendable, Hashable {
    /// May be evaluated on hidden rows.
    public var outside: [Expression]
    /// Evaluated only where ``known`` is true.
    public var behind: [Expression]
    /// The conditions that hide rows; empty if no rows are hidden.
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
    /// The column's name; needed if an outer query reads it.
    public var name: String?

    public init(_ expression: Expression, as name: String? = nil) {
        self.expression = expression
        self.name = name
    }
}

/// A name for a row source in one statement, numbered so that equal plans have equal texts.
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
    /// `unnest($n, $m) WITH ORDINALITY AS a(key, key2, ord)`: the keys of a batch, an array for
    /// each column of a key, with their positions from 1.
    case keys([BatchKey], Alias)
    /// `unnest($n, $m) WITH ORDINALITY AS a(name, other, ord)`: one array per column.
    case values([ValueColumn], Alias)
    /// `CROSS JOIN LATERAL (…)` with the preceding items.
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

    /// The name of the column at a position: `key`, `key2`, `key3`.
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

/// A table in a `FROM`, with its purpose.
public struct TableSource: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        /// Rows of a type that a client requests, or that its filter tests: they need the type's
        /// tenant condition, and the client's conditions on them must be behind hiding ones.
        case rows(type: String)
        /// Rows of a type that a rule tests: they need the tenant condition too.
        case ruleRows(type: String)
        /// A step on the way from a row to its tenant: part of a tenant condition itself.
        case tenantPath
        /// Rows of a type that the statement creates, changes or deletes. The tenant condition
        /// applies to existing rows as they are, and to written rows as they will be.
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
    /// `nil` is PostgreSQL's default: last when ascending, first when descending.
    public var nullsFirst: Bool?

    public init(_ expression: Expression, descending: Bool = false, nullsFirst: Bool? = nil) {
        self.expression = expression
        self.descending = descending
        self.nullsFirst = nullsFirst
    }
}
