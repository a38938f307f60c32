import Diagnostics
import YAMLTree

/// The `limits:` of a role or a tenant, with their places.
struct LimitRules: Sendable, Hashable {
    private(set) var stated: [RequestLimit: Int] = [:]
    /// Not part of equality: places decide nothing.
    private var places: [RequestLimit: SourceRange] = [:]

    static let none = LimitRules()

    private init() {}

    init(_ node: YAMLNode, _ reader: inout YAMLReader) {
        guard let mapping = reader.mapping(node, allowedKeys: RequestLimit.allCases.map(\.name), as: "`limits`") else {
            return
        }
        for limit in RequestLimit.allCases {
            guard let value = mapping[limit.name] else { continue }
            // A value above the range also exceeds the inherited limit, and is reported there.
            guard
                let number = reader.limit(
                    value, limit.definition, in: limit.definition.range.lowerBound...Int.max, as: "`\(limit.name)`")
            else { continue }
            stated[limit] = number
            places[limit] = value.range
        }
    }

    static func == (left: LimitRules, right: LimitRules) -> Bool { left.stated == right.stated }
    func hash(into hasher: inout Hasher) { hasher.combine(stated) }

    /// Reports each limit that is higher than `bounds`, which belong to `owner`.
    func checkLowers(_ bounds: RuleLimits, owner: String, _ reader: inout YAMLReader) {
        for limit in RequestLimit.allCases {
            guard let value = stated[limit], value > bounds[limit] else { continue }
            let definition = limit.definition
            let message =
                "The limit `\(limit.name)` can only be lowered: \(owner) allows \(definition.text(bounds[limit])), not \(definition.text(value))."
            reader.report(message, at: places[limit])
        }
    }

    /// `limits`, lowered to the limits here.
    func lowering(_ limits: RuleLimits) -> RuleLimits { limits.lowered(to: stated) }
}

extension YAMLReader {
    /// A limit's value in its definition's unit, from a number, size or duration, or `off`.
    package mutating func limit(
        _ node: YAMLNode, _ definition: LimitDefinition, in range: ClosedRange<Int>, as what: String
    ) -> Int? {
        if definition.mayBeOff, case .scalar(LimitDefinition.offWord, _) = node.content { return LimitDefinition.off }
        return switch definition.unit {
        case .count: int(node, in: range, as: what)
        case .bytes: size(node, in: range, as: what)
        case .milliseconds: duration(node, in: range, as: what)
        }
    }
}
