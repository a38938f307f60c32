import Glibc
import PostgresSQL

/// A statement prepared on one connection.
final class PreparedStatement {
    let statement: Statement
    /// Its name on the server, created once.
    let name: UnsafeMutablePointer<CChar>
    fileprivate(set) var lastUse: UInt64 = 0

    fileprivate init?(statement: Statement, number: UInt64) {
        guard let name = strdup("p\(number)") else { return nil }
        self.statement = statement
        self.name = name
    }

    deinit { free(name) }
}

/// The prepared statements of one connection, bounded by number and by the length of the texts;
/// evicts the least recently used.
struct PreparedCache {
    private let limit: Int
    private let byteLimit: Int
    /// Of the texts.
    private(set) var bytes = 0
    private var entries: [UInt64: PreparedStatement] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    /// Evicted statements that are still prepared on the server.
    private(set) var evicted: [PreparedStatement] = []

    init(limit: Int, bytes: Int) {
        self.limit = max(1, limit)
        byteLimit = bytes
    }

    var count: Int { entries.count }

    mutating func find(_ statement: Statement) -> PreparedStatement? {
        guard let entry = entries[statement.id] else { return nil }
        guard entry.statement === statement || entry.statement.text == statement.text else { return nil }
        uses &+= 1
        entry.lastUse = uses
        return entry
    }

    /// A new entry, which the caller prepares. `nil` only when memory is exhausted.
    mutating func insert(_ statement: Statement) -> PreparedStatement? {
        // A text with the same hash as another replaces it: both remain correct, but slow.
        if let other = entries[statement.id] { evict(other) }
        // Evictions are rare (unused during the last `limit` others), so a scan suffices.
        while entries.count >= limit || bytes + statement.text.utf8.count > byteLimit,
            let oldest = entries.values.min(by: { $0.lastUse < $1.lastUse })
        { evict(oldest) }
        names &+= 1
        uses &+= 1
        guard let entry = PreparedStatement(statement: statement, number: names) else { return nil }
        entry.lastUse = uses
        entries[statement.id] = entry
        bytes += statement.text.utf8.count
        return entry
    }

    /// Removes an entry that the server does not hold (any more).
    mutating func forget(_ entry: PreparedStatement) {
        guard entries[entry.statement.id] === entry else { return evicted.removeAll { $0 === entry } }
        entries[entry.statement.id] = nil
        bytes -= entry.statement.text.utf8.count
    }

    /// Removes an entry that the server still holds.
    mutating func evict(_ entry: PreparedStatement) {
        guard entries[entry.statement.id] === entry else { return }
        forget(entry)
        evicted.append(entry)
    }

    /// Removes all entries; the server still holds them.
    mutating func evictAll() {
        evicted += entries.values
        entries.removeAll(keepingCapacity: true)
        bytes = 0
    }

    mutating func takeEvicted() -> [PreparedStatement] {
        defer { evicted.removeAll(keepingCapacity: true) }
        return evicted
    }

    /// Restores one that could not be deallocated yet.
    mutating func keepEvicted(_ entry: PreparedStatement) { evicted.append(entry) }
}
