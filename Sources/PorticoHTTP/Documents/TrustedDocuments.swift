import ExactText

/// The documents of the project's own clients, by id and by hash. Immutable; one for all workers.
public struct TrustedDocuments: Sendable {
    public static let none = TrustedDocuments(byID: [:])

    /// By the file's name or the manifest's key.
    private let byID: [ExactString: [UInt8]]
    private let byHash: [DocumentHash: [UInt8]]
    /// Bytes of the longest one; a longer text need not be hashed.
    let longest: Int

    init(byID: [ExactString: [UInt8]]) {
        self.byID = byID
        byHash = Dictionary(byID.values.map { (DocumentHash(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        longest = byID.values.map(\.count).max() ?? 0
    }

    /// Number of ids.
    public var count: Int { byID.count }

    /// The text of an id: a file's name, a manifest's key, or `sha256:` and the hexadecimal hash.
    func text(id: String) -> [UInt8]? {
        if let text = byID[id] { return text }
        return Self.hash(inID: id).flatMap { byHash[$0] }
    }

    func text(hash: DocumentHash) -> [UInt8]? { byHash[hash] }

    /// Whether a text is one of them, byte by byte.
    func contains(_ text: [UInt8]) -> Bool { text.count <= longest && byHash[DocumentHash(of: text)] != nil }

    static let hashPrefix = "sha256:"

    /// The hash in an id such as `sha256:…`.
    static func hash(inID id: String) -> DocumentHash? {
        id.hasPrefix(hashPrefix) ? DocumentHash(hex: String(id.dropFirst(hashPrefix.count))) : nil
    }
}
