import GraphQLLanguage

/// The type of a field, argument or variable: a name with list and non-null wrappers (section
/// 3.4.1).
public indirect enum WrappedType: Sendable, Equatable, CustomStringConvertible {
    case named(String)
    case list(WrappedType)
    /// Never directly around another `nonNull`.
    case nonNull(WrappedType)

    public init(_ reference: TypeReference) {
        switch reference {
        case .named(let name): self = .named(name.value)
        case .list(let inner, _): self = .list(WrappedType(inner))
        case .nonNull(let inner, _): self = .nonNull(WrappedType(inner))
        }
    }

    public var name: String {
        switch self {
        case .named(let name): name
        case .list(let inner), .nonNull(let inner): inner.name
        }
    }

    public var isNonNull: Bool {
        if case .nonNull = self { true } else { false }
    }

    /// Without the outermost `!`.
    public var nullable: WrappedType {
        if case .nonNull(let inner) = self { inner } else { self }
    }

    /// In SDL, such as `[Ticket!]!`.
    public var description: String {
        switch self {
        case .named(let name): name
        case .list(let inner): "[\(inner)]"
        case .nonNull(let inner): "\(inner)!"
        }
    }
}
