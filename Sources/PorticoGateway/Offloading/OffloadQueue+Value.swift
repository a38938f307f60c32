import Synchronization

extension OffloadQueue {
    /// What a piece of work gives, on its way from the thread that made it to the loop.
    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)

        func put(_ value: Value) { self.value.withLock { $0 = value } }
        func take() -> Value? { value.withLock { $0.take() } }
    }

    /// As ``run(bytes:for:_:then:)``, with the type of what the work gives: `nil` where it did not run, or not in time.
    public func value<Value: Sendable>(bytes: Int, for owner: Owner, _ work: @escaping @Sendable () async -> Value, then: @escaping (Value?) -> Void) {
        let box = Box<Value>()
        run(bytes: bytes, for: owner, { box.put(await work()) }) { outcome in
            if case .done = outcome { then(box.take()) } else { then(nil) }
        }
    }
}
