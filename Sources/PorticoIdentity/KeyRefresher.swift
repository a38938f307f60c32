import Synchronization

/// Reads a JWKS periodically, and ahead of schedule if a token names an unknown key. One for all
/// workers; concurrent callers share one reading.
package final class KeyRefresher: Sendable {
    /// Milliseconds between attempts while there is no set: the first, then doubling up to the
    /// last. Guards against asking an unavailable issuer without a pause.
    static let retries = (first: 1_000, last: 60_000)

    private struct State {
        var isReading = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let store: KeyStore
    private let load: @Sendable () async -> Result<KeySet, KeyFailure>
    private let report: @Sendable (KeyFailure) -> Void
    /// Milliseconds between two early readings.
    private let pause: Int
    private let nextEarly = Atomic<Int>(Int.min)
    /// An early reading is in progress, or about to be.
    private let isEarly = Atomic<Bool>(false)
    private let isWanted = Atomic<Bool>(false)
    private let state = Mutex(State())

    /// - Parameter pause: From `authentication.jwks.earlyFetch`.
    package init(
        store: KeyStore, pause: Int, report: @escaping @Sendable (KeyFailure) -> Void,
        load: @escaping @Sendable () async -> Result<KeySet, KeyFailure>
    ) {
        self.store = store
        self.pause = pause
        self.report = report
        self.load = load
    }

    /// Whether to wait for ``early()``: one is in progress, or the last is old enough. Takes no
    /// lock.
    /// - Parameter now: Milliseconds of a monotonic clock that all workers share.
    func mayReadEarly(now: Int) -> Bool {
        if isEarly.load(ordering: .acquiring) { return true }
        let next = nextEarly.load(ordering: .acquiring)
        guard now >= next,
            nextEarly.compareExchange(expected: next, desired: now + pause, ordering: .acquiringAndReleasing).exchanged
        else { return false }
        isWanted.store(true, ordering: .releasing)
        isEarly.store(true, ordering: .releasing)
        return true
    }

    /// Waits off the loop for the early reading promised by ``mayReadEarly(now:)``, if any.
    func early() async {
        if isWanted.exchange(false, ordering: .acquiringAndReleasing) { return await read() }
        guard isEarly.load(ordering: .acquiring) else { return }
        // The promised reading may not have begun yet; it resumes all when it ends.
        await wait { $0 || isEarly.load(ordering: .acquiring) }
    }

    /// Waits for the end of the reading, if there is one.
    private func wait(while isUnderWay: (_ isReading: Bool) -> Bool) async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                let mustWait = isUnderWay(state.isReading)
                if mustWait { state.waiters.append(continuation) }
                return mustWait
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Reads the set; after a failure the last valid one stays in force.
    func read() async {
        let isFirst = state.withLock { state in
            defer { state.isReading = true }
            return !state.isReading
        }
        guard isFirst else { return await wait { $0 } }
        switch await load() {
        case .success(let keys): store.replace(with: keys)
        case .failure(let failure): report(failure)
        }
        isEarly.store(false, ordering: .releasing)
        let waiters = state.withLock { state in
            defer { state = State() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Reads the set periodically until the task is cancelled.
    /// - Parameter refresh: Milliseconds between two readings, once there is a set.
    package func run(refresh: Int) async {
        var retry = Self.retries.first
        while true {
            do { try await Task.sleep(for: .milliseconds(store.isComplete ? refresh : min(retry, refresh))) } catch {
                return
            }
            retry = min(2 * retry, Self.retries.last)
            await read()
        }
    }
}
