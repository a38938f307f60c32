/// What the database states about a column beyond its type, if SQL depends on it. May be empty.
public struct ColumnTraits: Sendable, Hashable {
    /// The quoted type that comparisons cast to: a domain over an enum has no operators of its own.
    public var cast: String?
    /// The column's collation, quoted, unless it is the database's default.
    public var collation: String?
    /// Whether texts are equal only if their bytes are.
    public var isDeterministic: Bool

    public init(cast: String? = nil, collation: String? = nil, isDeterministic: Bool = true) {
        (self.cast, self.collation, self.isDeterministic) = (cast, collation, isDeterministic)
    }
}

extension ColumnBinding {
    /// Whether two values are equal only if their bytes are, so that either may be compared.
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
    /// Whether the column treats different texts as equal, which identities must not.
    public var foldsTexts: Bool {
        switch type {
        case .citext: true
        case .text, .varchar: !traits.isDeterministic
        default: false
        }
    }
}

extension RelationBinding {
    /// Whether the columns that tie two rows together may replace each other in comparisons.
    public var tiesByBytes: Bool { pairs.allSatisfy(\.tiesByBytes) }
}
