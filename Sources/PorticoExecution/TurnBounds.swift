/// How much of one request is done on its worker's loop; ``BackgroundWork`` does the rest.
///
/// Guards against requests that are cheap to send and slow to answer, since work on the loop delays
/// all other requests. Each bound is a count, so that tests can check it, and takes one to two
/// milliseconds on a slow machine, far below the ten that a turn of the loop may take
/// (docs/operation/fairness.md).
public struct TurnBounds: Sendable {
    /// Bytes of an answer that are written on the loop (512 KiB). A longer answer restarts off the
    /// loop, where the plan's next answers are written from the start.
    public var answerBytes = 512 << 10
    /// Cursors that are sealed for one answer on the loop (200, 4 µs each).
    public var sealedCursors = 200
    /// Values of one result that are decoded and matched on the loop (100,000, about 10 ns each).
    public var cells = 100_000
    /// Bytes of a request's values that are encoded on the loop (64 KiB): its lists, the filters
    /// that its cursors are bound to, and tenant lists not encoded before.
    public var valueBytes = 64 << 10

    public init() {}
}
