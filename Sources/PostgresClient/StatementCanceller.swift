import CLibPQ
import SocketLoop
import Synchronization

/// Sends the cancel requests of one connection from a thread of their own: libpq 15's `PQcancel`
/// opens a connection and blocks.
///
/// A cancel request names a session, not a statement, and comes late: it may hit the next one. So
/// the thread looks once more whether its target is still being run, and the connection can ask of
/// a cancelled statement whether it was a bystander.
final class StatementCanceller {
    /// What the loop and the helper thread both see.
    private final class Shared: Sendable {
        /// 1 while a request is under way.
        let running = Atomic<Int>(0)
        /// The last statement that the server has answered.
        let answered = Atomic<UInt64>(0)
        /// The last statement that was sent.
        let sent = Atomic<UInt64>(0)
        /// Statements up to this one may have been hit by a request that is done.
        let exposed = Atomic<UInt64>(0)
    }

    /// libpq's copy of what a cancel request needs; made on the loop, used and freed on the helper
    /// thread only.
    private struct Request: @unchecked Sendable {
        let pointer: OpaquePointer

        func send() {
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(pointer, &message, Int32(message.count))
            PQfreeCancel(pointer)
        }
    }

    private let shared = Shared()

    func noteSent(_ serial: UInt64) { shared.sent.store(serial, ordering: .relaxed) }
    func noteAnswered(_ serial: UInt64) { shared.answered.store(serial, ordering: .relaxed) }

    var isRunning: Bool { shared.running.load(ordering: .acquiring) != 0 }

    /// A cancellation that hit this statement may have been meant for another one.
    func mayHaveHit(_ serial: UInt64) -> Bool { isRunning || serial <= shared.exposed.load(ordering: .acquiring) }

    /// Asks the server to end what this connection runs, if that is still the given statement. One
    /// request at a time.
    /// - Returns: false if nothing was started.
    func cancel(_ serial: UInt64, on connection: OpaquePointer) -> Bool {
        guard !isRunning, let pointer = PQgetCancel(connection) else { return false }
        let request = Request(pointer: pointer)
        shared.running.store(1, ordering: .releasing)
        let started = LoopThread.detach(name: "portico-cancel") { [shared] in
            if shared.answered.load(ordering: .acquiring) < serial {
                request.send()
            } else {
                PQfreeCancel(request.pointer)
            }
            shared.exposed.store(shared.sent.load(ordering: .relaxed), ordering: .releasing)
            shared.running.store(0, ordering: .releasing)
        }
        if !started {
            PQfreeCancel(pointer)
            shared.running.store(0, ordering: .releasing)
        }
        return started
    }
}
