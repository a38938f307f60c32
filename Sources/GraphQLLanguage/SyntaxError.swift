import Diagnostics

/// Why a text is not a GraphQL document, and where: the first problem that was met.
public struct SyntaxError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case syntax
        /// A limit of ``ParseLimits`` was exceeded, and its value.
        case limit(name: ParseLimits.Name, limit: Int)
    }

    /// One sentence, fit for a stranger: what was expected and what stands there instead.
    public var message: String
    /// What to do about it, where that is known.
    public var hint: String?
    /// Always within the text; empty at its end.
    public var range: SourceRange
    public var kind: Kind

    public init(_ message: String, range: SourceRange, hint: String? = nil, kind: Kind = .syntax) {
        self.message = message
        self.hint = hint
        self.range = range
        self.kind = kind
    }

    /// The same as a diagnostic of the text called `file`.
    public func diagnostic(file: String = "") -> Diagnostic {
        Diagnostic(message, file: file, range: range, hint: hint)
    }
}
