import Synchronization

/// Reads a JWKS again: from time to time, and before its time where a token names a key that is not
/// known. One for all workers; whoever needs a reading while there is one waits for that.
final class KeyRefresher: Sendable {
    /// Milliseconds until another attempt, as long as there is no set at all: the first, and twice
    /// as many each time up to the last. Stands against asking an issuer that is down without a
    /// pause.
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
    /// An early reading is under way, or about to be.
    private let isEarly = Atomic<Bool>(false)
    private let isWanted = Atomic<Bool>(false)
    private let state = Mutex(State())

    /// - Parameter pause: As `authentication.jwks.earlyFetch` says it.
    init(
        store: KeyStore, pause: Int, report: @escaping @Sendable (KeyFailure) -> Void,
        load: @escaping @Sendable () async -> Result<KeySet, KeyFailure>
    ) {
        self.store = store
        self.pause = pause
        self.report = report
        self.load = load
    }

    /// Whether it is worth waiting for ``early()``: an early reading is under way, or the last one
    /// is long enough ago. Takes no lock.
    /// - Parameter now: Milliseconds of a clock that never goes back and that all workers share.
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

    /// Waits for the early reading that ``mayReadEarly(now:)`` has promised, beside the loop; at
    /// once where it is over.
    func early() async {
        if isWanted.exchange(false, ordering: .acquiringAndReleasing) { return await read() }
        guard isEarly.load(ordering: .acquiring) else { return }
        // The reading that was promised may not have begun yet: whoever begins it resumes all.
        await wait { $0 || isEarly.load(ordering: .acquiring) }
    }

    /// Waits for the end of the reading, if there is one to wait for.
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

    /// Reads the set; what cannot be read leaves the last good one in force.
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

    /// Reads it again and again until the task is cancelled.
    /// - Parameter refresh: Milliseconds between two readings, once there is a set.
    func run(refresh: Int) async {
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
