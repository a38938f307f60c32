import Glibc
import Synchronization

/// A few threads for work that would block a loop, started on first use.
///
/// They are independent of Swift's global pool, whose threads tests and libraries may block. Queued
/// work must compute without waiting, and ends by returning to its loop.
public final class BackgroundThreads: TaskExecutor {
    /// The process's threads: as many as processors, but at least two, so that one long piece of
    /// work does not delay all others.
    public static let shared = BackgroundThreads(count: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// The waiting jobs, and the threads that may run them.
    struct State: Sendable {
        /// Number of completed jobs in the array from which they are removed.
        static let compactedAt = 64

        private var jobs: [UnownedJob] = []
        private var first = 0
        var threads = 0
        /// Idle threads.
        var idle = 0

        var waiting: Int { jobs.count - first }
        /// Size of the array, including completed jobs.
        var places: Int { jobs.count }

        mutating func append(_ job: UnownedJob) { jobs.append(job) }

        mutating func popFirst() -> UnownedJob? {
            guard first < jobs.count else { return nil }
            let job = jobs[first]
            first += 1
            if first == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                first = 0
            } else if first >= Self.compactedAt, first * 2 >= jobs.count {
                // Otherwise it would grow with every job under constant load.
                jobs.removeSubrange(..<first)
                first = 0
            }
            return job
        }
    }

    private let count: Int
    private let state = Mutex(State())
    private let wakeUp: Semaphore

    /// - Parameter count: Maximum threads; the callers bound what is queued
    ///   (``PorticoGateway/OffloadQueue``).
    public init(count: Int) {
        self.count = max(1, count)
        wakeUp = Semaphore()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustStart = state.withLock { state in
            state.append(job)
            guard state.idle < state.waiting, state.threads < count else { return false }
            state.threads += 1
            return true
        }
        if mustStart, !LoopThread.detach(name: "portico-side", stackSize: LoopThread.stackSize, { self.run() }) {
            let left = state.withLock { state in
                state.threads -= 1
                return state.threads
            }
            // If no thread can be created, the work is done here, late rather than never.
            if left == 0 { return runOne() }
        }
        wakeUp.signal()
    }

    private func run() {
        while true {
            state.withLock { $0.idle += 1 }
            wakeUp.wait()
            state.withLock { $0.idle -= 1 }
            runOne()
        }
    }

    private func runOne() { state.withLock { $0.popFirst() }?.runSynchronously(on: asUnownedTaskExecutor()) }

}
