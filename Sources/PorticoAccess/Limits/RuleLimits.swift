/// A value for each ``RequestLimit``: the gateway's, which a role, and a tenant below it, may
/// lower.
public struct RuleLimits: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// By the limit's raw value.
    private var values: [Int]

    private static let standard = RequestLimit.allCases.map(\.definition.standard)

    /// The defaults.
    public init() { values = Self.standard }

    /// The defaults, but for these.
    public init(dictionaryLiteral stated: (RequestLimit, Int)...) {
        self.init()
        for (limit, value) in stated { values[limit.rawValue] = value }
        settle()
    }

    /// In the unit of the limit's definition.
    public subscript(_ limit: RequestLimit) -> Int {
        get { values[limit.rawValue] }
        set {
            values[limit.rawValue] = newValue
            settle()
        }
    }

    /// With every limit that is lower there.
    func lowered(to stated: [RequestLimit: Int]) -> RuleLimits {
        var limits = self
        for (limit, value) in stated { limits.values[limit.rawValue] = min(value, limits.values[limit.rawValue]) }
        limits.settle()
        return limits
    }

    /// The higher of both, limit by limit.
    func union(_ other: RuleLimits) -> RuleLimits {
        var limits = self
        for (position, value) in other.values.enumerated() {
            limits.values[position] = max(limits.values[position], value)
        }
        return limits
    }

    /// A list without `first` never asks for more than one with it may.
    private mutating func settle() {
        values[RequestLimit.defaultFirst.rawValue] = min(
            values[RequestLimit.defaultFirst.rawValue], values[RequestLimit.first.rawValue])
    }
}

extension RuleLimits {
    /// Whether the schema is told at all: by `__schema` and `__type`, as a text, and by suggestions
    /// in errors.
    public var allowIntrospection: Bool { self[.introspectionDepth] > 0 }
}
