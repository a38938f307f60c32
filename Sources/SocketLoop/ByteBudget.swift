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
    /// By owner, what it holds; for those alone whose reservations say who they are.
    private var usedByOwner: [UInt64: Int] = [:]
    /// Called where bytes do not fit, before they are refused: it may have others give back as many, within the call. With an
    /// owner it is the owner's own share that is full, and only what this owner holds helps.
    public var makeRoom: ((_ bytes: Int, _ owner: UInt64?) -> Void)?

    public init(limit: Int) { self.limit = limit }

    /// Bytes that may still be taken.
    public var left: Int { max(0, limit - used) }

    /// Takes the bytes if all of them fit.
    ///
    /// An owner may hold at most as much as it leaves to the others: half of the budget where it is alone, a quarter where
    /// another holds half. So however many there are, something is left for the next, and nobody can fill the whole.
    fileprivate func take(_ bytes: Int, of owner: UInt64?) -> Bool {
        guard hasShare(of: owner, for: bytes), hasRoom(for: bytes) else {
            refusals += 1
            return false
        }
        used += bytes
        peak = max(peak, used)
        if let owner { usedByOwner[owner] = (usedByOwner[owner] ?? 0) + bytes }
        return true
    }

    private func hasRoom(for bytes: Int) -> Bool {
        if bytes > left, bytes <= limit { makeRoom?(bytes - left, nil) }
        return bytes <= left
    }

    private func hasShare(of owner: UInt64?, for bytes: Int) -> Bool {
        guard let owner else { return true }
        let missing = missingShare(owner, more: bytes)
        guard missing > 0 else { return true }
        if missing <= usedByOwner[owner] ?? 0 { makeRoom?(missing, owner) }
        return missingShare(owner, more: bytes) <= 0
    }

    /// Bytes that the owner would have to give back before it takes further ones; none where this is not positive.
    private func missingShare(_ owner: UInt64, more bytes: Int) -> Int {
        let own = usedByOwner[owner] ?? 0
        return own + bytes - (limit - (used - own)) / 2
    }

    /// Bytes that an owner may still take.
    public func left(for owner: UInt64) -> Int { max(0, min(left, -missingShare(owner, more: 0))) }

    /// Counts a refusal of what was looked at without being reserved.
    public func noteRefusal() { refusals += 1 }

    fileprivate func giveBack(_ bytes: Int, of owner: UInt64?) {
        used -= bytes
        guard let owner, let own = usedByOwner[owner] else { return }
        usedByOwner[owner] = own > bytes ? own - bytes : nil
    }
}

/// Bytes of a ``ByteBudget`` that one request or connection has taken; they are given back with this object at the latest.
public final class ByteReservation {
    private let budget: ByteBudget
    public let owner: UInt64?
    public private(set) var bytes = 0

    /// - Parameter owner: Who has a share of the budget, such as a tenant; `nil` for what is nobody's.
    public init(_ budget: ByteBudget, owner: UInt64? = nil) {
        self.budget = budget
        self.owner = owner
    }

    deinit { budget.giveBack(bytes, of: owner) }

    /// Takes further bytes.
    /// - Returns: false where they do not fit into the budget; then nothing has changed.
    public func grow(by more: Int) -> Bool {
        guard more <= 0 || budget.take(more, of: owner) else { return false }
        bytes += max(0, more)
        return true
    }

    /// Gives back what is beyond so many bytes.
    public func shrink(to fewer: Int) {
        let kept = max(0, fewer)
        guard kept < bytes else { return }
        budget.giveBack(bytes - kept, of: owner)
        bytes = kept
    }
}
