import ExactText

/// Maximum ages of values in a ``FreshCache``, in milliseconds.
struct Freshness: Sendable {
    /// Maximum age of a value: the interface promises that a user's row was read at most 5 s ago.
    var maximumAge = 5000
    /// Age from which a used value is refreshed in the background, so that no request waits.
    var refreshAge = 3000
    /// For missing values: a user that has just been created must not wait long.
    var missingAge = 1000
    /// Entries. Guards against an issuer of tokens for endlessly many users.
    var entries = 20_000
}

/// A cache of recently read values. Concurrent requests for a value share one reading.
final class FreshCache<Value> {
    typealias Answer = Result<Value?, AuthenticationFailure>

    /// The value of one key. A holder can access it without a look-up.
    final class Entry {
        let key: ExactString
        fileprivate(set) var value: Value?
        /// When the reading of the value began; `nil` before the first.
        fileprivate var readAt: Int?
        fileprivate var isLoading = false
        fileprivate var waiters: [(Answer) -> Void] = []
        /// Counts readings, to invalidate what was derived from the value.
        fileprivate(set) var generation = 0

        fileprivate init(key: ExactString) { self.key = key }
    }

    private let freshness: Freshness
    private let load: (_ key: ExactString, _ then: @escaping (Answer) -> Void) -> Void
    private let clock: () -> Int
    private var entries: [ExactString: Entry] = [:]

    /// - Parameter clock: Monotonic milliseconds.
    init(
        freshness: Freshness = Freshness(), clock: @escaping () -> Int,
        load: @escaping (_ key: ExactString, _ then: @escaping (Answer) -> Void) -> Void
    ) {
        self.freshness = freshness
        self.clock = clock
        self.load = load
    }

    var count: Int { entries.count }

    func entry(_ key: ExactString) -> Entry {
        if let entry = entries[key] { return entry }
        if entries.count >= freshness.entries { makeRoom() }
        let entry = Entry(key: key)
        entries[key] = entry
        return entry
    }

    /// Whether the entry's value may be used now; refreshes an ageing one in the background.
    func isFresh(_ entry: Entry) -> Bool {
        guard let readAt = entry.readAt else { return false }
        let age = clock() - readAt
        guard age <= (entry.value == nil ? freshness.missingAge : freshness.maximumAge) else { return false }
        if age > freshness.refreshAge, !entry.isLoading { reload(entry) }
        return true
    }

    /// The value, at once if it is fresh, otherwise after reading it.
    func get(_ entry: Entry, then: @escaping (Answer) -> Void) {
        if isFresh(entry) { return then(.success(entry.value)) }
        entry.waiters.append(then)
        if !entry.isLoading { reload(entry) }
    }

    private func reload(_ entry: Entry) {
        entry.isLoading = true
        let began = clock()
        load(entry.key) { [self] answer in
            entry.isLoading = false
            if case .success(let value) = answer {
                entry.value = value
                entry.readAt = began
                entry.generation += 1
            }
            let waiters = entry.waiters
            entry.waiters = []
            // Valid for the waiters even if the reading itself took long.
            for waiter in waiters { waiter(answer) }
            if entry.value == nil, entry.waiters.isEmpty, !entry.isLoading, entries.count > freshness.entries / 2 {
                entries[entry.key] = nil
            }
        }
    }

    /// Evicts values that are too old; if all are in use, some of those.
    private func makeRoom() {
        let now = clock()
        for (key, entry) in entries where !entry.isLoading && now - (entry.readAt ?? 0) > freshness.maximumAge {
            entries[key] = nil
        }
        guard entries.count >= freshness.entries else { return }
        // An eighth of those in use, so that evictions are rare. Waiters keep entries alive.
        for key in entries.keys.prefix(max(1, entries.count / 8)) { entries[key] = nil }
    }
}
