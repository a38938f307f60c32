import ExactText

/// How old what a ``FreshCache`` gives may be, in milliseconds.
struct Freshness: Sendable {
    /// Older values are never given: the interface promises that a user's row was read at most 5 s
    /// ago.
    var maximumAge = 5000
    /// A value that is used beyond this age is read again in the background, so that nobody waits.
    var refreshAge = 3000
    /// For what was not there: a user that has just been created must not wait long.
    var missingAge = 1000
    /// Entries. Stands against an issuer of tokens for endlessly many users.
    var entries = 20_000
}

/// Values that are read from elsewhere and kept for a moment. Who asks for a value that is being
/// read waits with the others for one reading.
final class FreshCache<Value> {
    typealias Answer = Result<Value?, AuthenticationFailure>

    /// The value of one key. Whoever holds it may ask it directly, which costs no look-up.
    final class Entry {
        let key: ExactString
        fileprivate(set) var value: Value?
        /// When the reading that gave the value began; `nil` before the first.
        fileprivate var readAt: Int?
        fileprivate var isLoading = false
        fileprivate var waiters: [(Answer) -> Void] = []
        /// Counts readings, so that what was made of the value can be kept as long.
        fileprivate(set) var generation = 0

        fileprivate init(key: ExactString) { self.key = key }
    }

    private let freshness: Freshness
    private let load: (_ key: ExactString, _ then: @escaping (Answer) -> Void) -> Void
    private let clock: () -> Int
    private var entries: [ExactString: Entry] = [:]

    /// - Parameter clock: Milliseconds that never go back.
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

    /// Whether the entry's value may be used now; one that ages is read again in the background.
    func isFresh(_ entry: Entry) -> Bool {
        guard let readAt = entry.readAt else { return false }
        let age = clock() - readAt
        guard age <= (entry.value == nil ? freshness.missingAge : freshness.maximumAge) else { return false }
        if age > freshness.refreshAge, !entry.isLoading { reload(entry) }
        return true
    }

    /// The value, at once when it is fresh, otherwise once it is read.
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
            // A reading that took long itself is still what was asked for.
            for waiter in waiters { waiter(answer) }
            if entry.value == nil, entry.waiters.isEmpty, !entry.isLoading, entries.count > freshness.entries / 2 {
                entries[entry.key] = nil
            }
        }
    }

    /// Forgets what is too old to be used; when all of it is in use, some of it.
    private func makeRoom() {
        let now = clock()
        for (key, entry) in entries where !entry.isLoading && now - (entry.readAt ?? 0) > freshness.maximumAge {
            entries[key] = nil
        }
        guard entries.count >= freshness.entries else { return }
        // All of them are in use: an eighth gives way, so that the next search for room is far off.
        // Who waits for an entry keeps it.
        for key in entries.keys.prefix(max(1, entries.count / 8)) { entries[key] = nil }
    }
}
