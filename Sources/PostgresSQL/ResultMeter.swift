/// Is asked while a large result comes in whether it may go on: a result is counted before it is
/// complete, since it fills the memory before it is complete.
///
/// Small results are complete before anybody is asked.
public protocol ResultMeter: AnyObject {
    /// So many bytes more of a result have come.
    /// - Returns: false where the result is to be given up.
    func grow(by bytes: Int) -> Bool
    /// The result is complete, or was given up: what was told of it before does not count any more.
    func shrink(by bytes: Int)
}
