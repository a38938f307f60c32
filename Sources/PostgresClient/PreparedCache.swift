import Glibc
import PostgresSQL

/// A statement as one connection has prepared it.
final class PreparedStatement {
    let statement: Statement
    /// Its name on the server, made once.
    let name: UnsafeMutablePointer<CChar>
    fileprivate(set) var lastUse: UInt64 = 0

    fileprivate init?(statement: Statement, number: UInt64) {
        guard let name = strdup("p\(number)") else { return nil }
        self.statement = statement
        self.name = name
    }

    deinit { free(name) }
}

/// What one connection has prepared: bounded by number and by the length of the texts, the least
/// recently used gives way.
struct PreparedCache {
    private let limit: Int
    private let byteLimit: Int
    /// Of the texts.
    private(set) var bytes = 0
    private var entries: [UInt64: PreparedStatement] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    /// Statements that gave way and are still prepared on the server.
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
        // A text whose hash is another's takes its place: two such texts stay right, only slow.
        if let other = entries[statement.id] { evict(other) }
        // Evictions are rare (a statement that was not in use for the last `limit` others), so a
        // scan does.
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

    /// Forgets an entry that the server does not hold (any more).
    mutating func forget(_ entry: PreparedStatement) {
        guard entries[entry.statement.id] === entry else { return evicted.removeAll { $0 === entry } }
        entries[entry.statement.id] = nil
        bytes -= entry.statement.text.utf8.count
    }

    /// Forgets an entry that the server still holds.
    mutating func evict(_ entry: PreparedStatement) {
        guard entries[entry.statement.id] === entry else { return }
        forget(entry)
        evicted.append(entry)
    }

    /// Forgets all entries; the server still holds them.
    mutating func evictAll() {
        evicted += entries.values
        entries.removeAll(keepingCapacity: true)
        bytes = 0
    }

    mutating func takeEvicted() -> [PreparedStatement] {
        defer { evicted.removeAll(keepingCapacity: true) }
        return evicted
    }

    /// Puts one back that could not be deallocated yet.
    mutating func keepEvicted(_ entry: PreparedStatement) { evicted.append(entry) }
}
