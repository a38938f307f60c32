import Synchronization

/// The text of one SQL statement, ready to be prepared: equal texts are equal statements.
///
/// The text comes only from ``SQLPrinter`` and `resolvers/`; users' values are parameters.
public final class Statement: Sendable {
    /// With `$1` … `$n`.
    public let text: String
    /// The text's 64-bit FNV-1a hash, the key of prepared statements (which also compare texts).
    public let id: UInt64
    /// The OIDs of the parameters; 0 lets the server infer the type.
    public let parameterTypes: [UInt32]
    /// The binary forms of the result's columns; empty to skip checking them.
    public let columns: [BinaryForm]
    private let makeMerge: (@Sendable () -> StatementMerge?)?
    /// `nil` until it is asked for: most statements never wait, and so never merge.
    private let made = Mutex<StatementMerge??>(nil)

    /// - Parameter merge: How runs that wait together become one; called at most once.
    public init(
        text: String, parameterTypes: [UInt32], columns: [BinaryForm] = [],
        merge: (@Sendable () -> StatementMerge?)? = nil
    ) {
        self.text = text
        self.parameterTypes = parameterTypes
        self.columns = columns
        makeMerge = merge
        var hash = FNVHash()
        hash.mix(text)
        self.id = hash.value
    }

    /// Whether runs of it may be merged, judging by the statement alone.
    public var mayMerge: Bool { makeMerge != nil }

    /// How runs that wait together become one; `nil` where each is run by itself.
    public var merge: StatementMerge? {
        guard let makeMerge else { return nil }
        return made.withLock { made in
            if let made { return made }
            let merge = makeMerge()
            made = .some(merge)
            return merge
        }
    }
}

/// The value of one parameter, in PostgreSQL's text or binary form.
public enum ParameterValue: Sendable, Hashable {
    case null
    /// Without NUL bytes, which coercion refuses.
    case text([UInt8])
    case binary([UInt8])

    public var byteCount: Int {
        switch self {
        case .null: 0
        case .text(let bytes), .binary(let bytes): bytes.count
        }
    }
}
