import CLibPQ
import SocketLoop
import Synchronization

/// Sends one connection's cancel requests from another thread: libpq 15's `PQcancel` blocks.
///
/// A cancel request names a session instead of a statement, and arrives late: it may hit the next
/// statement. So the thread checks again whether its target is still running, and the connection
/// can check whether a cancelled statement was a bystander.
final class StatementCanceller {
    /// Shared by the loop and the helper thread.
    private final class Shared: Sendable {
        /// 1 while a request is in progress.
        let running = Atomic<Int>(0)
        /// The last statement that the server has answered.
        let answered = Atomic<UInt64>(0)
        /// The last statement that was sent.
        let sent = Atomic<UInt64>(0)
        /// Statements up to this one may have been hit by a finished request.
        let exposed = Atomic<UInt64>(0)
    }

    /// libpq's copy of what a cancel request needs; used and freed on the helper thread only.
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

    /// Whether a cancellation of this statement may have been meant for another one.
    func mayHaveHit(_ serial: UInt64) -> Bool { isRunning || serial <= shared.exposed.load(ordering: .acquiring) }

    /// Asks the server to cancel the statement, if still running. One request at a time.
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
