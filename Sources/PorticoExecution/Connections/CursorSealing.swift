/// What closes cursors so that a client can neither read nor make one: authenticated encryption
/// under a key that this target knows nothing of.
public protocol CursorSealing: Sendable {
    /// For cursors of one use: what one box closes, no box for another use opens.
    func box(for use: [UInt8]) -> any CursorBox
}

/// Closes and opens cursors of one use.
public protocol CursorBox: Sendable {
    /// The same content always gives the same bytes. Never fails: what cannot be sealed is empty,
    /// and no cursor.
    func seal(_ content: [UInt8]) -> [UInt8]
    /// The content; `nil` for what no box of this use has sealed.
    func open(_ sealed: [UInt8]) -> [UInt8]?
}

/// What a request may bring as a cursor, and an answer may write as one; how many of them says
/// ``AnswerLimits/cursors``.
public enum CursorLimits {
    /// Characters of a cursor (default 8,192), beyond which it is not decoded: against cursors that
    /// are work to refuse.
    public static let characters = 8_192
    /// Bytes of the row's values in a cursor (default 6,000, which sealed and spelled stay below
    /// ``characters``): against rows whose long texts a page would repeat.
    public static let content = 6_000
}
