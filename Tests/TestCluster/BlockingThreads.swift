import Dispatch

/// Threads for tests that block (reads of sockets, children that are waited for): those of Swift's
/// own pool are as few as the machine has cores, and every test that sits on one keeps the others
/// waiting.
public final class BlockingThreads: TaskExecutor {
    public static let executor = BlockingThreads()

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
