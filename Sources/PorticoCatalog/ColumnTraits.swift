/// What the database says of a column beyond its type, as far as SQL differs for it. Nothing, where
/// no database was asked.
public struct ColumnTraits: Sendable, Hashable {
    /// The type that the column is cast to wherever it is compared, quoted: a domain over an enum
    /// has no operators of its own.
    public var cast: String?
    /// The column's collation, quoted, where it is not the database's own.
    public var collation: String?
    /// Whether texts are equal only where their bytes are.
    public var isDeterministic: Bool

    public init(cast: String? = nil, collation: String? = nil, isDeterministic: Bool = true) {
        self.cast = cast
        self.collation = collation
        self.isDeterministic = isDeterministic
    }
}

extension ColumnBinding {
    /// Whether two values of the column are equal only where their bytes are, so that one may stand
    /// for the other wherever it is compared.
    public var equalsByBytes: Bool {
        switch type {
        case .text, .varchar: traits.isDeterministic
        case .uuid, .int2, .int4, .int8: true
        case .bpchar, .citext, .float4, .float8, .numeric, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum,
            .array:
            false
        }
    }
}

extension ColumnBinding {
    /// Whether the column takes different texts for equal, as no identity may be.
    public var foldsTexts: Bool {
        switch type {
        case .citext: true
        case .text, .varchar: !traits.isDeterministic
        default: false
        }
    }
}

extension RelationBinding {
    /// Whether the columns that tie a row to the one before may stand for that one's, and the other
    /// way round.
    public var tiesByBytes: Bool { pairs.allSatisfy(\.tiesByBytes) }
}
