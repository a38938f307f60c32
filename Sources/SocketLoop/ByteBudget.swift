/// How many bytes of one kind a worker may hold at a time, whoever asked for them, and how many it holds now.
///
/// Guards against many requests that are each within their own limits and together fill the memory. It belongs to its
/// worker's loop and is used on it alone.
public final class ByteBudget {
    /// In bytes.
    public let limit: Int
    public private(set) var used = 0
    /// The highest ``used`` so far.
    public private(set) var peak = 0
    /// Reservations that did not fit.
    public private(set) var refusals = 0
    /// Called where bytes do not fit, before they are refused: it may have others give back as many, within the call.
    public var makeRoom: ((_ bytes: Int) -> Void)?

    public init(limit: Int) { self.limit = limit }

    /// Bytes that may still be taken.
    public var left: Int { max(0, limit - used) }

    /// Takes the bytes if all of them fit.
    fileprivate func take(_ bytes: Int) -> Bool {
        if bytes > left, bytes <= limit { makeRoom?(bytes - left) }
        guard bytes <= left else {
            refusals += 1
            return false
        }
        used += bytes
        peak = max(peak, used)
        return true
    }

    /// Counts a refusal of what was looked at without being reserved.
    public func noteRefusal() { refusals += 1 }

    fileprivate func giveBack(_ bytes: Int) { used -= bytes }
}

/// Bytes of a ``ByteBudget`` that one request or connection has taken; they are given back with this object at the latest.
public final class ByteReservation {
    private let budget: ByteBudget
    public private(set) var bytes = 0

    public init(_ budget: ByteBudget) { self.budget = budget }

    deinit { budget.giveBack(bytes) }

    /// Takes further bytes.
    /// - Returns: false where they do not fit into the budget; then nothing has changed.
    public func grow(by more: Int) -> Bool {
        guard more <= 0 || budget.take(more) else { return false }
        bytes += max(0, more)
        return true
    }

    /// Gives back what is beyond so many bytes.
    public func shrink(to fewer: Int) {
        let kept = max(0, fewer)
        guard kept < bytes else { return }
        budget.giveBack(bytes - kept)
        bytes = kept
    }
}
