/// How many bytes of one kind a worker may hold at a time, and how many it holds now.
///
/// Guards against many requests that are each within their own limits and together fill memory.
/// Confined to its worker's loop.
public final class ByteBudget {
    // Exclusivity is not checked at run time: every request takes bytes several times, and
    // ``makeRoom`` is called while none of these is modified.

    /// In bytes.
    public let limit: Int
    @exclusivity(unchecked) public private(set) var used = 0
    /// The highest ``used`` so far.
    @exclusivity(unchecked) public private(set) var peak = 0
    /// Reservations that did not fit.
    @exclusivity(unchecked) public private(set) var refusals = 0
    /// Owners with reservations.
    @exclusivity(unchecked) private var shares: [UInt64: Share] = [:]
    /// Called within a reservation that does not fit, before it is refused: it may release that
    /// many bytes. With an owner, the owner's own share is full, and only its bytes help.
    @exclusivity(unchecked) public var makeRoom: ((_ bytes: Int, _ owner: UInt64?) -> Void)?

    /// What one owner holds.
    fileprivate final class Share {
        let owner: UInt64
        @exclusivity(unchecked) var bytes = 0
        @exclusivity(unchecked) var reservations = 0

        init(_ owner: UInt64) { self.owner = owner }
    }

    public init(limit: Int) { self.limit = limit }

    public var left: Int { max(0, limit - used) }

    /// Takes the bytes if all of them fit.
    ///
    /// An owner may hold at most as much as it leaves to the others: half of the budget if it is
    /// alone, a quarter if another holds half. So something is always left for the next owner.
    fileprivate func take(_ bytes: Int, of share: Share?) -> Bool {
        guard hasRoom(in: share, for: bytes), hasRoom(for: bytes) else {
            refusals += 1
            return false
        }
        used += bytes
        peak = max(peak, used)
        share?.bytes += bytes
        return true
    }

    private func hasRoom(for bytes: Int) -> Bool {
        if bytes > left, bytes <= limit { makeRoom?(bytes - left, nil) }
        return bytes <= left
    }

    private func hasRoom(in share: Share?, for bytes: Int) -> Bool {
        guard let share else { return true }
        let missing = missing(of: share.bytes, more: bytes)
        guard missing > 0 else { return true }
        if missing <= share.bytes { makeRoom?(missing, share.owner) }
        return self.missing(of: share.bytes, more: bytes) <= 0
    }

    /// Bytes that an owner with `own` bytes would have to release before taking more, if positive.
    private func missing(of own: Int, more bytes: Int) -> Int { own + bytes - (limit - (used - own)) / 2 }

    /// Bytes that an owner may still take.
    public func left(for owner: UInt64) -> Int { left(in: shares[owner]) }

    fileprivate func left(in share: Share?) -> Int { max(0, min(left, -missing(of: share?.bytes ?? 0, more: 0))) }

    /// Counts a refusal without a reservation.
    public func noteRefusal() { refusals += 1 }

    fileprivate func giveBack(_ bytes: Int, of share: Share?) {
        used -= bytes
        share?.bytes -= bytes
    }

    fileprivate func join(_ owner: UInt64) -> Share {
        let share =
            shares[owner]
            ?? {
                let share = Share(owner)
                shares[owner] = share
                return share
            }()
        share.reservations += 1
        return share
    }

    fileprivate func leave(_ share: Share) {
        share.reservations -= 1
        if share.reservations == 0 { shares[share.owner] = nil }
    }
}

/// Bytes of a ``ByteBudget`` taken by one request or connection; released with this object.
public final class ByteReservation {
    private let budget: ByteBudget
    private let share: ByteBudget.Share?
    @exclusivity(unchecked) public private(set) var bytes = 0

    /// - Parameter owner: Has a share of the budget, such as a tenant; `nil` for none.
    public init(_ budget: ByteBudget, owner: UInt64? = nil) {
        self.budget = budget
        share = owner.map { budget.join($0) }
    }

    deinit {
        budget.giveBack(bytes, of: share)
        if let share { budget.leave(share) }
    }

    public var owner: UInt64? { share?.owner }

    /// Bytes that its owner may still take.
    public var left: Int { share.map { budget.left(in: $0) } ?? budget.left }

    /// Takes further bytes.
    /// - Returns: false if they do not fit into the budget; then nothing has changed.
    public func grow(by more: Int) -> Bool {
        guard more <= 0 || budget.take(more, of: share) else { return false }
        bytes += max(0, more)
        return true
    }

    /// Releases what exceeds the given bytes.
    public func shrink(to fewer: Int) {
        let kept = max(0, fewer)
        guard kept < bytes else { return }
        budget.giveBack(bytes - kept, of: share)
        bytes = kept
    }
}
