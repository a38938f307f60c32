/// Limits of a document. Exceeding one is a ``SyntaxError`` of the kind `limit`.
public struct ParseLimits: Sendable, Equatable {
    /// Tokens, without comments and commas. Guards against floods of tokens, which cost more to
    /// parse and validate than to send.
    public var tokens: Int
    /// Bytes of one name. Guards against a long alias, which is repeated in every path below it.
    public var names: Int
    /// Nesting of selection sets, values and types. Guards the stack; at most ``deepest``.
    public var depth: Int
    /// Bytes of the whole text, checked before any other work. Guards against filling memory.
    public var bytes: Int

    public enum Name: String, Sendable, Hashable, CaseIterable { case tokens, names, depth, bytes }

    public init(tokens: Int = 15_000, names: Int = 1 << 10, depth: Int = 200, bytes: Int = 1 << 20) {
        (self.tokens, self.names, self.depth, self.bytes) = (tokens, names, depth, bytes)
    }

    /// For the operator's own texts, such as the schema: bounded only in case of a wrong file.
    public static let schema = ParseLimits(tokens: 4_000_000, depth: 200, bytes: 32 << 20)

    /// Maximum setting: parser and printer then need less than 1 MiB of stack (debug: 4 MiB).
    public static let deepest = 400
    /// Maximum bytes of any setting: the range of a ``SourceRange``.
    static let largest = Int(UInt32.max) - 1
}

/// The kinds of definitions that a document may contain.
public enum DocumentKind: Sendable, Equatable {
    /// Operations and fragments, as in a request (section 2.2, ExecutableDocument).
    case executable
    /// Definitions and extensions of the type system, as in a schema file (section 3,
    /// TypeSystemExtensionDocument).
    case typeSystem
    case any
}
