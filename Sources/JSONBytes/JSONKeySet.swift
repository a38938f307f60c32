/// The keys of an object so far. A few are compared linearly without allocations; more are hashed
/// with the process's seed, so that a large object costs linear time whatever its keys.
struct JSONKeySet {
    /// Up to this number, linear comparison is cheaper than hashing.
    static let few = 16

    private var texts: [JSONText] = []
    private var hashed: Set<[UInt8]> = []

    /// `false` for a duplicate key.
    mutating func insert(_ key: JSONText, of reader: JSONReader) -> Bool {
        guard hashed.isEmpty else { return hashed.insert(reader.utf8(key)).inserted }
        for text in texts where reader.isSame(text, key) { return false }
        if texts.isEmpty { texts.reserveCapacity(4) }
        texts.append(key)
        if texts.count > Self.few { hashed = Set(texts.map(reader.utf8)) }
        return true
    }
}

extension JSONReader {
    func isSame(_ one: JSONText, _ other: JSONText) -> Bool {
        guard one.hasEscapes || other.hasEscapes else {
            return one.range.count == other.range.count && bytes[one.range].elementsEqual(bytes[other.range])
        }
        return utf8(one) == utf8(other)
    }
}
