import Diagnostics
import ExactText
import PorticoCatalog
import YAMLTree

/// The ways to leave out one part of a `rows:` condition.
struct ConditionChanges {
    struct Change {
        /// What would hold then.
        var effect: String
        var range: SourceRange
        var edit: YAMLEdit
        /// It takes rows away: an alternative of `or` that is gone.
        var isNarrower = false
    }

    let catalog: Catalog
    private(set) var found: [Change] = []

    init(catalog: Catalog) { self.catalog = catalog }

    /// The condition as a whole.
    mutating func whole(_ rows: YAMLMember, at path: [YAMLEdit.Step]) {
        found.append(
            Change(
                effect: "every row within reach", range: rows.keyRange,
                edit: YAMLEdit(path: path + [.key("rows")], change: .remove)))
    }

    /// Each part of a filter of a type; its nesting is that of a loaded rule, which has a limit.
    mutating func object(_ node: YAMLNode, of type: TypeBinding, at path: [YAMLEdit.Step]) {
        let members = node.members
        for member in members {
            let place = path + [.key(member.key)]
            if members.count > 1 { drop(member, at: place) }
            switch member.key {
            case "and", "or": items(member, of: type, at: place)
            case "not": object(member.value, of: type, at: place)
            default:
                if let relation = type.relation(member.key.text) {
                    self.relation(relation, member, at: place)
                } else if member.value.members.count > 1 {
                    for word in member.value.members { drop(word, of: member.key, at: place + [.key(word.key)]) }
                }
            }
        }
    }

    private mutating func items(_ member: YAMLMember, of type: TypeBinding, at path: [YAMLEdit.Step]) {
        guard case .sequence(let items) = member.value.content else { return object(member.value, of: type, at: path) }
        for (index, item) in items.enumerated() {
            let place = path + [.index(index)]
            if items.count > 1 {
                let effect =
                    member.key == "or" ? "no row for `\(item.flowText)` alone" : "`\(item.flowText)` is not asked for"
                found.append(
                    Change(
                        effect: effect, range: item.range, edit: YAMLEdit(path: place, change: .remove),
                        isNarrower: member.key == "or"))
            }
            object(item, of: type, at: place)
        }
    }

    private mutating func relation(_ relation: RelationBinding, _ member: YAMLMember, at path: [YAMLEdit.Step]) {
        guard let target = catalog.types[relation.target] else { return }
        if relation.cardinality == .one { return inner(member, of: target, at: path) }
        for word in member.value.members {
            if member.value.members.count > 1 { drop(word, of: member.key, at: path + [.key(word.key)]) }
            inner(word, of: target, at: path + [.key(word.key)])
        }
    }

    /// What is asked of the rows behind a relation: where it is one thing, leaving it out leaves
    /// the relation alone.
    private mutating func inner(_ member: YAMLMember, of target: TypeBinding, at path: [YAMLEdit.Step]) {
        let members = member.value.members
        if members.count == 1, let only = members.first {
            let effect = "`\(only.key)` is not asked for behind `\(member.key)`"
            found.append(
                Change(
                    effect: effect, range: only.keyRange, edit: YAMLEdit(path: path, change: .set(.mapping([]))),
                    isNarrower: member.key == "none"))
        }
        object(member.value, of: target, at: path)
    }

    private mutating func drop(_ member: YAMLMember, of owner: ExactString? = nil, at path: [YAMLEdit.Step]) {
        let name = owner.map { "\($0).\(member.key)" } ?? member.key.text
        found.append(
            Change(
                effect: "`\(name)` is not asked for", range: member.keyRange,
                edit: YAMLEdit(path: path, change: .remove)))
    }
}
