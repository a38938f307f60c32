import PorticoAccess
import SocketLoop

/// The rules in force. Each request uses the snapshot that is current when its viewer is made; a
/// new one applies to later requests.
public final class PolicyStore: Sendable {
    package let published: Published<Policy>

    public init(_ policy: Policy) { published = Published(policy) }

    /// Takes a lock; workers have a ``Latest`` of their own.
    public var current: Policy { published.current }

    /// Puts new rules in force in all workers at once.
    public func replace(with policy: Policy) { published.replace(with: policy) }
}
