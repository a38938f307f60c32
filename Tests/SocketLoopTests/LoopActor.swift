import SocketLoop

/// The smallest worker: an actor that lives on a loop of its own.
actor LoopActor: LoopPoller {
    nonisolated let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    let reactor: Reactor
    private var thread: LoopThread?
    var log: [String] = []

    init() {
        executor = LoopExecutor()
        reactor = Reactor(executor: executor)
    }

    nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    nonisolated func spawn() -> LoopThread { executor.spawnThread(name: "test-loop", polling: self) }

    /// Runs a body on the loop.
    func run<R: Sendable>(_ body: @Sendable (isolated LoopActor) throws -> sending R) rethrows -> sending R {
        try body(self)
    }

    /// Waits for a callback that the body arranges.
    func wait(_ body: @Sendable (isolated LoopActor, CheckedContinuation<Void, Never>) -> Void) async {
        await withCheckedContinuation { body(self, $0) }
    }

    func note(_ line: String) { log.append(line) }
}

/// A worker whose loop runs during the body and is gone after it.
func withLoop<R>(_ body: (LoopActor) async throws -> R) async rethrows -> R {
    let loop = LoopActor()
    let thread = loop.spawn()
    defer {
        loop.executor.stop()
        thread.join()
    }
    return try await body(loop)
}
