import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoReview
import YAMLTree

/// A `rows:` value with the place of every part: each key as a condition of its own.
indirect enum LocatedCondition {
    case all([LocatedCondition], SourceRange)
    case any([LocatedCondition], SourceRange)
    case not(LocatedCondition, SourceRange)
    case compare(Condition<RuleOperand>, SourceRange)
    /// `nil` if the relation leads to one row.
    case relation(RelationBinding, Quantifier?, LocatedCondition, SourceRange)

    var range: SourceRange {
        switch self {
        case .all(_, let range), .any(_, let range), .not(_, let range), .compare(_, let range),
            .relation(_, _, _, let range):
            range
        }
    }

    var condition: Condition<RuleOperand> {
        switch self {
        case .all(let items, _): .all(items.map(\.condition))
        case .any(let items, _): .any(items.map(\.condition))
        case .not(let inner, _): .not(inner.condition)
        case .compare(let condition, _): condition
        case .relation(let relation, nil, let inner, _): .toOne(relation, inner.condition)
        case .relation(let relation, let quantifier?, let inner, _): .toMany(relation, quantifier, inner.condition)
        }
    }

    var normal: NormalCondition { NormalCondition(condition) }

    /// The parts that must all hold, each with its place.
    var conjuncts: [LocatedCondition] {
        if case .all(let items, _) = self, !items.isEmpty { items.flatMap(\.conjuncts) } else { [self] }
    }

    /// As read by the files' own reader; `nil` if that refuses it.
    init?(_ node: YAMLNode, of type: TypeBinding, role: String, catalog: Catalog) {
        guard case .mapping(let members) = node.content else { return nil }
        var parts: [LocatedCondition] = []
        for member in members {
            let range = member.keyRange.through(member.value.range)
            switch member.key {
            case "and", "or":
                let items: [YAMLNode] =
                    if case .sequence(let items) = member.value.content { items } else { [member.value] }
                let inner = items.compactMap { LocatedCondition($0, of: type, role: role, catalog: catalog) }
                guard inner.count == items.count else { return nil }
                parts.append(member.key == "and" ? .all(inner, range) : .any(inner, range))
            case "not":
                guard let inner = LocatedCondition(member.value, of: type, role: role, catalog: catalog) else {
                    return nil
                }
                parts.append(.not(inner, range))
            default:
                guard let field = Self.field(member, range, of: type, role: role, catalog: catalog) else { return nil }
                parts.append(field)
            }
        }
        self = parts.count == 1 ? parts[0] : .all(parts, node.range)
    }

    private static func field(
        _ member: YAMLMember, _ range: SourceRange, of type: TypeBinding, role: String, catalog: Catalog
    ) -> LocatedCondition? {
        guard case .mapping(let entries) = member.value.content else { return nil }
        switch type.fields[member.key] {
        case .column?, .computed?:
            let parts = entries.compactMap { entry -> LocatedCondition? in
                let alone = YAMLNode(
                    .mapping([
                        YAMLMember(
                            key: member.key, keyRange: member.keyRange, value: YAMLNode(.mapping([entry]), range: range)
                        )
                    ]), range: range)
                return ruleCondition(alone, of: type, role: role, catalog: catalog).map {
                    .compare($0, entries.count == 1 ? range : entry.keyRange.through(entry.value.range))
                }
            }
            guard parts.count == entries.count else { return nil }
            return parts.count == 1 ? parts[0] : .all(parts, range)
        case .relation(let relation)?:
            guard let target = catalog.types[relation.target] else { return nil }
            if relation.cardinality == .one {
                return LocatedCondition(member.value, of: target, role: role, catalog: catalog).map {
                    .relation(relation, nil, $0, range)
                }
            }
            let parts = entries.compactMap { entry -> LocatedCondition? in
                guard let quantifier = Quantifier(rawValue: entry.key.text),
                    let inner = LocatedCondition(entry.value, of: target, role: role, catalog: catalog)
                else { return nil }
                return .relation(relation, quantifier, inner, range)
            }
            guard parts.count == entries.count else { return nil }
            return parts.count == 1 ? parts[0] : .all(parts, range)
        case nil: return nil
        }
    }
}
