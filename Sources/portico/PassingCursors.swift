import PorticoExecution
import PorticoGateway
import Synchronization

/// Seals cursors where nothing states a secret: they end with this process, which their receiver
/// has to be told.
final class PassingCursors: CursorSealing {
    private let key = CursorKey.random()
    private let isUsed = Mutex(false)

    /// Whether an answer holds such a cursor, or a request brought one.
    var wereUsed: Bool { isUsed.withLock { $0 } }

    func box(for use: [UInt8]) -> any CursorBox { Box(inner: key.box(for: use), owner: self) }

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
