import CSocketShim
import PorticoGateway
import SocketLoop

/// Gives back to the system what large answers have left behind on the heap.
///
/// The rows of several levels are freed in another order than they came in, and a block that stays,
/// such as one of a cache, keeps everything below it: after an answer of 50 MB that can be tens of
/// megabytes for ever. While such answers keep coming, the memory is of use to the next; once few
/// have come for a moment, it goes.
final class AnswerMemory {
    /// Bytes of an answer from which on it counts: of smaller ones the heap gives back enough by
    /// itself.
    static let large = 128 << 10
    /// Bytes of such answers together, from which on it is worth the while.
    static let enough = 1 << 20
    /// Milliseconds in which not so much more came, after which it goes.
    static let quiet = 1_000

    private let reactor: Reactor
    private let quiet: Int
    private let giveBack: () -> Void
    private var timer: TimerToken?
    /// Of large answers since they were last enough: what trickles in does not put it off.
    private var bytes = 0

    /// - Parameter giveBack: Called on the loop.
    init(reactor: Reactor, quiet: Int = AnswerMemory.quiet, giveBack: @escaping () -> Void) {
        self.reactor = reactor
        self.quiet = quiet
        self.giveBack = giveBack
    }

    /// The whole heap's free pages, by a thread beside the loop: it takes milliseconds.
    convenience init(reactor: Reactor, offload: @escaping Offload) {
        self.init(reactor: reactor) { offload({ malloc_trim(0) }, {}) }
    }

    func answered(bytes count: Int) {
        guard count >= Self.large else { return }
        released(bytes: count)
    }

    /// Of what was given back piece by piece: bodies that arrived slowly, connections. Each may be
    /// small; thousands of them are not.
    func released(bytes count: Int) {
        bytes += count
        guard bytes >= Self.enough else { return }
        bytes = 0
        if let timer { reactor.cancel(timer) }
        timer = reactor.after(milliseconds: quiet) { [weak self] in
            self?.timer = nil
            self?.giveBack()
        }
    }
}
