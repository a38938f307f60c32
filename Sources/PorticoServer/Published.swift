import Synchronization

/// A value that one writer replaces as a whole, and that all workers read: a worker takes the lock
/// once for each new value, not once for each request.
final class Published<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    private let counter = Atomic<Int>(1)

    init(_ value: Value) { state = Mutex(value) }

    /// Another one with every new value.
    var version: Int { counter.load(ordering: .acquiring) }

    /// Takes the lock: for whoever is not on the way of a request, and for ``Latest``.
    var current: Value { state.withLock { $0 } }

    func replace(with value: Value) {
        state.withLock { $0 = value }
        counter.add(1, ordering: .acquiringAndReleasing)
    }
}

/// The value of a ``Published`` as one worker has it: asking for it costs one load, as long as it
/// is the same.
final class Latest<Value: Sendable> {
    private let source: Published<Value>
    private var version: Int
    private var value: Value

    init(_ source: Published<Value>) {
        self.source = source
        version = source.version
        value = source.current
    }

    var current: Value {
        let version = source.version
        if version != self.version {
            // The version first: a value that comes in between is loaded once more.
            self.version = version
            value = source.current
        }
        return value
    }
}
