/// Seals cursors so that a client can neither read nor forge them: authenticated encryption with a
/// key that this target does not know.
public protocol CursorSealing: Sendable {
    /// A box for cursors of one use; no box for another use opens them.
    func box(for use: [UInt8]) -> any CursorBox
}

/// Seals and opens cursors of one use.
public protocol CursorBox: Sendable {
    /// Seals deterministically. Never fails: for content that cannot be sealed, the result is
    /// empty, which is not a valid cursor.
    func seal(_ content: [UInt8]) -> [UInt8]
    /// The content; `nil` for what no box of this use has sealed.
    func open(_ sealed: [UInt8]) -> [UInt8]?
}

/// Limits of a single cursor; ``AnswerLimits/cursors`` limits their number.
public enum CursorLimits {
    /// Characters of a cursor (default 8,192), beyond which it is not decoded. Guards against
    /// cursors that are expensive to refuse.
    public static let characters = 8_192
    /// Bytes of the row's values in a cursor (default 6,000, which stay below ``characters`` when
    /// sealed and encoded). Guards against pages that repeat long texts of rows.
    public static let content = 6_000
}
