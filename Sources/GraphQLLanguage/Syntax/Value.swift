import Diagnostics

/// An input value as it is written (section 2.10): numbers keep their spelling, so that no
/// precision is lost before their type is known.
public indirect enum Value: Sendable, Equatable {
    /// Without the `$`.
    case variable(Name)
    case int(String, SourceRange)
    case float(String, SourceRange)
    case string(StringValue)
    case boolean(Bool, SourceRange)
    case null(SourceRange)
    case enumValue(Name)
    case list([Value], SourceRange)
    case object([ObjectField], SourceRange)

    public var range: SourceRange {
        switch self {
        case .variable(let name), .enumValue(let name): name.range
        case .int(_, let range), .float(_, let range), .boolean(_, let range), .null(let range), .list(_, let range),
            .object(_, let range):
            range
        case .string(let value): value.range
        }
    }
}

/// A string after its escapes were resolved, and for a block string after its indentation was taken
/// away.
public struct StringValue: Sendable, Equatable {
    public var value: String
    /// Written as a block string (`"""`): the printer keeps the form.
    public var isBlock: Bool
    public var range: SourceRange

    public init(_ value: String, isBlock: Bool = false, range: SourceRange = .none) {
        self.value = value
        self.isBlock = isBlock
        self.range = range
    }
}

public struct ObjectField: Sendable, Equatable {
    public var name: Name
    public var value: Value
    public var range: SourceRange

    public init(name: Name, value: Value, range: SourceRange = .none) {
        self.name = name
        self.value = value
        self.range = range
    }
}

/// A type as it is written (section 2.12).
public indirect enum TypeReference: Sendable, Equatable {
    case named(Name)
    case list(TypeReference, SourceRange)
    /// Never directly around another `nonNull`.
    case nonNull(TypeReference, SourceRange)

    public var range: SourceRange {
        switch self {
        case .named(let name): name.range
        case .list(_, let range), .nonNull(_, let range): range
        }
    }

    /// The name at its heart.
    public var namedType: Name {
        switch self {
        case .named(let name): name
        case .list(let inner, _), .nonNull(let inner, _): inner.namedType
        }
    }
}
