/// One problem in a text: what is wrong, where, and, if known, what to do.
public struct Diagnostic: Error, Sendable, Equatable {
    public enum Severity: String, Sendable { case error, warning }

    public var severity: Severity
    /// One sentence, which clients may see.
    public var message: String
    /// The name of the text (``SourceText/name``), or empty.
    public var file: String
    /// `nil` if the problem concerns the whole text.
    public var range: SourceRange?
    /// What to do about it, one sentence, such as a suggestion.
    public var hint: String?

    public init(
        _ message: String, file: String = "", range: SourceRange? = nil, hint: String? = nil,
        severity: Severity = .error
    ) {
        self.severity = severity
        self.message = message
        self.file = file
        self.range = range
        self.hint = hint
    }
}

extension [Diagnostic] {
    /// Adds a problem; for the parameters see ``Diagnostic``.
    public mutating func report(
        _ message: String, file: String = "", range: SourceRange? = nil, hint: String? = nil,
        severity: Diagnostic.Severity = .error
    ) { append(Diagnostic(message, file: file, range: range, hint: hint, severity: severity)) }
}

/// Several diagnostics thrown together, so that no check stops at its first finding.
public struct Diagnostics: Error, Sendable, Equatable {
    public var items: [Diagnostic]
    public init(_ items: [Diagnostic]) { self.items = items }
}
