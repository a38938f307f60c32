import Diagnostics
import PorticoAccess

/// What a viewer may read of one operation, and by which rules: each field, each type's rows, and
/// the orders that its lists lose.
public struct AccessExplanation: Sendable {
    /// One use of something that rules govern.
    public struct Use: Sendable {
        /// The response path, as `tickets.assignee`, or argument: `tickets(where:
        /// messages.some.internal)`.
        public var path: String
        /// `select`, `where`, `orderBy` or `groupBy`.
        public var place: String
        public var position: SourcePosition
        public var isAllowed: Bool
        public var reason: String
        public var origin: RuleOrigin?
        /// The tenant's grant of an optional rule.
        public var grant: RuleOrigin?
    }

    public struct Rows: Sendable {
        public var type: String
        public var isReadable: Bool
        public var reason: String
        public var origin: RuleOrigin?
        public var grant: RuleOrigin?
        /// All of them must hold; empty if the type cannot be read, or if every row may be.
        public var conditions: [RowCondition]
        /// The sources of `$1`, `$2` … in the conditions' SQL.
        public var parameters: [String]
    }

    public struct RowCondition: Sendable {
        public enum Kind: String, Sendable { case isolation, rule }

        public var kind: Kind
        public var words: String
        /// `nil` if there is nothing to test, or if it names what the reader does not see.
        public var sql: String?
        public var origin: RuleOrigin?
    }

    /// A key of a default order that the viewer may not read.
    public struct LostOrder: Sendable {
        public var path: String
        /// Such as `createdAt DESC`.
        public var key: String
        public var reason: String
        public var origin: RuleOrigin?
    }

    /// An error that the viewer gets instead of an answer.
    public struct Refusal: Sendable {
        public var message: String
        public var position: SourcePosition?
    }

    public var uses: [Use]
    public var rows: [Rows]
    public var lostOrders: [LostOrder]
    public var refusals: [Refusal]
    /// Variables of filters and orders without a value: the fields in them are not among ``uses``.
    public var missingVariables: [String]
    /// Whether there are more uses than are listed.
    public var isCut: Bool

    /// Whether the operation is refused as a whole.
    public var isRefused: Bool { !refusals.isEmpty || uses.contains { !$0.isAllowed } }
}
