import Diagnostics
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// One step of a plan: one statement that loads the rows of one field for all parents at once.
public final class Load: Sendable {
    /// Index in ``AuthorizedPlan/loads``; a parent's index is always lower.
    public let index: Int
    public let type: String
    /// The response path of the field, such as `tenant.sites.tickets`.
    public let path: String
    /// Of the field in the document.
    public let range: SourceRange
    public let link: Link
    /// Whether a parent's row has a list of rows here, or one.
    public let isList: Bool
    /// The source of its statement.
    public let tree: SQLTree
    /// The OIDs of the parameters; 0 lets the server infer the type.
    public let parameterTypes: [UInt32]
    /// How the columns of the result are read, the ordinal's included.
    public let forms: [BinaryForm]
    public let parameters: [ParameterSource]
    public let content: LoadContent
    /// The columns of a row, after a batch's ordinal; empty if values are computed.
    public let columns: [ColumnBinding]
    /// Rows of its own table, for one row of the parent.
    public let touches: RowsTouched
    public let notes: [ConditionNote]
    /// What the client's filter reads from other tables.
    public let reads: [FilterRead]
    /// The positions of parameters that are filled in or read when the statement is sent.
    public let places: ParameterPlaces

    init(
        index: Int, type: String, path: String, range: SourceRange, link: Link, isList: Bool, select: Select,
        parameters: [ParameterSource], parameterTypes: [UInt32], content: LoadContent = .rows,
        columns: [ColumnBinding] = [], forms: [BinaryForm], touches: RowsTouched, notes: [ConditionNote],
        reads: [FilterRead] = []
    ) {
        self.index = index
        self.type = type
        self.path = path
        self.range = range
        self.link = link
        self.isList = isList
        var (select, parameters, parameterTypes) = (select, parameters, parameterTypes)
        if case .batch = link, isList {
            // Each key's list has its own LIMIT, but parents may be many: this bounds them all.
            parameters.append(.rowsLeft)
            parameterTypes.append(20)
            select.limit = .parameter(parameters.count)
        }
        tree = .select(select)
        self.parameterTypes = parameterTypes
        self.forms = if case .batch = link { [BinaryForm(.int8)] + forms } else { forms }
        self.parameters = parameters
        places = ParameterPlaces(parameters)
        self.content = content
        self.columns = columns
        self.touches = touches
        self.notes = notes
        self.reads = reads
    }

    /// Approximate bytes, without its statement's text.
    var weight: Int {
        parameters.reduce(2_000 + path.utf8.count) { bytes, source in
            switch source {
            case .constant(let value), .rule(let value): bytes + 60 + value.byteCount
            default: bytes + 60
            }
        }
    }

    /// The name of a result column, for messages.
    public func name(ofColumn column: Int) -> String {
        let ordinal = if case .batch = link { 1 } else { 0 }
        return columns.indices.contains(column - ordinal)
            ? "the column \(columns[column - ordinal].column)" : "column \(column + 1)"
    }

    /// The text of its statement, without what a plan puts before it.
    public var sql: String { SQLPrinter.print(tree) }

    /// Number of columns of the result, including the ordinal.
    public var width: Int { tree.columns.count }
}

/// The positions of a load's parameters whose values are known when its statement is sent:
/// searching for them would cost a reference count for each parameter.
public struct ParameterPlaces: Sendable {
    /// The first of those that hold the arrays of keys, which are contiguous.
    public var keys: Int?
    public var rowsLeft: Int?
    /// The number of rows of a list or of a connection's page.
    public var first: Int?

    init(_ parameters: [ParameterSource]) {
        for (position, source) in parameters.enumerated() {
            switch source {
            case .keys(0): keys = position
            case .rowsLeft: rowsLeft = position
            case .first, .rows: first = first ?? position
            default: continue
            }
        }
    }
}

/// What the rows of a result are.
public enum LoadContent: Sendable, Hashable {
    case rows
    /// One row of values that are computed from all rows together.
    case totals
    /// A row of keys and computed values for each group of rows.
    case groups
    /// Rows of a connection's page, by its index in ``AuthorizedPlan/pages``.
    case page(Int)
    /// At most one row, on the side that the page does not read towards.
    case otherSide(ofPage: Int)
}

/// The rows that a load may make PostgreSQL read: the basis of a plan's cost.
public enum RowsTouched: Sendable, Hashable {
    case one
    /// A list stops at its `first`.
    case atMost(RowBound)
    /// Every visible row, as computed values need. Unbounded by the plan; `assumed` is used.
    case all(assumed: Int)
}

/// How a load depends on its parent.
public enum Link: Sendable, Hashable {
    /// A field of the query root; starts at once.
    case root
    /// A child with a key known before its parent's row; starts at once, for the parent's only row.
    case known(parent: Int)
    /// It takes the keys of all the parent's rows.
    case batch(parent: Int, keys: [LinkKey], keysAreUnique: Bool)
}

/// A key column by which a batch is tied to its parent's rows.
public struct LinkKey: Sendable, Hashable {
    /// The cell of the parent's row that holds it.
    public var cell: Int
    public var type: KeyType

    public init(cell: Int, type: KeyType) {
        self.cell = cell
        self.type = type
    }
}

/// The types of batch keys: the array's SQL name and the element's OID.
public enum KeyType: String, Sendable, Hashable {
    case text, bpchar, int2, int4, int8, uuid

    public init?(_ column: ColumnType) {
        switch column {
        case .text, .varchar, .citext: self = .text
        case .bpchar: self = .bpchar  // its blanks do not count, which only its own comparison knows
        case .int2: self = .int2
        case .int4: self = .int4
        case .int8: self = .int8
        case .uuid: self = .uuid
        case .float4, .float8, .numeric, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum, .array:
            return nil
        }
    }

    public var elementOID: UInt32 {
        switch self {
        case .text: 25
        case .bpchar: 1042
        case .int2: 21
        case .int4: 23
        case .int8: 20
        case .uuid: 2950
        }
    }

    var arrayOID: UInt32 {
        switch self {
        case .text: 1009
        case .bpchar: 1014
        case .int2: 1005
        case .int4: 1007
        case .int8: 1016
        case .uuid: 2951
        }
    }
}

/// A condition of a statement and its reason, as shown by `explain`.
public struct ConditionNote: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case isolation
        case rule([RuleOrigin])
        case filter
        case key
        case cursor(CursorSide)
    }

    public var condition: Expression
    public var reason: Reason
}
