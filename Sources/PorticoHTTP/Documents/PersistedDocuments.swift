import ExactText
import PorticoAccess

/// The owner of registered documents: clients learn nothing about those of other tenants.
enum DocumentOwner: Hashable {
    case tenant(ExactString)
    /// Without a tenant, each user has its own.
    case user(ExactString)
    case anonymous

    init(_ viewer: Viewer) { self = viewer.tenant.map(Self.tenant) ?? viewer.id.map(Self.user) ?? .anonymous }
}

/// Documents that clients have sent with their hash, for automatic persisted queries; per worker.
///
/// A document is kept for the sender's tenant and rules: a known hash reveals nothing to viewers of
/// other tenants, or of the same tenant under other rules. When the cache is full, the owner with
/// the most loses its least recently used entries, so that one tenant's documents are never evicted
/// for those that another registers beyond its share.
final class PersistedDocuments {
    struct Key: Hashable {
        let hash: DocumentHash
        let owner: DocumentOwner
        let rules: UInt64
    }

    private final class Entry {
        let text: [UInt8]
        var lastUse: Int

        init(text: [UInt8], lastUse: Int) {
            self.text = text
            self.lastUse = lastUse
        }
    }

    /// Approximate bytes of an entry besides its text.
    static let overhead = 128

    private let maximumEntries: Int
    private let maximumBytes: Int
    private var entries: [Key: Entry] = [:]
    private var clock = 0
    private(set) var bytes = 0

    init(entries: Int, bytes: Int) {
        maximumEntries = max(1, entries)
        maximumBytes = bytes
    }

    var count: Int { entries.count }

    func text(_ key: Key) -> [UInt8]? {
        guard let entry = entries[key] else { return nil }
        clock += 1
        entry.lastUse = clock
        return entry.text
    }

    /// The key's hash is that of the text; the caller has verified it.
    func keep(_ text: [UInt8], _ key: Key) {
        let cost = text.count + Self.overhead
        guard cost <= maximumBytes, entries[key] == nil else { return }
        clock += 1
        entries[key] = Entry(text: text, lastUse: clock)
        bytes += cost
        if entries.count > maximumEntries || bytes > maximumBytes { shrink() }
    }

    /// A quarter at a time, to amortise the search.
    private func shrink() {
        var owned: [DocumentOwner: (bytes: Int, keys: [Key])] = [:]
        for (key, entry) in entries.sorted(by: { $0.value.lastUse > $1.value.lastUse }) {
            owned[key.owner, default: (0, [])].bytes += entry.text.count + Self.overhead
            owned[key.owner]?.keys.append(key)
        }
        while entries.count > max(1, maximumEntries * 3 / 4) || bytes > maximumBytes * 3 / 4, entries.count > 1 {
            guard
                let (owner, most) = owned.max(by: {
                    ($0.value.bytes, $0.value.keys.count) < ($1.value.bytes, $1.value.keys.count)
                }), let key = most.keys.last,
                let entry = entries.removeValue(forKey: key)
            else { return }
            let cost = entry.text.count + Self.overhead
            bytes -= cost
            owned[owner]?.bytes -= cost
            owned[owner]?.keys.removeLast()
        }
    }
}
