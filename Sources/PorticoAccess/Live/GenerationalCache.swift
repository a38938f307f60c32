/// A cache of at most `limit` entries in two halves. When the young half is full, the old half,
/// which holds what was not used meanwhile, is dropped, and the halves change places. Entries in
/// use thus stay without bookkeeping per access.
struct GenerationalCache<Key: Hashable, Value> {
    let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(limit: Int) { self.limit = limit }

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

    /// The matching keys, in no order.
    func keys(where fits: (Key) -> Bool) -> [Key] {
        young.keys.filter(fits) + old.keys.filter { young[$0] == nil && fits($0) }
    }
}
