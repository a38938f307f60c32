import GraphQLLanguage

/// A type as a field, argument or variable has it: names, lists and non-null around them (section
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

    /// As it is written in SDL, such as `[Ticket!]!`.
    public var description: String {
        switch self {
        case .named(let name): name
        case .list(let inner): "[\(inner)]"
        case .nonNull(let inner): "\(inner)!"
        }
    }
}
