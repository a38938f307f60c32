/// The text of one SQL statement, ready to be prepared: equal texts are equal statements.
///
/// Only ``SQLPrinter`` and the files of `resolvers/` make the text; a user's value is never part of
/// it, only a parameter.
public final class Statement: Sendable {
    /// With `$1` … `$n`.
    public let text: String
    /// A 64-bit FNV-1a hash of the text, the key of a connection's prepared statements (which
    /// compare the text too).
    public let id: UInt64
    /// The OIDs of the parameters; 0 lets the server infer the type.
    public let parameterTypes: [UInt32]
    /// How the columns of its result are read; empty where that is not compared with what
    /// PostgreSQL says of them.
    public let columns: [BinaryForm]
    /// How runs of it that wait together become one; `nil` where each is run by itself.
    public let merging: StatementMerging?

    public init(text: String, parameterTypes: [UInt32], columns: [BinaryForm] = [], merging: StatementMerging? = nil) {
        self.text = text
        self.parameterTypes = parameterTypes
        self.columns = columns
        self.merging = merging
        var hash = FNVHash()
        hash.mix(text)
        self.id = hash.value
    }

    /// The statement with a comment before it, which may be empty, and a way to run several of it
    /// as one.
    public init(_ statement: Statement, tag: String, merging: StatementMerging?) {
        text = tag.isEmpty ? statement.text : tag + statement.text
        parameterTypes = statement.parameterTypes
        columns = statement.columns
        self.merging = merging
        var hash = FNVHash()
        if !tag.isEmpty { hash.mix(text) }
        id = tag.isEmpty ? statement.id : hash.value
    }
}

/// The value of one parameter, in PostgreSQL's text or binary form.
public enum ParameterValue: Sendable, Hashable {
    case null
    /// Without NUL bytes: what could hold one is checked when it is coerced.
    case text([UInt8])
    case binary([UInt8])

    public var byteCount: Int {
        switch self {
        case .null: 0
        case .text(let bytes), .binary(let bytes): bytes.count
        }
    }
}
