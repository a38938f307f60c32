import Synchronization
import Testing

@testable import SocketLoop

@Suite(.timeLimit(.minutes(5))) struct LoopExecutorTests {
    @Test func `an actor's jobs run on the loop's thread, from wherever they are called`() async {
        await withLoop { loop in
            let threads = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask { await loop.run { _ in loop.executor.isIsolatingCurrentContext() == true } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(threads == Array(repeating: true, count: 200))
            #expect(loop.executor.isIsolatingCurrentContext() == false)
        }
    }

    @Test func `a sleeping loop is woken by a job`() async {
        await withLoop { loop in
            // Without the wake-up the second call would wait for ever: the loop has nothing to poll
            // for.
            for _ in 0..<100 { await loop.note("call") }
            #expect(await loop.log.count == 100)
        }
    }

    @Test func `a job that an end-of-turn hook has queued does not wait for the next event`() async {
        await withLoop { loop in
            for _ in 0..<20 {
                await loop.wait { loop, continuation in loop.reactor.atEndOfTurn { continuation.resume() } }
            }
        }
    }

    @Test func `timers and tasks meet on the actor`() async {
        await withLoop { loop in
            await loop.wait { loop, continuation in
                for milliseconds in [3, 1, 2] {
                    loop.reactor.after(milliseconds: milliseconds) {
                        loop.assumeIsolated { $0.note("\(milliseconds)") }
                        if milliseconds == 3 { continuation.resume() }
                    }
                }
            }
            #expect(await loop.log == ["1", "2", "3"])
        }
    }

    @Test func `a task that prefers the executor runs on its thread`() async {
        await withLoop { loop in
            let executor = loop.executor
            let isThere = await Task(executorPreference: executor) { executor.isIsolatingCurrentContext() == true }
                .value
            #expect(isThere)
        }
    }

    @Test func `a flood of jobs leaves turns to the sockets`() async {
        await withLoop { loop in
            let before = await loop.run { $0.reactor.turns }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<(8 * LoopExecutor.jobsPerTurn) { group.addTask { await loop.note("job") } }
            }
            let turns = await loop.run { $0.reactor.turns } - before
            #expect(turns >= 8)
            #expect(await loop.log.count == 8 * LoopExecutor.jobsPerTurn)
        }
    }

    @Test func `stop ends the loop`() {
        let loop = LoopActor()
        let thread = loop.spawn()
        loop.executor.stop()
        thread.join()
        #expect(loop.executor.isIsolatingCurrentContext() == false)
    }

    @Test func `detached work runs on a thread of its own`() async {
        await withCheckedContinuation { continuation in
            #expect(LoopThread.detach(name: "a-name-longer-than-15-bytes") { continuation.resume() })
        }
    }
}
