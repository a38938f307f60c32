/// How much of one request is done on its worker's loop; what is more is done beside the loop, by
/// ``SideWork``.
///
/// Guards against requests that are cheap to send and take long to answer: whatever one request
/// does on the loop, all others wait for. Each bound is a count, so that tests can count it too,
/// and stands for one to two milliseconds of a slow machine, far below the ten that no turn of the
/// loop may take (docs/operation/fairness.md).
public struct TurnBounds: Sendable {
    /// Bytes of an answer that are written on the loop (512 KiB). An answer that turns out to be
    /// longer is begun anew beside the loop, where the next answers of its plan are written from
    /// the start.
    public var answerBytes = 512 << 10
    /// Cursors that are sealed for one answer on the loop (200, 4 µs each).
    public var sealedCursors = 200
    /// Values of one result that are laid open and stitched to their parents on the loop (100,000,
    /// about 10 ns each).
    public var cells = 100_000
    /// Bytes of a request's values that are put together on the loop (64 KiB): of its lists, of the
    /// filters that its cursors are bound to, and of tenant lists that were not encoded before.
    public var valueBytes = 64 << 10

    public init() {}
}
