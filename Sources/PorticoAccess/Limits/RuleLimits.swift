/// A value for each ``RequestLimit``: the gateway's, which roles and tenants may lower.
public struct RuleLimits: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// By the limit's raw value.
    private var values: [Int]

    private static let standard = RequestLimit.allCases.map(\.definition.standard)

    public init() { values = Self.standard }

    /// The defaults, except for these.
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

    /// A list without `first` never requests more than the maximum `first`.
    private mutating func settle() {
        values[RequestLimit.defaultFirst.rawValue] = min(
            values[RequestLimit.defaultFirst.rawValue], values[RequestLimit.first.rawValue])
    }
}

extension RuleLimits {
    /// Whether the schema is discoverable: by `__schema` and `__type`, as SDL, and by suggestions.
    public var allowIntrospection: Bool { self[.introspectionDepth] > 0 }
}
