import SocketLoop

/// The bytes that the results of one request's loads take, reserved from the worker's budget.
struct ByteAccount {
    /// Why there is no room for more.
    enum Refusal: Equatable {
        case limit
        /// The budget of all the worker's requests.
        case budget
    }

    /// Bytes of one request that are not reserved: small requests are bounded by number.
    static let unreserved = 8 << 10

    private let limit: Int
    private let budget: ByteBudget?
    /// The tenant that is charged.
    private let owner: UInt64
    private var reservation: ByteReservation?
    private(set) var bytes = 0
    /// Peak of ``bytes``.
    private(set) var peak = 0
    private(set) var refusal: Refusal?

    init(limit: Int, budget: ByteBudget?, owner: UInt64 = 0) {
        self.owner = owner
        self.limit = limit
        self.budget = budget
    }

    /// - Returns: false if there is no room for `more` bytes.
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

    mutating func close() {
        bytes = 0
        reservation = nil
    }

    /// Bytes that an answer may take now, at most `most`: the rest of the budget plus the bytes of
    /// its own results, which it replaces. Answers with results are thus always written.
    ///
    /// They are not reserved in advance: a worker writes one answer at a time on its loop and few
    /// off it, so the budget is exceeded by those few at most.
    func room(for most: Int) -> Int {
        guard let budget else { return most }
        return min(most, max(Self.unreserved, (reservation?.left ?? budget.left(for: owner)) + bytes))
    }

    /// Records that the answer had no room.
    func noteRefusal() { budget?.noteRefusal() }

    /// Replaces the results' bytes by those of the written answer.
    /// - Returns: The reservation to keep as long as the answer; `nil` for a small answer.
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
