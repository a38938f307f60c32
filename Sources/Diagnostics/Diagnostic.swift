/// One problem found in a text: what is wrong, where, and, when it is known, what to do.
public struct Diagnostic: Error, Sendable, Equatable {
    public enum Severity: String, Sendable { case error, warning }

    public var severity: Severity
    /// One sentence, fit for a stranger.
    public var message: String
    /// The name of the text (``SourceText/name``), or empty where there is none.
    public var file: String
    /// Where it stands; `nil` when the problem is of the whole text.
    public var range: SourceRange?
    /// What to do about it, one sentence, such as a did-you-mean.
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

/// Several diagnostics thrown together, so that no check stops at its first finding.
public struct Diagnostics: Error, Sendable, Equatable {
    public var items: [Diagnostic]
    public init(_ items: [Diagnostic]) { self.items = items }
}
