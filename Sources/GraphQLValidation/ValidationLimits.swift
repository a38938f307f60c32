/// How much an operation may ask for before anything is planned. Each limit that is exceeded gives
/// a ``ValidationError`` with its name.
public struct ValidationLimits: Sendable, Equatable {
    /// Errors that are listed before one sentence says that there are more. Stands against answers
    /// much larger than the request.
    public var errors: Int
    /// Levels of fields within each other, fragments expanded, introspection left out (it has
    /// limits of its own). Stands against chains of relations (`tenant { users { tenant { … } }
    /// }`).
    public var depth: Int
    /// Levels of fields within each other below `__schema` and `__type`. Stands against endless
    /// `ofType`, which ``depth`` does not see.
    public var introspectionDepth: Int
    /// Lists of introspection (`fields`, `interfaces`, `possibleTypes`, `inputFields`) within each
    /// other. Stands against answers that grow with a power of the schema.
    public var introspectionLists: Int
    /// Fields under another name, after every spread was expanded. Stands against answers that say
    /// the same a thousand times.
    public var aliases: Int
    /// Fields at the root of one operation, aliases counted singly. Stands against many small
    /// requests sent as one.
    public var rootFields: Int
    /// Fields and fragments of one operation after every spread was expanded. Stands against
    /// fragments that double at each step (`fragment A { ...B ...B }`); it is counted, nothing is
    /// expanded for it.
    public var selections: Int
    /// Levels of selection sets within each other: fields, inline fragments and spreads alike.
    /// Stands against exhausting the stack by chains of fragments; never more than ``deepest``.
    public var nesting: Int
    /// Steps of the rules that look across fragments: fields compared for merging, and fragments
    /// visited for each operation. Stands against documents that are cheap to send and dear to
    /// validate.
    public var work: Int

    /// Which of them a document exceeds.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case depth, introspectionDepth, introspectionLists, aliases, rootFields, selections, nesting, work
        /// Values that the document itself spells are more than ``LiteralCoercion`` takes.
        case values
    }

    public init(
        errors: Int = 100, depth: Int = 30, introspectionDepth: Int = 30, introspectionLists: Int = 2,
        aliases: Int = 1_000, rootFields: Int = 50,
        selections: Int = 20_000, nesting: Int = 200, work: Int = 500_000
    ) {
        self.errors = errors
        self.depth = depth
        self.introspectionDepth = introspectionDepth
        self.introspectionLists = introspectionLists
        self.aliases = aliases
        self.rootFields = rootFields
        self.selections = selections
        self.nesting = nesting
        self.work = work
    }

    /// Levels that no setting exceeds: what a thread's stack holds, for all that walks an operation
    /// after its validation.
    public static let deepest = 400
}
