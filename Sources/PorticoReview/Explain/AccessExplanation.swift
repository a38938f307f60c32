import Diagnostics
import PorticoAccess

/// What a viewer may have of one operation, and by which rules: each field, each type's rows, and
/// the orders that its lists lose.
public struct AccessExplanation: Sendable {
    /// One use of what a rule speaks of.
    public struct Use: Sendable {
        /// The response path, such as `tickets.assignee`, or an argument, such as `tickets(where:
        /// messages.some.internal)`.
        public var path: String
        /// `select`, `where`, `orderBy` or `groupBy`.
        public var place: String
        public var position: SourcePosition
        public var isAllowed: Bool
        /// Why, in words.
        public var reason: String
        public var origin: RuleOrigin?
        /// The tenant's grant, where the rule is optional.
        public var grant: RuleOrigin?
    }

    /// The rows of one type.
    public struct Rows: Sendable {
        public var type: String
        public var isReadable: Bool
        public var reason: String
        public var origin: RuleOrigin?
        public var grant: RuleOrigin?
        /// All of them must hold; none where the type cannot be read, and where every row may be.
        public var conditions: [Condition]
        /// What `$1`, `$2` … of the conditions' SQL stand for.
        public var parameters: [String]
    }

    public struct Condition: Sendable {
        public enum Kind: String, Sendable { case isolation, rule }

        public var kind: Kind
        public var words: String
        /// `nil` where there is nothing to test, and where it names what the reader does not see.
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
    /// Variables of filters and orders that were given no value: what they would name is not among
    /// ``uses``.
    public var missingVariables: [String]
    /// Whether there are more uses than are listed.
    public var isCut: Bool

    /// Whether the operation, as it stands, is not answered.
    public var isRefused: Bool { !refusals.isEmpty || uses.contains { !$0.isAllowed } }
}
