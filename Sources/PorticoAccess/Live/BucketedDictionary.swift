/// A dictionary of many entries whose modified copy costs one bucket instead of all entries; shared
/// between versions of the rules.
struct BucketedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// A power of two. With ten thousand entries a bucket holds ten.
    private static var bucketCount: Int { 1_024 }

    private var buckets: [[Key: Value]]
    private(set) var count = 0

    init() { buckets = Array(repeating: [:], count: Self.bucketCount) }

    subscript(_ key: Key) -> Value? {
        get { buckets[Self.bucket(key)][key] }
        set {
            let bucket = Self.bucket(key)
            let former =
                newValue.map { buckets[bucket].updateValue($0, forKey: key) }
                ?? buckets[bucket].removeValue(forKey: key)
            count += (newValue == nil ? 0 : 1) - (former == nil ? 0 : 1)
        }
    }

    var entries: some Sequence<(key: Key, value: Value)> { buckets.lazy.joined() }

    private static func bucket(_ key: Key) -> Int { key.hashValue & (bucketCount - 1) }
}
