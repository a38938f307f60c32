import ExactText

/// The documents that the project's own clients run, by their ids and by their hashes. Immutable;
/// one for all workers.
public struct TrustedDocuments: Sendable {
    public static let none = TrustedDocuments(byID: [:])

    /// By the file's name or the manifest's key.
    private let byID: [ExactString: [UInt8]]
    private let byHash: [DocumentHash: [UInt8]]
    /// Bytes of the longest; a text beyond it is none of them and need not be hashed.
    let longest: Int

    init(byID: [ExactString: [UInt8]]) {
        self.byID = byID
        byHash = Dictionary(byID.values.map { (DocumentHash(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        longest = byID.values.map(\.count).max() ?? 0
    }

    /// How many ids there are.
    public var count: Int { byID.count }

    /// The text behind an id: a file's name, a manifest's key, or `sha256:` and the hash in
    /// hexadecimal digits.
    func text(id: String) -> [UInt8]? {
        if let text = byID[id] { return text }
        return Self.hash(inID: id).flatMap { byHash[$0] }
    }

    func text(hash: DocumentHash) -> [UInt8]? { byHash[hash] }

    /// Whether a text is one of them, byte by byte.
    func contains(_ text: [UInt8]) -> Bool { text.count <= longest && byHash[DocumentHash(of: text)] != nil }

    static let hashPrefix = "sha256:"

    /// The hash that an id such as `sha256:…` states.
    static func hash(inID id: String) -> DocumentHash? {
        id.hasPrefix(hashPrefix) ? DocumentHash(hex: String(id.dropFirst(hashPrefix.count))) : nil
    }
}
