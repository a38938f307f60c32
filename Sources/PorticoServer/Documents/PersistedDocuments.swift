/// The documents that clients have sent together with their hash, for automatic persisted queries; the least recently used are forgotten first. One per worker.
///
/// A document is kept under the rules of whoever sent it: that a hash is known says nothing to viewers under other rules.
final class PersistedDocuments {
    private struct Key: Hashable {
        let hash: DocumentHash
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

    /// Bytes that an entry takes beside its text, roughly.
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

    func text(_ hash: DocumentHash, rules: UInt64) -> [UInt8]? {
        guard let entry = entries[Key(hash: hash, rules: rules)] else { return nil }
        clock += 1
        entry.lastUse = clock
        return entry.text
    }

    /// - Parameter hash: of the text; the caller has compared them.
    func keep(_ text: [UInt8], hash: DocumentHash, rules: UInt64) {
        let key = Key(hash: hash, rules: rules)
        let cost = text.count + Self.overhead
        guard cost <= maximumBytes, entries[key] == nil else { return }
        clock += 1
        entries[key] = Entry(text: text, lastUse: clock)
        bytes += cost
        if entries.count > maximumEntries || bytes > maximumBytes { shrink() }
    }

    /// A quarter at a time, so that the search for the oldest is paid once for many.
    private func shrink() {
        for (key, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard entries.count > max(1, maximumEntries * 3 / 4) || bytes > maximumBytes * 3 / 4, entries.count > 1 else { return }
            entries[key] = nil
            bytes -= entry.text.count + Self.overhead
        }
    }
}
