import Glibc
import Synchronization

/// Threads beside the loops, for work that would hold one: few, of the process's own, and started when they are first needed.
///
/// They are no threads of Swift's global pool, so that whoever blocks one of those, as tests and libraries may, keeps nobody's request waiting. Work that is queued here
/// computes and does not wait; it ends by coming back to its loop.
public final class SideThreads: TaskExecutor {
    /// Those of the process. As many as it has processors, but two at least, so that one long piece of work does not stand before all others.
    public static let shared = SideThreads(count: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    private struct State: Sendable {
        private var jobs: [UnownedJob] = []
        private var first = 0
        var threads = 0
        /// Threads that have nothing to do.
        var idle = 0

        var waiting: Int { jobs.count - first }

        mutating func append(_ job: UnownedJob) { jobs.append(job) }

        mutating func popFirst() -> UnownedJob? {
            guard first < jobs.count else { return nil }
            let job = jobs[first]
            first += 1
            if first == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                first = 0
            }
            return job
        }
    }

    private let count: Int
    private let state = Mutex(State())
    private let wakeUp: Semaphore

    /// - Parameter count: Threads at the most; the callers bound what is queued (``PorticoGateway/OffloadQueue``).
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
            // Without any thread of its own the work is done late rather than never.
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

    private func runOne() {
        state.withLock { $0.popFirst() }?.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// A counting semaphore of the C library.
    private final class Semaphore: Sendable {
        private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

        init() {
            semaphore = .allocate(capacity: 1)
            semaphore.initialize(to: sem_t())
            sem_init(semaphore, 0, 0)
        }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func signal() { sem_post(semaphore) }

        func wait() { while sem_wait(semaphore) != 0 && errno == EINTR {} }
    }
}
