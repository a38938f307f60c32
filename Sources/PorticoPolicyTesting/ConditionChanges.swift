import Diagnostics
import ExactText
import PorticoCatalog
import YAMLTree

/// The ways to omit one part of a `rows:` condition.
struct ConditionChanges {
    struct Change {
        /// The resulting condition in words.
        var effect: String
        var range: SourceRange
        /// Whether it removes rows: an omitted alternative of `or`.
        var isNarrower = false
        var tree: RuleMutant.Tree
    }

    private let catalog: Catalog
    private(set) var found: [Change] = []

    /// The condition as a whole, and each of its parts.
    init(_ rows: YAMLPlace, of type: TypeBinding, catalog: Catalog) {
        self.catalog = catalog
        leaveOut(rows, "every row within reach")
        object(rows, of: type)
    }

    private mutating func leaveOut(_ place: YAMLPlace, _ effect: String, isNarrower: Bool = false) {
        found.append(Change(effect: effect, range: place.keyRange, isNarrower: isNarrower) { place.replacing(nil) })
    }

    /// Each part of a filter on a type; nested as deep as a loaded rule, which is bounded.
    private mutating func object(_ filter: YAMLPlace, of type: TypeBinding) {
        let members = filter.members
        for member in members {
            guard let key = member.key else { continue }
            if members.count > 1 { leaveOut(member, "`\(key)` is not asked for") }
            switch key {
            case "and", "or": items(member, of: type)
            case "not": object(member, of: type)
            default:
                if let relation = type.relation(key.text) {
                    self.relation(relation, member)
                } else {
                    words(member)
                }
            }
        }
    }

    private mutating func items(_ list: YAMLPlace, of type: TypeBinding) {
        guard case .sequence = list.node.content else { return object(list, of: type) }
        let items = list.items, isOr = list.key == "or"
        for item in items {
            if items.count > 1 {
                let text = item.node.flowText
                leaveOut(item, isOr ? "no row for `\(text)` alone" : "`\(text)` is not asked for", isNarrower: isOr)
            }
            object(item, of: type)
        }
    }

    private mutating func relation(_ relation: RelationBinding, _ place: YAMLPlace) {
        guard let target = catalog.types[relation.target] else { return }
        if relation.cardinality == .one { return inner(place, of: target) }
        for word in place.members {
            if place.members.count > 1 { leaveOut(word, "`\(place.key ?? "").\(word.key ?? "")` is not asked for") }
            inner(word, of: target)
        }
    }

    /// The condition on rows behind a relation; omitting a single part leaves only the relation.
    private mutating func inner(_ filter: YAMLPlace, of target: TypeBinding) {
        if filter.members.count == 1 {
            let only = filter.members[0]
            leaveOut(
                only, "`\(only.key ?? "")` is not asked for behind `\(filter.key ?? "")`",
                isNarrower: filter.key == "none")
        }
        object(filter, of: target)
    }

    /// The comparisons of one column.
    private mutating func words(_ column: YAMLPlace) {
        let words = column.members
        guard words.count > 1 else { return }
        for word in words { leaveOut(word, "`\(column.key ?? "").\(word.key ?? "")` is not asked for") }
    }
}
