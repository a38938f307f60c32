import Glibc
import Synchronization

/// Threads beside the loops, for work that would hold one: few, of the process's own, and started
/// when they are first needed.
///
/// They are no threads of Swift's global pool, so that whoever blocks one of those, as tests and
/// libraries may, keeps nobody's request waiting. Work that is queued here computes and does not
/// wait; it ends by coming back to its loop.
public final class SideThreads: TaskExecutor {
    /// Those of the process. As many as it has processors, but two at least, so that one long piece
    /// of work does not stand before all others.
    public static let shared = SideThreads(count: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// The jobs that wait, and who may run them.
    struct State: Sendable {
        /// Jobs that have run and whose places are still there, from which on the places are given
        /// back.
        static let compactedAt = 64

        private var jobs: [UnownedJob] = []
        private var first = 0
        var threads = 0
        /// Threads that have nothing to do.
        var idle = 0

        var waiting: Int { jobs.count - first }
        /// Places that are taken, those of jobs that have run included.
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
                // Under a load that never ends it would otherwise grow with every job.
                jobs.removeSubrange(..<first)
                first = 0
            }
            return job
        }
    }

    private let count: Int
    private let state = Mutex(State())
    private let wakeUp: Semaphore

    /// - Parameter count: Threads at the most; the callers bound what is queued
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

}
