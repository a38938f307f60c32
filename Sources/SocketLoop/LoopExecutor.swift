import CSocketShim
import Glibc
import Synchronization

/// What a ``LoopExecutor`` does between jobs: waits for sockets and timers, and handles them.
///
/// A worker's actor implements it by `assumeIsolated` and its ``Reactor``.
public protocol LoopPoller: Sendable {
    /// Waits at most so long (-1: until an event) and delivers events; on the loop's own thread.
    nonisolated func poll(timeoutMilliseconds: Int)
}

/// The executor of one worker: a thread that runs its actor's jobs and polls its sockets.
///
/// It is a `SerialExecutor`, so that an actor can run on it, and a `TaskExecutor`, so that tasks
/// can prefer it; there are no thread hops.
public final class LoopExecutor: SerialExecutor, TaskExecutor, Sendable {
    /// Jobs run before sockets are polled again: chains of tasks must not starve sockets.
    static let jobsPerTurn = 256

    private struct Inbox {
        var jobs: [UnownedJob] = []
        /// The loop is in, or about to enter, a blocking poll: adding a job must wake it.
        var mayBeSleeping = false
    }

    private let inbox = Mutex(Inbox())
    private let stopping = Atomic<Bool>(false)
    /// The thread inside ``run(polling:)`` (`pthread_self()`); 0 if there is none.
    private let owner = Atomic<UInt>(0)
    /// An eventfd. The reactor watches it edge-triggered, so it is never read.
    let wakeDescriptor: Int32

    /// - Precondition: the process has a free descriptor; without one no worker can start.
    public init() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(wakeDescriptor >= 0, "eventfd: no descriptor is left (errno \(errno))")
    }

    deinit { close(wakeDescriptor) }

    // MARK: Running

    /// Runs jobs and polls on this thread until ``stop()``; jobs queued by then still run.
    public func run(polling poller: any LoopPoller) {
        owner.store(UInt(pthread_self()), ordering: .releasing)
        defer { owner.store(0, ordering: .releasing) }
        var batch: [UnownedJob] = []
        var next = 0
        while true {
            if next == batch.count {
                batch.removeAll(keepingCapacity: true)
                next = 0
                inbox.withLock { swap(&$0.jobs, &batch) }
            }
            let end = min(batch.count, next + Self.jobsPerTurn)
            while next < end {
                batch[next].runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                next += 1
            }
            let stop = stopping.load(ordering: .acquiring)
            let mayWait = inbox.withLock { inbox in
                inbox.mayBeSleeping = next == batch.count && inbox.jobs.isEmpty && !stop
                return inbox.mayBeSleeping
            }
            if stop, next == batch.count, !hasJobs { return }
            poller.poll(timeoutMilliseconds: mayWait ? -1 : 0)
            if mayWait { inbox.withLock { $0.mayBeSleeping = false } }
        }
    }

    /// Starts a thread of that name (its first 15 bytes) which runs the loop.
    /// - Returns: A handle to wait for its end.
    public func spawnThread(name: String, polling poller: any LoopPoller) -> LoopThread {
        LoopThread(name: name) { self.run(polling: poller) }
    }

    /// Makes ``run(polling:)`` return soon; callable from every thread.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    /// Ends a wait in the poller; callable from every thread.
    public func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: Executor

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(unowned)
            guard inbox.mayBeSleeping else { return false }
            inbox.mayBeSleeping = isOwnThread  // its own thread looks into the inbox before it sleeps again
            return !inbox.mayBeSleeping
        }
        if mustWake { wake() }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Whether jobs wait. Checked before the reactor waits, since its hooks may have added one.
    var hasJobs: Bool { inbox.withLock { !$0.jobs.isEmpty } }

    private var isOwnThread: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    public func checkIsolated() {
        precondition(isOwnThread, "a worker's state was touched from a thread that is not its loop's")
    }

    public func isIsolatingCurrentContext() -> Bool? { isOwnThread }
}
