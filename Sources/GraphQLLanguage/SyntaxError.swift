import Diagnostics

/// Why a text is not a GraphQL document: the first problem, and its place.
public struct SyntaxError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case syntax
        /// An exceeded limit of ``ParseLimits``, and its value.
        case limit(name: ParseLimits.Name, limit: Int)
    }

    /// One sentence that clients may see: what was expected and what was found.
    public var message: String
    /// What to do about it, if known.
    public var hint: String?
    /// Always within the text; empty at its end.
    public var range: SourceRange
    public var kind: Kind

    public init(_ message: String, range: SourceRange, hint: String? = nil, kind: Kind = .syntax) {
        (self.message, self.hint, self.range, self.kind) = (message, hint, range, kind)
    }

    /// The same as a diagnostic of the text named `file`.
    public func diagnostic(file: String = "") -> Diagnostic {
        Diagnostic(message, file: file, range: range, hint: hint)
    }
}
