import PorticoAccess
import PorticoCatalog
import PorticoReview

/// Whether the rows that belong to rows of a narrowed type are hidden with them: a ticket's
/// messages, when the ticket is hidden.
struct BelongingRows {
    let catalog: Catalog
    let rules: CompiledPolicy

    /// Relation to the narrowed type from one whose rows belong to it, and are visible without it.
    struct Leak: Hashable {
        /// From the part to the whole.
        let relation: RelationBinding
        /// The list field of the whole.
        let list: String
    }

    /// The types whose rows stay visible although the row of `type` that they belong to is hidden.
    func leaks(_ type: TypeBinding) -> [Leak] {
        guard let rows = rules.types[type.name]?.rows else { return [] }
        let whole = NormalCondition(rows.condition)
        var found: [Leak] = []
        for case .relation(let list) in type.fields.values where list.cardinality == .many {
            guard let part = catalog.types[list.target], let rule = rules.types[part.name] else { continue }
            for case .relation(let back) in part.fields.values
            where back.cardinality == .one && back.target == type.name && back.isReverse(of: list) {
                // If the viewer does not see which row it belongs to, the two cannot be associated.
                guard
                    rule.fields.contains(back.field) || back.locals.contains(where: { rule.fields.contains($0.field) })
                else { continue }
                if !hidesWith(rule.rows.map { NormalCondition($0.condition) } ?? .all([]), whole, back, list) {
                    found.append(Leak(relation: back, list: list.field))
                }
            }
        }
        return found.sorted { ($0.relation.source, $0.relation.field) < ($1.relation.source, $1.relation.field) }
    }

    /// Whether the row behind `back` fulfils `whole` for every row that fulfils `part`.
    private func hidesWith(
        _ part: NormalCondition, _ whole: NormalCondition, _ back: RelationBinding, _ list: RelationBinding
    ) -> Bool {
        ConditionLogic.implies(.all(behind(part, back)), whole)
            || parts(whole).allSatisfy { isFulfilled($0, by: part, back, list) }
    }

    private func isFulfilled(
        _ wanted: NormalCondition, by part: NormalCondition, _ back: RelationBinding, _ list: RelationBinding
    ) -> Bool {
        if ConditionLogic.implies(.all(behind(part, back)), wanted) { return true }
        // The row itself is the one that the whole asks to have.
        if case .exists(NormalCondition.Relation(list), let inner, false) = wanted, ConditionLogic.implies(part, inner)
        {
            return true
        }
        if case .any(let items) = wanted { return items.contains { isFulfilled($0, by: part, back, list) } }
        return false
    }

    /// What is known of the row behind the relation.
    private func behind(_ part: NormalCondition, _ back: RelationBinding) -> [NormalCondition] {
        parts(part).flatMap { known -> [NormalCondition] in
            switch known {
            case .exists(NormalCondition.Relation(back), let inner, false): return [inner]
            // The local column equals the remote one.
            case .among(let column, let values, let isNegated):
                return back.remotes(tiedTo: column.name).map {
                    .among(NormalCondition.Column($0), values, isNegated: isNegated)
                }
            case .compare(let column, let comparison, let operand, let isNegated):
                return back.remotes(tiedTo: column.name).map {
                    .compare(NormalCondition.Column($0), comparison, operand, isNegated: isNegated)
                }
            default: return []
            }
        }
    }

    private func parts(_ condition: NormalCondition) -> [NormalCondition] {
        if case .all(let items) = condition { items.flatMap(parts) } else { [condition] }
    }
}

extension RelationBinding {
    /// Whether it is the inverse of the list's relation.
    fileprivate func isReverse(of list: RelationBinding) -> Bool {
        pairs.count == list.pairs.count
            && pairs.allSatisfy { own in
                list.pairs.contains { $0.local.column == own.remote.column && $0.remote.column == own.local.column }
            }
    }

    fileprivate func remotes(tiedTo local: String) -> [ColumnBinding] {
        pairs.compactMap { $0.local.column == local ? $0.remote : nil }
    }
}
