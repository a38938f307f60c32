import Synchronization

/// Where an execution has work done that would hold the loop: the gateway has threads for it, on
/// which tenants take turns.
public protocol SideWork: AnyObject {
    /// Runs pure work on another thread. `then` is called on the loop, later and once, unless the
    /// request is not wanted any more by then: then its execution has been abandoned.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void)
}

/// Hands a value that belongs to one thread at a time to the next one: who takes it has it alone.
final class Handover<Value>: Sendable {
    private let content: Mutex<Value?>

    init(_ value: consuming sending Value) { content = Mutex(value) }

    /// The value; `nil` for all but the first who ask.
    func take() -> sending Value? {
        content.withLock { content in
            let taken = content
            content = nil
            return taken
        }
    }
}
