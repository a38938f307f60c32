import CSocketShim
import Glibc

/// A thread for one piece of work.
public final class LoopThread: Sendable {
    /// Bytes of stack of a loop's thread; parsers with bounded recursion run on it.
    public static let stackSize = 8 << 20

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) { (self.name, self.body) = (name, body) }
    }

    private let thread: pthread_t

    /// - Precondition: the process may have another thread.
    init(name: String, stackSize: Int = LoopThread.stackSize, _ body: @escaping @Sendable () -> Void) {
        guard let thread = Self.start(name: name, stackSize: stackSize, detached: false, body) else {
            preconditionFailure("the process may not have another thread")
        }
        self.thread = thread
    }

    /// Waits until the thread has ended; at most once.
    public func join() { pthread_join(thread, nil) }

    /// Runs blocking work on a detached thread of its own.
    /// - Returns: false if no thread can be created; the work is then not done.
    public static func detach(name: String, stackSize: Int = 256 << 10, _ body: @escaping @Sendable () -> Void) -> Bool
    { start(name: name, stackSize: stackSize, detached: true, body) != nil }

    private static func start(
        name: String, stackSize: Int, detached: Bool, _ body: @escaping @Sendable () -> Void
    ) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        if detached { pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), body: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                portico_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            return nil
        }
        return thread
    }
}
