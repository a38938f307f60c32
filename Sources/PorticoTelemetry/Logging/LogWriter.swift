import Glibc
import SocketLoop
import Synchronization

/// The single writer of a log descriptor: a thread that drains bounded ``LogMailbox``es.
///
/// A slow or stopped log reader blocks only this thread. Lines that do not fit are dropped and
/// counted; a line reports their number once the reader resumes.
public final class LogWriter: Sendable {
    /// The process's log.
    public static let standardError: LogWriter = {
        let writer = LogWriter(descriptor: STDERR_FILENO)
        // The last lines before an exit are the most important.
        atexit { LogWriter.standardError.flush() }
        return writer
    }()

    package enum Limits {
        /// Bytes of one write: what a writable pipe accepts without blocking (PIPE_BUF).
        static let piece = 4_096
        /// The same for a file, which always accepts all bytes.
        static let pieceOfFile = 64 << 10
        /// Milliseconds between two writes, to batch lines: fifty wake-ups per second at most.
        static let pause: Int32 = 20
        /// Milliseconds before a descriptor that accepted nothing is retried.
        static let patience: Int32 = 100
        /// Milliseconds that the exit of the process waits for the log reader.
        package static let flush = 2_000
    }

    private struct State {
        var mailboxes: [LogMailbox] = []
        var hasThread = false
        /// A flush timed out: there is no reader, and the next flush does not wait.
        var isGivenUp = false
    }

    private let descriptor: Int32
    private let isFile: Bool
    private let state = Mutex(State())
    private let isAwake = Atomic<Bool>(false)
    private let wakeUp = Semaphore()
    /// For rare lines of any thread.
    let common: LogMailbox

    /// - Parameter descriptor: Must stay open until ``flush(within:)`` has returned.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        common = LogMailbox()
        state.withLock { $0.mailboxes.append(common) }
    }

    /// A mailbox of one loop, so that loops do not contend.
    func mailbox() -> LogMailbox {
        let mailbox = LogMailbox()
        state.withLock { $0.mailboxes.append(mailbox) }
        return mailbox
    }

    /// The loop has ended: its remaining lines are written, and the mailbox is removed.
    func forget(_ mailbox: LogMailbox) {
        mailbox.close()
        wake()
    }

    /// Dropped lines of all mailboxes.
    public var droppedLines: Int {
        state.withLock { state in state.mailboxes.reduce(goneDrops.load(ordering: .relaxed)) { $0 + $1.dropped } }
    }

    private let goneDrops = Atomic<Int>(0)

    // MARK: Any thread

    /// Puts whole lines into a mailbox; never blocks.
    func write(_ lines: UnsafeRawBufferPointer, by mailbox: LogMailbox) {
        mailbox.put(lines)
        wake()
    }

    private func wake() {
        // A running thread checks all mailboxes before it sleeps.
        guard !isAwake.exchange(true, ordering: .sequentiallyConsistent) else { return }
        let mustStart = state.withLock { state in
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if mustStart, !LoopThread.detach(name: "portico-log", { self.run() }) {
            state.withLock { $0.hasThread = false }
            isAwake.store(false, ordering: .sequentiallyConsistent)
            return
        }
        wakeUp.signal()
    }

    /// Waits until everything is written, at most the given milliseconds; call at exit, on no loop.
    public func flush() { flush(within: Limits.flush) }

    package func flush(within milliseconds: Int) {
        guard !state.withLock({ $0.isGivenUp }) else { return }
        var left = milliseconds
        while hasLines {
            guard left > 0 else { return state.withLock { $0.isGivenUp = true } }
            poll(nil, 0, 1)
            left -= 1
        }
    }

    private var hasLines: Bool { state.withLock { $0.mailboxes.contains { !$0.isWritten } } }

    // MARK: The writer's thread

    private func run() {
        // A closed reader causes a write error instead of ending the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        while true {
            wakeUp.wait()
            repeat {
                while writeAll() { poll(nil, 0, Limits.pause) }
                isAwake.store(false, ordering: .sequentiallyConsistent)
                // Lines that arrived after the last check were not signalled.
            } while hasNewLines && !isAwake.exchange(true, ordering: .sequentiallyConsistent)
        }
    }

    private var hasNewLines: Bool { state.withLock { $0.mailboxes.contains { $0.hasLines } } }

    /// - Returns: Whether there was anything.
    private func writeAll() -> Bool {
        var wrote = false
        for mailbox in state.withLock({ $0.mailboxes }) {
            while let lines = mailbox.take() {
                wrote = true
                lines.withUnsafeBytes { write($0) }
                mailbox.wrote()
            }
            if mailbox.isClosed { remove(mailbox) }
        }
        return wrote
    }

    private func remove(_ mailbox: LogMailbox) {
        state.withLock { state in
            state.mailboxes.removeAll { $0 === mailbox }
            goneDrops.add(mailbox.dropped, ordering: .relaxed)
        }
    }

    /// Waits for the reader. Output to a broken descriptor is discarded.
    private func write(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        guard descriptor >= 0 else { return }
        while !rest.isEmpty {
            if !isFile {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let ready = poll(&entry, 1, Limits.patience)
                if ready == 0 || (ready < 0 && errno == EINTR) { continue }
                if ready < 0 || Int32(entry.revents) & (POLLNVAL | POLLERR) != 0 { return }
            }
            let count = Glibc.write(
                descriptor, rest.baseAddress, min(rest.count, isFile ? Limits.pieceOfFile : Limits.piece))
            if count < 0 {
                guard errno == EINTR || errno == EAGAIN else { return }
                poll(nil, 0, Limits.pause)
                continue
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
