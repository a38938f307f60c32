/// How much a document may ask of the parser. Each limit that is exceeded gives a ``SyntaxError``
/// of the kind `limit`.
public struct ParseLimits: Sendable, Equatable {
    /// Tokens, comments and commas not counted. Stands against floods of tokens, which cost more to
    /// parse and validate than to send.
    public var tokens: Int
    /// Bytes of one name. Stands against a long alias, which is said again in every path below it.
    public var names: Int
    /// Levels of selection sets, values and types within each other. Stands against exhausting the
    /// stack; never more than ``deepest``.
    public var depth: Int
    /// Bytes of the whole text, checked before any other work. Stands against filling the memory.
    public var bytes: Int

    /// Which of them a document exceeds.
    public enum Name: String, Sendable, Hashable, CaseIterable { case tokens, names, depth, bytes }

    public init(tokens: Int = 15_000, names: Int = 1 << 10, depth: Int = 200, bytes: Int = 1 << 20) {
        self.tokens = tokens
        self.names = names
        self.depth = depth
        self.bytes = bytes
    }

    /// For texts of the operator's own, such as the schema: large, but still bounded against the
    /// accident of naming the wrong file.
    public static let schema = ParseLimits(tokens: 4_000_000, depth: 200, bytes: 32 << 20)

    /// Levels that no setting exceeds, for the stack's sake: so deep a document takes the parser
    /// and printer less than 1 MiB of it (4 MiB without optimization).
    public static let deepest = 400
    /// Bytes that no setting exceeds: what a ``SourceRange`` can point into.
    static let largest = Int(UInt32.max) - 1
}

/// What kinds of definitions a document may hold.
public enum DocumentKind: Sendable, Equatable {
    /// Operations and fragments, as in a request (section 2.2, ExecutableDocument).
    case executable
    /// Definitions and extensions of the type system, as in a schema file (section 3,
    /// TypeSystemExtensionDocument).
    case typeSystem
    /// All of them.
    case any
}
