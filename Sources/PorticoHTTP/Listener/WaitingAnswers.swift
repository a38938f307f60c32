import JSONBytes
import SocketLoop

/// The memory of answers waiting for their clients, unless it is already counted.
///
/// An answer sent at once is never counted. Bytes shared by many connections count once.
final class WaitingAnswers {
    let budget: ByteBudget
    private var shared: [ObjectIdentifier: Shared] = [:]

    private struct Shared { weak var hold: SharedHold? }

    /// Lives as long as a connection waits with these bytes.
    private final class SharedHold {
        // Keeps the bytes alive, and with them their identity.
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
        /// Counted as long as the object lives; `nil` if already counted.
        case held(AnyObject?)
        /// There is no room for it, even without slower readers.
        case full
    }

    init(_ budget: ByteBudget) { self.budget = budget }

    func hold(_ body: ResponseBuffer) -> Answer {
        if body.reservation != nil { return .held(nil) }
        if let bytes = body.sharedBytes { return hold(bytes) }
        let reservation = ByteReservation(budget)
        return reservation.grow(by: body.count) ? .held(reservation) : .full
    }

    /// Sets the counted bytes of a streamed answer.
    func hold(_ bytes: Int, instead former: AnyObject?) -> Answer {
        let reservation = former as? ByteReservation ?? ByteReservation(budget)
        reservation.shrink(to: bytes)
        return reservation.grow(by: bytes - reservation.bytes) ? .held(reservation) : .full
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
