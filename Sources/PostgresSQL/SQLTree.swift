/// One statement as a value; only what it can represent can be sent to PostgreSQL. Printed by
/// ``SQLPrinter``, walked by `TreeWalk.swift`.
public enum SQLTree: Sendable, Hashable {
    case select(Select)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
}

/// `INSERT INTO target (columns) SELECT … RETURNING …`. The conditions on new rows are among the
/// conditions of ``source``, so that an invalid row is never written.
public struct Insert: Sendable, Hashable {
    public var target: TableSource
    public var columns: [String]
    /// Gives a value for each of ``columns``, in their order.
    public var source: Select
    public var returning: [OutputColumn]

    public init(into target: TableSource, columns: [String], source: Select, returning: [OutputColumn] = []) {
        self.target = target
        self.columns = columns
        self.source = source
        self.returning = returning
    }

    /// The value of a column of the new rows; `nil` for one that PostgreSQL fills in.
    public func value(of column: String) -> Expression? {
        guard let position = columns.firstIndex(of: column), position < source.columns.count else { return nil }
        return source.columns[position].expression
    }
}

/// `UPDATE target SET … FROM … WHERE … RETURNING …`
public struct Update: Sendable, Hashable {
    public var target: TableSource
    public var assignments: [Assignment]
    public var from: [FromItem]
    /// The conditions on the existing rows and on the new values; AND-ed.
    public var conditions: [Expression]
    /// The client's conditions on the rows.
    public var stated: StatedConditions
    public var returning: [OutputColumn]

    public init(
        _ target: TableSource, set assignments: [Assignment], from: [FromItem] = [], conditions: [Expression],
        stated: StatedConditions = StatedConditions(), returning: [OutputColumn] = []
    ) {
        self.target = target
        self.assignments = assignments
        self.from = from
        self.conditions = conditions
        self.stated = stated
        self.returning = returning
    }

    /// The new value of a column; `nil` for one that does not change.
    public func value(of column: String) -> Expression? { assignments.first { $0.column == column }?.value }
}

/// `column = value` of an ``Update``.
public struct Assignment: Sendable, Hashable {
    public var column: String
    public var value: Expression

    public init(_ column: String, _ value: Expression) {
        self.column = column
        self.value = value
    }
}

/// `DELETE FROM target USING … WHERE … RETURNING …`
public struct Delete: Sendable, Hashable {
    public var target: TableSource
    public var from: [FromItem]
    /// Which rows may be deleted, AND-ed.
    public var conditions: [Expression]
    /// The client's conditions on the rows.
    public var stated: StatedConditions
    public var returning: [OutputColumn]

    public init(
        from target: TableSource, using from: [FromItem] = [], conditions: [Expression],
        stated: StatedConditions = StatedConditions(), returning: [OutputColumn] = []
    ) {
        self.target = target
        self.from = from
        self.conditions = conditions
        self.stated = stated
        self.returning = returning
    }
}
