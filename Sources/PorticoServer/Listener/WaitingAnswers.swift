import JSONBytes
import SocketLoop

/// The memory of answers that wait for their clients, as far as nobody has counted it yet.
///
/// An answer that goes out at once is never counted here. What many connections show of the same
/// bytes counts once.
final class WaitingAnswers {
    let budget: ByteBudget
    private var shared: [ObjectIdentifier: Shared] = [:]

    private struct Shared { weak var hold: SharedHold? }

    /// Lives as long as somebody waits with these bytes.
    private final class SharedHold {
        // Keeps the bytes, and with them what they are found by.
        private let bytes: DetachedBytes
        private let reservation: ByteReservation
        private unowned let owner: WaitingAnswers

        init(_ bytes: DetachedBytes, _ reservation: ByteReservation, _ owner: WaitingAnswers) {
            self.bytes = bytes
            self.reservation = reservation
            self.owner = owner
        }

        deinit { owner.shared[ObjectIdentifier(bytes)] = nil }
    }

    enum Answer {
        /// It counts for as long as the object lives; without one it counts already.
        case held(AnyObject?)
        /// There is no room for it, not even without those who read more slowly.
        case full
    }

    init(_ budget: ByteBudget) { self.budget = budget }

    func hold(_ body: ResponseBuffer) -> Answer {
        if body.reservation != nil { return .held(nil) }
        if let bytes = body.sharedBytes { return hold(bytes) }
        let reservation = ByteReservation(budget)
        return reservation.grow(by: body.count) ? .held(reservation) : .full
    }

    private func hold(_ bytes: DetachedBytes) -> Answer {
        if let known = shared[ObjectIdentifier(bytes)]?.hold { return .held(known) }
        let reservation = ByteReservation(budget)
        guard reservation.grow(by: bytes.count) else { return .full }
        let hold = SharedHold(bytes, reservation, self)
        shared[ObjectIdentifier(bytes)] = Shared(hold: hold)
        return .held(hold)
    }
}
