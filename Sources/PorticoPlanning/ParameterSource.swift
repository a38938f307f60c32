import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// The source of a statement parameter's value when a request is bound to a plan.
public enum ParameterSource: Sendable, Hashable {
    /// A literal of the document, encoded during planning.
    case constant(ParameterValue)
    /// A literal of a rule, encoded likewise.
    case rule(ParameterValue)
    /// A value inside a variable, encoded for the column that it is compared with.
    case variable(VariablePlace, ValueForm)
    /// A list literal with variables among its elements.
    case elements([ShapedValue], ValueForm)
    case viewer(ViewerValue, ValueForm)
    /// The tenant of a viewer that reaches exactly one.
    case tenant(ColumnType)
    /// All tenants that the viewer reaches, as an array.
    case tenants(ColumnType)
    case now(ColumnType)
    /// The values of one key column of the parents' rows, as an array.
    case keys(Int)
    /// One more than the rows that the request may still bring; filled in when sent.
    case rowsLeft
    case first(RowBound)
    case offset(RowBound)
    /// The rows to load of a page: its size, plus one if it looks beyond.
    case rows(page: Int)
    /// A cursor's value of one key of its order.
    case cursor(page: Int, CursorSide, key: Int)
    /// A key column inside a global id; null if the id does not hold these types.
    case nodeKey(VariablePlace, type: String, [ColumnType], part: Int)

    /// Whether a client decides its value, except numbers of rows: for ``BarrierAudit``.
    public var isClients: Bool {
        switch self {
        case .constant, .variable, .elements, .cursor, .nodeKey: true
        case .rule, .viewer, .tenant, .tenants, .now, .keys, .rowsLeft, .first, .offset, .rows: false
        }
    }
}

/// How a value is encoded as a parameter.
public struct ValueForm: Sendable, Hashable {
    public var column: ColumnType
    /// An array of values of that type.
    public var isList: Bool
    public var use: TextUse

    /// What a text is used for.
    public enum TextUse: Sendable, Hashable {
        /// Comparison with other texts.
        case value
        /// Search in other texts, which takes time in proportion to its length.
        case part
        /// A pattern of `like`, which must not end in a lone escape character.
        case pattern
    }

    public init(_ column: ColumnType, isList: Bool = false, use: TextUse = .value) {
        self.column = column
        self.isList = isList
        self.use = use
    }
}

/// A place inside the value of a variable.
public struct VariablePlace: Sendable, Hashable {
    public enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
    }

    /// In ``GraphQLValidation/ValidatedOperation/variables``.
    public var position: Int
    public var path: [Step]

    public init(position: Int, path: [Step] = []) {
        self.position = position
        self.path = path
    }

    func appending(_ step: Step) -> VariablePlace { VariablePlace(position: position, path: path + [step]) }
}

/// `first` or `offset`: a number of rows with its maximum.
public struct RowBound: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        case fixed(Int)
        case variable(Int)
    }

    public var source: Source
    public var maximum: Int

    public init(source: Source, maximum: Int) {
        self.source = source
        self.maximum = maximum
    }
}
