import PorticoExecution
import PorticoGateway
import Synchronization

/// Seals cursors if no secret is configured: valid only in this process, which must be reported.
package final class PassingCursors: CursorSealing {
    private let key = CursorKey.random()
    private let isUsed = Mutex(false)

    /// Whether such a cursor was sealed or opened.
    package var wereUsed: Bool { isUsed.withLock { $0 } }

    package func box(for use: [UInt8]) -> any CursorBox { Box(inner: key.box(for: use), owner: self) }

    private struct Box: CursorBox {
        let inner: any CursorBox
        let owner: PassingCursors

        func seal(_ content: [UInt8]) -> [UInt8] {
            owner.isUsed.withLock { $0 = true }
            return inner.seal(content)
        }

        func open(_ sealed: [UInt8]) -> [UInt8]? {
            owner.isUsed.withLock { $0 = true }
            return inner.open(sealed)
        }
    }
}
