import SocketLoop
import Synchronization

/// The set of keys in force, shared by all workers; a refreshed set replaces it as a whole.
package final class KeyStore: Sendable {
    let published: Published<KeySet>
    private let complete: Atomic<Bool>

    /// - Parameter isComplete: Whether it includes the keys of a JWKS, if any.
    package init(_ keys: KeySet, isComplete: Bool = true) {
        published = Published(keys)
        complete = Atomic(isComplete)
    }

    /// Changes with every other set.
    var version: Int { published.version }

    /// Takes a lock; workers have a ``Latest`` of their own.
    var current: KeySet { published.current }

    package var isComplete: Bool { complete.load(ordering: .acquiring) }

    /// Activates a complete set. One with the same keys keeps cached verifications valid.
    func replace(with keys: KeySet) {
        if keys.ids != published.current.ids { published.replace(with: keys) }
        complete.store(true, ordering: .releasing)
    }
}
