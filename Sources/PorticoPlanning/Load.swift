import Diagnostics
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// One step of a plan: one statement that loads the rows of one field for all parents at once.
public final class Load: Sendable {
    /// In ``AuthorizedPlan/loads``; a parent's is always lower.
    public let index: Int
    public let type: String
    /// The response path of the field, such as `tenant.sites.tickets`.
    public let path: String
    /// Of the field in the document.
    public let range: SourceRange
    public let link: Link
    /// Whether a parent's row has one row here or a list.
    public let isList: Bool
    /// What ``statement`` was printed of.
    public let tree: SQLTree
    public let statement: Statement
    public let parameters: [ParameterSource]
    public let content: LoadContent
    /// The columns of a row, before which the ordinal stands when ``link`` is a batch; none where
    /// values are computed.
    public let columns: [ColumnBinding]
    /// Of its own table, for one of the parent's rows.
    public let touches: RowsTouched
    public let notes: [ConditionNote]
    /// What the client's filter reads of other tables.
    public let reads: [FilterRead]
    /// The places, among the parameters, of those that are filled in or looked at when the
    /// statement is sent.
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
            // Each key's list has a LIMIT of its own, of which there may be as many as parents:
            // this one bounds them all.
            parameters.append(.rowsLeft)
            parameterTypes.append(20)
            select.limit = .parameter(parameters.count)
        }
        tree = .select(select)
        let ordinal: [BinaryForm] = if case .batch = link { [BinaryForm(.int8)] } else { [] }
        self.statement = Statement(
            text: SQLPrinter.print(select), parameterTypes: parameterTypes, columns: ordinal + forms)
        self.parameters = parameters
        places = ParameterPlaces(parameters)
        self.content = content
        self.columns = columns
        self.touches = touches
        self.notes = notes
        self.reads = reads
    }

    /// Bytes that it holds besides its statement's text, roughly.
    var weight: Int {
        parameters.reduce(2_000 + path.utf8.count) { bytes, source in
            switch source {
            case .constant(let value), .rule(let value): bytes + 60 + value.byteCount
            default: bytes + 60
            }
        }
    }

    /// What a column of the result is called in words, by its place.
    public func name(ofColumn column: Int) -> String {
        let ordinal = if case .batch = link { 1 } else { 0 }
        return columns.indices.contains(column - ordinal)
            ? "the column \(columns[column - ordinal].column)" : "column \(column + 1)"
    }

    /// All columns of the result, the ordinal included.
    public var width: Int { tree.columns.count }
}

/// Where among a load's parameters those stand whose values are known when its statement is sent:
/// looking for them costs a reference for each parameter.
public struct ParameterPlaces: Sendable {
    /// The first of those that hold the arrays of keys, which follow each other.
    public var keys: Int?
    public var rowsLeft: Int?
    /// The number of rows of a list, or of a connection's page.
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
    /// Rows of the load's type.
    case rows
    /// One row of values that are computed of all rows together.
    case totals
    /// A row of keys and computed values for each group of rows.
    case groups
    /// Rows of a connection's page, by its place in ``AuthorizedPlan/pages``.
    case page(Int)
    /// A row on the side that the page does not read towards, where there is any.
    case otherSide(ofPage: Int)
}

/// The rows that a load may make PostgreSQL look at: what the cost of a plan is reckoned from.
public enum RowsTouched: Sendable, Hashable {
    case one
    /// A list stops at its `first`.
    case atMost(RowBound)
    /// Every row that may be seen, as computed values need; there is no knowing how many from the
    /// plan alone, and it is taken for `assumed`.
    case all(assumed: Int)
}

/// How a load hangs on its parent.
public enum Link: Sendable, Hashable {
    /// A field of the query root: it starts at once.
    case root
    /// A child whose key is known before its parent's row is there: it starts at once too, and
    /// belongs to the parent's only row.
    case known(parent: Int)
    /// It takes the keys of all the parent's rows.
    case batch(parent: Int, keys: [LinkKey], keysAreUnique: Bool)
}

/// A column of the keys by which a batch hangs on its parent's rows.
public struct LinkKey: Sendable, Hashable {
    /// The cell of the parent's row that holds it.
    public var cell: Int
    public var type: KeyType

    public init(cell: Int, type: KeyType) {
        self.cell = cell
        self.type = type
    }
}

/// The types that keys of batches may have: their array's name in SQL and the OID of an element.
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

/// A condition of a statement, and why it is there: what `explain` shows.
public struct ConditionNote: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case isolation
        case rule([RuleOrigin])
        case filter
        case key
        /// The place of a cursor.
        case cursor(CursorSide)
    }

    public var condition: Expression
    public var reason: Reason
}
