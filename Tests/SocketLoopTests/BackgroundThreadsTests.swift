import Glibc
import Synchronization
import Testing

@testable import SocketLoop

@Suite(.timeLimit(.minutes(5))) struct SideThreadsTests {
    @Test func `work runs on few threads, none of them the caller's`() async {
        let side = BackgroundThreads(count: 3), caller = UInt(pthread_self())
        let threads = await withTaskGroup(of: UInt.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: side) {
                    usleep(100)
                    return UInt(pthread_self())
                }
            }
            return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
        }
        #expect((1...3).contains(threads.count))
        #expect(!threads.contains(caller))
    }

    @Test func `pieces run at the same time, as many as there are threads`() async {
        let side = BackgroundThreads(count: 2), tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: side) {
                    tally.begin()
                    // Both wait until there are two of them, which with one thread would never be.
                    while tally.most < 2 { usleep(1_000) }
                    tally.end()
                }
            }
        }
        #expect(tally.most == 2)
    }

    @Test func `work that goes on after a wait comes back to its threads`() async {
        let side = BackgroundThreads(count: 1)
        let (first, second) = await Task.detached(executorPreference: side) {
            let first = UInt(pthread_self())
            try? await Task.sleep(for: .milliseconds(1))
            return (first, UInt(pthread_self()))
        }.value
        #expect(first == second)
    }

    /// How many run, and the most that ever ran at the same time.
    private final class Tally: Sendable {
        private let counts = Mutex((running: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func begin() {
            counts.withLock { counts in
                counts.running += 1
                counts.most = max(counts.most, counts.running)
            }
        }

        func end() { counts.withLock { $0.running -= 1 } }
    }

    /// Under a load that never lets it run empty, the queue takes no more places than a few times
    /// what waits.
    @Test func `a queue that never runs empty does not grow`() async {
        final class Hold: TaskExecutor {
            let jobs = Mutex(BackgroundThreads.State())
            func enqueue(_ job: consuming ExecutorJob) {
                let job = UnownedJob(job)
                jobs.withLock { $0.append(job) }
            }
            func runFirst() { jobs.withLock { $0.popFirst() }?.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        let hold = Hold()
        var most = 0
        for round in 0..<5_000 {
            Task.detached(executorPreference: hold) {}
            if round >= 10 { hold.runFirst() }
            most = max(most, hold.jobs.withLock { $0.places })
        }
        #expect(hold.jobs.withLock { $0.waiting } == 10)
        #expect(most <= 2 * BackgroundThreads.State.compactedAt + 20, "\(most)")
        for _ in 0..<10 { hold.runFirst() }
    }
}
