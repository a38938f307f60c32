import Glibc
import SocketLoop
import Synchronization

/// The one writer of a descriptor of the log: a thread that takes lines from bounded
/// ``LogMailbox``es and writes them.
///
/// Whoever reads the log may be slow, or stop: that holds up this thread and nobody else. Lines
/// that do not fit are dropped and counted, and a line says how many once the reader is back.
public final class LogWriter: Sendable {
    /// That of the process.
    public static let standardError: LogWriter = {
        let writer = LogWriter(descriptor: STDERR_FILENO)
        // However the process ends, unless it is killed: what it said last is what is asked about.
        atexit { LogWriter.standardError.flush() }
        return writer
    }()

    enum Limits {
        /// Bytes of one write: as many as a pipe takes whole (PIPE_BUF), so that a pipe that can be
        /// written to takes them without waiting.
        static let piece = 4_096
        /// The same to a file, which always takes what it is given.
        static let pieceOfFile = 64 << 10
        /// Milliseconds between two writes, in which lines gather: at a thousand requests a second
        /// there are fifty wake-ups, not a thousand.
        static let pause: Int32 = 20
        /// Milliseconds after which a descriptor that took nothing is asked again.
        static let patience: Int32 = 100
        /// Milliseconds that the end of the process waits for whoever reads the log.
        static let flush = 2_000
    }

    private struct State {
        var mailboxes: [LogMailbox] = []
        var hasThread = false
        /// A flush waited in vain: nobody reads, and the next one does not wait.
        var isGivenUp = false
    }

    private let descriptor: Int32
    private let isFile: Bool
    private let state = Mutex(State())
    private let isAwake = Atomic<Bool>(false)
    private let wakeUp = Semaphore()
    /// What rare lines of any thread go through.
    let common: LogMailbox

    /// - Parameter descriptor: Stays open for as long as the process runs, or until
    ///   ``flush(within:)`` has come back.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        common = LogMailbox()
        state.withLock { $0.mailboxes.append(common) }
    }

    /// A mailbox of one loop, so that loops do not wait for each other.
    func mailbox() -> LogMailbox {
        let mailbox = LogMailbox()
        state.withLock { $0.mailboxes.append(mailbox) }
        return mailbox
    }

    /// The loop is gone: what it left is written, and the mailbox forgotten.
    func forget(_ mailbox: LogMailbox) {
        mailbox.close()
        wake()
    }

    /// Lines that were dropped so far, of all mailboxes.
    public var droppedLines: Int {
        state.withLock { state in state.mailboxes.reduce(goneDrops.load(ordering: .relaxed)) { $0 + $1.dropped } }
    }

    private let goneDrops = Atomic<Int>(0)

    // MARK: Any thread

    /// Leaves whole lines in a mailbox; never waits.
    func write(_ lines: UnsafeRawBufferPointer, by mailbox: LogMailbox) {
        mailbox.put(lines)
        wake()
    }

    private func wake() {
        // A thread that is awake looks into all mailboxes before it sleeps again.
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

    /// Waits until everything is written, at most so many milliseconds; to be called when the
    /// process ends, on no loop.
    public func flush() { flush(within: Limits.flush) }

    func flush(within milliseconds: Int) {
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
        // A reader that is gone is an error of the write, not the end of the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        while true {
            wakeUp.wait()
            repeat {
                while writeAll() { poll(nil, 0, Limits.pause) }
                isAwake.store(false, ordering: .sequentiallyConsistent)
                // What came between the last look and this is not told of by a signal.
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

    /// Waits for whoever reads. A descriptor that is broken takes everything: nobody will ever read
    /// it.
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
