import Synchronization

/// A value that one writer replaces as a whole, and that all workers read: a worker takes the lock
/// once per new value instead of once per request.
@usableFromInline package final class Published<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    @usableFromInline let counter = Atomic<Int>(1)

    package init(_ value: Value) { state = Mutex(value) }

    /// Changes with every new value.
    @inlinable package var version: Int { counter.load(ordering: .acquiring) }

    /// Takes the lock: for code outside the request path, and for ``Latest``.
    @usableFromInline package var current: Value { state.withLock { $0 } }

    package func replace(with value: Value) {
        state.withLock { $0 = value }
        counter.add(1, ordering: .acquiringAndReleasing)
    }
}
