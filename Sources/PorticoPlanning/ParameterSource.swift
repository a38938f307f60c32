import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// Where the value of a statement's parameter comes from when a request is bound to a plan.
public enum ParameterSource: Sendable, Hashable {
    /// A literal of the document, encoded when the plan was made.
    case constant(ParameterValue)
    /// A literal of a rule, likewise.
    case rule(ParameterValue)
    /// A value inside a variable, encoded for the column that it is compared with.
    case variable(VariablePlace, ValueForm)
    /// A list that the document spells, with variables among its elements.
    case elements([ListElement], ValueForm)
    case viewer(ViewerValue, ValueForm)
    /// The one tenant that a viewer with a single tenant reaches.
    case tenant(ColumnType)
    /// All tenants that the viewer reaches, as an array.
    case tenants(ColumnType)
    case now(ColumnType)
    /// The values of one column of the keys of the parents' rows, as an array.
    case keys(Int)
    /// One more than the rows that the request may still bring: filled in when the statement is
    /// sent.
    case rowsLeft
    case first(RowBound)
    case offset(RowBound)
    /// The rows to load of a page: its size, and one more where it looks beyond.
    case rows(page: Int)
    /// What a cursor holds of one key of its order.
    case cursor(page: Int, CursorSide, key: Int)
    /// A column of the key inside a global id; null where the id holds none of these types.
    case nodeKey(VariablePlace, type: String, [ColumnType], part: Int)

    /// Whether a client decides what it is, beyond the number of rows: what the ``BarrierAudit``
    /// looks for.
    public var isClients: Bool {
        switch self {
        case .constant, .variable, .elements, .cursor, .nodeKey: true
        case .rule, .viewer, .tenant, .tenants, .now, .keys, .rowsLeft, .first, .offset, .rows: false
        }
    }
}

public enum ListElement: Sendable, Hashable {
    case constant(InputValue)
    case open(VariablePlace)
}

/// How a value is written as a parameter.
public struct ValueForm: Sendable, Hashable {
    public var column: ColumnType
    /// Several values of that type, as an array.
    public var isList: Bool
    public var use: TextUse

    /// What a text is there for.
    public enum TextUse: Sendable, Hashable {
        /// To be equal to, or less or greater than others.
        case value
        /// To be found in others, which takes the longer the longer it is.
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

/// `first` or `offset`: a number of rows with its highest value.
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
