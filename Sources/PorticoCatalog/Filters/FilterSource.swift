import Diagnostics
import ExactText
import GraphQLSchema

/// The source of a filter: YAML of a rule, or a client's argument.
///
/// Both are read by one ``FilterReader`` and have the same meaning.
public protocol FilterSource {
    associatedtype Operand: Sendable & Hashable

    /// The structure, as far as it is known.
    var shape: FilterShape<Self> { get }
    /// For problems; `nil` if unknown.
    var range: SourceRange? { get }
    /// `isNull`'s operand for a null given to `distinctFrom`; `nil` if null cannot be given.
    func nullFlag(_ isNull: Bool) -> Operand?
    /// An operator's value; not called for `null`. Throws one sentence if the value does not fit.
    func operand(_ use: FilterOperandUse) throws(FilterProblem) -> Operand
}

extension FilterSource {
    public var range: SourceRange? { nil }
}

public enum FilterShape<Source> {
    case null
    case object([FilterEntry<Source>])
    case list([Source])
    /// A scalar, or a value that is open until the request is bound.
    case leaf
}

public struct FilterEntry<Source> {
    public var key: ExactString
    public var keyRange: SourceRange?
    public var value: Source

    public init(key: ExactString, keyRange: SourceRange? = nil, value: Source) {
        (self.key, self.keyRange, self.value) = (key, keyRange, value)
    }
}

/// How an operand is used.
public struct FilterOperandUse: Sendable {
    public enum Form: Sendable, Hashable {
        /// One value of the column's type, or for `has` of its elements' type.
        case value
        /// Several values.
        case list
        /// `true` or `false`, as for `isNull`.
        case flag
        /// A text regardless of the column's type: a part, a pattern, a key.
        case text
    }

    public var column: ColumnBinding
    public var comparison: Comparison
    /// The GraphQL type of one value, such as `DateTime`.
    public var typeName: String

    public var form: Form {
        switch comparison {
        case .eq, .ne, .distinctFrom, .notDistinctFrom, .lt, .lte, .gt, .gte, .has: .value
        case .in, .notIn, .hasAny, .hasAll: .list
        case .isNull, .isEmpty: .flag
        case .startsWith, .endsWith, .iContains, .like, .iLike, .hasKey: .text
        case .contains: column.type == .jsonb ? .value : .text
        }
    }

    /// The database type of one value.
    public var valueType: ColumnType {
        if case .array(let element) = column.type { element } else { column.type }
    }
}

/// Why a filter is invalid.
public struct FilterProblem: Error, Sendable, Equatable {
    /// One sentence, which clients may see.
    public var message: String
    public var hint: String?
    /// Within the filter, such as `and[0].status.eq`; empty for the filter itself.
    public var path: String
    public var range: SourceRange?
    /// The exceeded limit; `nil` for other problems.
    public var limit: FilterLimits.Name?

    public init(
        _ message: String, hint: String? = nil, path: String = "", range: SourceRange? = nil,
        limit: FilterLimits.Name? = nil
    ) {
        self.message = message
        self.hint = hint
        self.path = path
        self.range = range
        self.limit = limit
    }
}
