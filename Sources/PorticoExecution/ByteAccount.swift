import SocketLoop

/// The bytes that the results of one request's loads take, and have been promised of the worker's
/// budget.
struct ByteAccount {
    /// Why there is no room for more.
    enum Refusal: Equatable {
        /// The request's own limit.
        case limit
        /// All requests of the worker together take what they may.
        case budget
    }

    /// Bytes of one request that are not reserved: small requests are bounded by their number, and
    /// pay for no reservation.
    static let unreserved = 8 << 10

    private let limit: Int
    private let budget: ByteBudget?
    /// Whose share of the budget it is: the tenant's.
    private let owner: UInt64
    private var reservation: ByteReservation?
    private(set) var bytes = 0
    /// The most that there were at a time.
    private(set) var peak = 0
    private(set) var refusal: Refusal?

    init(limit: Int, budget: ByteBudget?, owner: UInt64 = 0) {
        self.owner = owner
        self.limit = limit
        self.budget = budget
    }

    /// - Returns: false where there is no room for so many more.
    mutating func grow(by more: Int) -> Bool {
        bytes += more
        peak = max(peak, bytes)
        guard bytes <= limit else { return refuse(.limit) }
        guard bytes > Self.unreserved, let budget else { return true }
        let reservation = reservation ?? ByteReservation(budget, owner: owner)
        self.reservation = reservation
        return reservation.grow(by: bytes - reservation.bytes) || refuse(.budget)
    }

    private mutating func refuse(_ refusal: Refusal) -> Bool {
        self.refusal = self.refusal ?? refusal
        return false
    }

    mutating func shrink(by fewer: Int) {
        bytes = max(0, bytes - fewer)
        reservation?.shrink(to: bytes > Self.unreserved ? bytes : 0)
    }

    /// Gives everything back.
    mutating func close() {
        bytes = 0
        reservation = nil
    }

    /// The bytes that an answer may have now, if it may have so many by itself: what is left of the
    /// budget, and what its own results have, in whose place it will stand. So one whose results
    /// are there is answered, whatever others hold.
    ///
    /// They are not reserved before they are written: a worker writes one answer at a time on its
    /// loop and few beside it, and the budget is exceeded by those few at the most.
    func room(for most: Int) -> Int {
        guard let budget else { return most }
        return min(most, max(Self.unreserved, (reservation?.left ?? budget.left(for: owner)) + bytes))
    }

    /// The answer had no room.
    func noteRefusal() { budget?.noteRefusal() }

    /// The answer is written, and stands in the results' place.
    /// - Returns: What is to live as long as the answer; `nil` for a small one.
    mutating func exchange(forAnswerOf count: Int) -> ByteReservation? {
        guard count > Self.unreserved, let budget else {
            close()
            return nil
        }
        let reservation = reservation ?? ByteReservation(budget, owner: owner)
        close()
        if count > reservation.bytes {
            _ = reservation.grow(by: count - reservation.bytes)
        } else {
            reservation.shrink(to: count)
        }
        return reservation
    }
}
