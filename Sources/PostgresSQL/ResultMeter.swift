/// Decides while a large result arrives whether it may continue: it might fill memory.
///
/// Not consulted for small results.
public protocol ResultMeter: AnyObject {
    /// Counts further bytes of a result.
    /// - Returns: false if the result is to be discarded.
    func grow(by bytes: Int) -> Bool
    /// The result is complete or was discarded; its bytes counted so far no longer count.
    func shrink(by bytes: Int)
}
