import PorticoAccess

/// The rules in force. Each request takes the snapshot that is current when its viewer is made, and
/// keeps it; a new one counts for the requests behind it.
public final class PolicyStore: Sendable {
    let published: Published<Policy>

    public init(_ policy: Policy) { published = Published(policy) }

    /// Takes a lock; workers have a ``Latest`` of their own.
    public var current: Policy { published.current }

    /// Puts new rules in force, in all workers at once.
    public func replace(with policy: Policy) { published.replace(with: policy) }
}
