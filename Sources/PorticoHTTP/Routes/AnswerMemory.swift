import CSocketShim
import PorticoGateway
import SocketLoop

/// Returns memory of large answers from the heap to the system.
///
/// The rows of several levels are freed in another order than they were allocated, and a remaining
/// block, such as of a cache, pins everything below it: after an answer of 50 MB that can be tens
/// of megabytes forever. While such answers keep coming, the next ones reuse the memory; after a
/// quiet moment, it is returned.
package final class AnswerMemory {
    /// Bytes from which an answer counts: for smaller ones the heap returns enough by itself.
    static let large = 128 << 10
    /// Total bytes of such answers from which returning is worthwhile.
    static let enough = 1 << 20
    /// Milliseconds without that many further bytes, after which memory is returned.
    static let quiet = 1_000

    private let reactor: Reactor
    private let quiet: Int
    private let giveBack: () -> Void
    private var timer: TimerToken?
    /// Bytes since the total last sufficed: a trickle does not postpone it.
    private var bytes = 0

    /// - Parameter giveBack: Called on the loop.
    package init(reactor: Reactor, quiet: Int = AnswerMemory.quiet, giveBack: @escaping () -> Void) {
        self.reactor = reactor
        self.quiet = quiet
        self.giveBack = giveBack
    }

    /// Trims the whole heap on another thread: it takes milliseconds.
    package convenience init(reactor: Reactor, offload: @escaping Offload) {
        self.init(reactor: reactor) { offload({ malloc_trim(0) }, {}) }
    }

    func answered(bytes count: Int) {
        guard count >= Self.large else { return }
        released(bytes: count)
    }

    /// Counts memory freed in small amounts: slow bodies, connections. Thousands of them add up.
    package func released(bytes count: Int) {
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
