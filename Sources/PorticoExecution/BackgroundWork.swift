import Synchronization

/// Runs an execution's work that would block the loop: the gateway has threads for it, which
/// tenants share round robin.
public protocol BackgroundWork: AnyObject {
    /// Runs pure work on another thread. `then` is called on the loop, later and once, unless the
    /// execution has been abandoned by then.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void)
}

/// Hands a value that belongs to one thread at a time to the next, which then owns it alone.
final class Handover<Value>: Sendable {
    private let content: Mutex<Value?>

    init(_ value: consuming sending Value) { content = Mutex(value) }

    /// The value; `nil` for all but the first call.
    func take() -> sending Value? {
        content.withLock { content in
            let taken = content
            content = nil
            return taken
        }
    }
}
