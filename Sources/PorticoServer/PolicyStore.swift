import PorticoAccess
import Synchronization

/// The rules in force. Each request takes the snapshot that is current when its viewer is made, and keeps it; a new one counts for the requests behind it.
public final class PolicyStore: Sendable {
    private let state: Mutex<Policy>

    public init(_ policy: Policy) { state = Mutex(policy) }

    public var current: Policy { state.withLock { $0 } }

    /// Puts new rules in force, in all workers at once.
    public func replace(with policy: Policy) { state.withLock { $0 = policy } }
}
