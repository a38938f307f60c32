/// A cache of at most `limit` entries. Half of it fills up; then the other half, in which lies what
/// was not asked for meanwhile, is dropped, and they change places. What is in use stays, and what
/// no longer is goes without being told.
struct GenerationalCache<Key: Hashable, Value> {
    let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(limit: Int) { self.limit = limit }

    /// Entries that can still be found.
    var count: Int { young.count + old.count { young[$0.key] == nil } }

    mutating func value(_ key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old[key] else { return nil }
        insert(value, for: key)
        return value
    }

    mutating func insert(_ value: Value, for key: Key) {
        if young.count >= limit / 2 {
            old = young
            young = [:]
        }
        young[key] = value
    }

    /// The keys that fit, in no order.
    func keys(where fits: (Key) -> Bool) -> [Key] {
        young.keys.filter(fits) + old.keys.filter { young[$0] == nil && fits($0) }
    }
}
