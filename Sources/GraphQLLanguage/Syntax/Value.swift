import Diagnostics

/// An input value as written (section 2.10): numbers keep their spelling, so that no precision is
/// lost before their type is known.
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

/// A string with its escapes resolved; a block string without its common indentation.
public struct StringValue: Sendable, Equatable {
    public var value: String
    /// Written as a block string (`"""`), which the printer keeps.
    public var isBlock: Bool
    public var range: SourceRange

    public init(_ value: String, isBlock: Bool = false, range: SourceRange = .none) {
        (self.value, self.isBlock, self.range) = (value, isBlock, range)
    }
}

public struct ObjectField: Sendable, Equatable {
    public var name: Name
    public var value: Value
    public var range: SourceRange

    public init(name: Name, value: Value, range: SourceRange = .none) {
        (self.name, self.value, self.range) = (name, value, range)
    }
}

/// A type as written (section 2.12).
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

    /// The innermost name.
    public var namedType: Name {
        switch self {
        case .named(let name): name
        case .list(let inner, _), .nonNull(let inner, _): inner.namedType
        }
    }
}
