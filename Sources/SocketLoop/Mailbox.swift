import CSocketShim
import Glibc
import Synchronization

/// Messages from other threads to a loop, in order; they wake the loop.
public final class Mailbox<Message: Sendable>: Sendable {
    /// An eventfd. It lives as long as the last thread that may write to it.
    private let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    /// `nil` when the process has no descriptor left.
    public init?() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        if descriptor < 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds a message from any thread. It waits until ``receive(on:_:)`` is called.
    public func put(_ message: Message) {
        messages.withLock { $0.append(message) }
        eventfd_write(descriptor, 1)
    }

    /// Calls the body on the loop for each message, until the registration is deregistered.
    /// - Throws: ``SocketFailure`` when the kernel refuses to watch one more descriptor.
    public func receive(on reactor: Reactor, _ body: @escaping (Message) -> Void) throws(SocketFailure) -> Registration
    {
        try reactor.register(descriptor, .read) { [self] _ in for message in take() { body(message) } }
    }

    /// Waits for messages, for a thread without a loop.
    /// - Returns: Empty after so many milliseconds without messages.
    public func messages(within milliseconds: Int) -> [Message] {
        WaitingSocket.wait(for: descriptor, .read, milliseconds: milliseconds) ? take() : []
    }

    private func take() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        return messages.withLock { messages in
            defer { messages = [] }; return messages
        }
    }
}
