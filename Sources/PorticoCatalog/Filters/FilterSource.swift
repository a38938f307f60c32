import Diagnostics
import ExactText
import GraphQLSchema

/// What a filter is read from: a rule of YAML, or a client's argument.
///
/// So that both are read by one ``FilterReader`` and mean the same.
public protocol FilterSource {
    associatedtype Operand: Sendable & Hashable

    /// The structure, as far as it is known.
    var shape: FilterShape<Self> { get }
    /// Where it stands, for problems; `nil` where nothing is known of that.
    var range: SourceRange? { get }
    /// `isNull`'s operand for a null that `distinctFrom` is given; `nil` where null is no value
    /// that can be given.
    func nullFlag(_ isNull: Bool) -> Operand?
    /// The value of an operator. Never asked of `null`. Throws one sentence where the value does
    /// not fit.
    func operand(_ use: FilterOperandUse) throws(FilterProblem) -> Operand
}

extension FilterSource {
    public var range: SourceRange? { nil }
}

public enum FilterShape<Source> {
    case null
    case object([FilterEntry<Source>])
    case list([Source])
    /// A scalar, or what is open until the request is there.
    case leaf
}

/// A key of an object and its value.
public struct FilterEntry<Source> {
    public var key: ExactString
    public var keyRange: SourceRange?
    public var value: Source

    public init(key: ExactString, keyRange: SourceRange? = nil, value: Source) {
        self.key = key
        self.keyRange = keyRange
        self.value = value
    }
}

/// What an operand is wanted for.
public struct FilterOperandUse: Sendable {
    public enum Form: Sendable, Hashable {
        /// One value of the column's type, or of its elements' for `has`.
        case value
        /// Several of them.
        case list
        /// `true` or `false`, as `isNull` has it.
        case flag
        /// A text whatever the column's type is: a part, a pattern, a key.
        case text
    }

    public var column: ColumnBinding
    public var comparison: Comparison
    /// The GraphQL type of one value, such as `DateTime`.
    public var typeName: String

    public init(column: ColumnBinding, comparison: Comparison, typeName: String) {
        self.column = column
        self.comparison = comparison
        self.typeName = typeName
    }

    public var form: Form {
        switch comparison {
        case .eq, .ne, .distinctFrom, .notDistinctFrom, .lt, .lte, .gt, .gte, .has: .value
        case .in, .notIn, .hasAny, .hasAll: .list
        case .isNull, .isEmpty: .flag
        case .startsWith, .endsWith, .iContains, .like, .iLike, .hasKey: .text
        case .contains: column.type == .jsonb ? .value : .text
        }
    }

    /// The type of one value as the database has it.
    public var valueType: ColumnType {
        if case .array(let element) = column.type { element } else { column.type }
    }
}

/// Why a filter cannot be.
public struct FilterProblem: Error, Sendable, Equatable {
    /// One sentence, fit for a stranger.
    public var message: String
    public var hint: String?
    /// Within the filter, such as `and[0].status.eq`; empty for the filter itself.
    public var path: String
    public var range: SourceRange?
    /// When there is too much of it; `nil` when it is wrong.
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
