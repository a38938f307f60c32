/// Limits of an operation, checked before planning. Exceeding one gives a ``ValidationError``.
public struct ValidationLimits: Sendable, Equatable {
    /// Errors that are listed before one sentence states that there are more. Guards against
    /// answers much larger than the request.
    public var errors: Int
    /// Nesting of fields with fragments expanded, without introspection, which has limits of its
    /// own. Guards against chains of relations (`tenant { users { tenant { … } } }`).
    public var depth: Int
    /// Nesting below `__schema` and `__type`. Guards against endless `ofType`, unlike ``depth``.
    public var introspectionDepth: Int
    /// Nesting of introspection's lists (`fields`, `interfaces`, `possibleTypes`, `inputFields`).
    /// Guards against answers that grow with a power of the schema.
    public var introspectionLists: Int
    /// Aliased fields with spreads expanded. Guards against answers that repeat themselves.
    public var aliases: Int
    /// Root fields of one operation, each alias counted. Guards against many requests sent as one.
    public var rootFields: Int
    /// Fields and fragments of one operation with spreads expanded. Guards against fragments that
    /// double at each step (`fragment A { ...B ...B }`); computed without expansion.
    public var selections: Int
    /// Nesting of selection sets: fields, inline fragments and spreads alike. Guards against
    /// exhausting the stack by chains of fragments; never more than ``deepest``.
    public var nesting: Int
    /// Steps of the rules across fragments: fields compared for merging, and fragments visited for
    /// each operation. Guards against documents that are cheap to send and expensive to validate.
    public var work: Int

    public enum Name: String, Sendable, Hashable, CaseIterable {
        case depth, introspectionDepth, introspectionLists, aliases, rootFields, selections, nesting, work
        /// The values written in the document exceed the limits of ``LiteralCoercion``.
        case values
    }

    public init(
        errors: Int = 100, depth: Int = 30, introspectionDepth: Int = 30, introspectionLists: Int = 2,
        aliases: Int = 1_000, rootFields: Int = 50, selections: Int = 20_000, nesting: Int = 200, work: Int = 500_000
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

    /// Maximum nesting of any setting, bounded by a thread's stack for everything that walks an
    /// operation after its validation.
    public static let deepest = 400
}
