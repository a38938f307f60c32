import Diagnostics
import YAMLTree

/// A `limits:` value of a role or a tenant: what it states, each with its place.
struct LimitRules: Sendable, Hashable {
    enum Name: String, CaseIterable, Sendable { case first, defaultFirst, offset, depth, cost }

    private(set) var stated: [Name: Int] = [:]
    /// Not part of equality: where a limit stands decides nothing.
    private var places: [Name: SourceRange] = [:]

    static let none = LimitRules()

    private init() {}

    init(_ node: YAMLNode, _ reader: inout YAMLReader) {
        guard let mapping = reader.mapping(node, allowedKeys: Name.allCases.map(\.rawValue), as: "`limits`") else { return }
        for name in Name.allCases {
            guard let value = mapping[name.rawValue] else { continue }
            let lowest = name == .offset ? 0 : 1
            if let number = reader.int(value, in: lowest...Int.max, as: "`\(name.rawValue)`") {
                stated[name] = number
                places[name] = value.range
            }
        }
    }

    static func == (left: LimitRules, right: LimitRules) -> Bool { left.stated == right.stated }
    func hash(into hasher: inout Hasher) { hasher.combine(stated) }

    /// Reports each limit that is higher than `bounds`; `owner` says whose these are.
    func checkLowers(_ bounds: RuleLimits, owner: String, _ reader: inout YAMLReader) {
        for name in Name.allCases {
            guard let value = stated[name], value > bounds[name] else { continue }
            reader.report("The limit `\(name.rawValue)` can only be lowered: \(owner) allows \(bounds[name]), not \(value).", at: places[name])
        }
    }

    /// `limits` with every limit that is lower here.
    func lowering(_ limits: RuleLimits) -> RuleLimits {
        func lowest(_ name: Name) -> Int { min(stated[name] ?? Int.max, limits[name]) }
        return RuleLimits(defaultFirst: lowest(.defaultFirst), maximumFirst: lowest(.first), maximumOffset: lowest(.offset), depth: lowest(.depth), cost: lowest(.cost))
    }
}

extension RuleLimits {
    subscript(_ name: LimitRules.Name) -> Int {
        switch name {
        case .first: maximumFirst
        case .defaultFirst: defaultFirst
        case .offset: maximumOffset
        case .depth: depth
        case .cost: cost
        }
    }

    /// The higher of both, limit by limit.
    func union(_ other: RuleLimits) -> RuleLimits {
        RuleLimits(
            defaultFirst: max(defaultFirst, other.defaultFirst), maximumFirst: max(maximumFirst, other.maximumFirst),
            maximumOffset: max(maximumOffset, other.maximumOffset), depth: max(depth, other.depth), cost: max(cost, other.cost))
    }
}
