import PorticoAccess
import PorticoCatalog

/// Compares what the viewers of a role in a tenant may read of one type.
struct TypeComparison {
    /// Changes outside the type's own rule that affect its rows.
    struct ReachChange {
        var old: Reach
        var new: Reach
        /// Whether the path to the tenant of any type changes, so that rules' relations may differ.
        var movesIsolation: Bool
    }

    var name: String
    var old: RuleFacts.TypeFacts?
    var new: RuleFacts.TypeFacts?
    var reach: ReachChange

    /// `nil` if the type's own rule does not change; changes of reach are reported once.
    var change: TypeChange? {
        guard old != nil || new != nil, old != new || rowsMove else { return nil }
        let before = old?.fields ?? [:], after = new?.fields ?? [:]
        let change = TypeChange(
            type: name, presence: old == nil ? .came : new == nil ? .went : .stays,
            gained: after.keys.filter { before[$0] == nil }.sorted(),
            lost: before.keys.filter { after[$0] == nil }.sorted(),
            rebound: after.keys.filter { field in before[field].map { $0 != after[field] } ?? false }.sorted(),
            rows: rows, isolation: isolation)
        let saysNothing =
            change.gained.isEmpty && change.lost.isEmpty && change.rebound.isEmpty && change.rows == nil
            && change.isolation == nil
        return change.presence == .stays && saysNothing && old?.table == new?.table ? nil : change
    }

    /// Whether the rule's relations may lead to other rows with an unchanged rule.
    private var rowsMove: Bool {
        guard reach.movesIsolation || reach.old != reach.new, let before = old?.rows?.condition,
            let after = new?.rows?.condition
        else { return false }
        if reach.movesIsolation { return before.followsRelation || after.followsRelation }
        return !before.growsWithReach || !after.growsWithReach
    }

    func direction(_ change: TypeChange) -> AccessDirection {
        var direction: AccessDirection = []
        switch change.presence {
        case .came: return .gain
        case .went: return .loss
        case .stays: break
        }
        if !change.gained.isEmpty { direction.insert(.gain) }
        if !change.lost.isEmpty { direction.insert(.loss) }
        if !change.rebound.isEmpty || old?.table != new?.table { direction.insert(.unclear) }
        for replacement in [change.rows, change.isolation] { direction.formUnion(replacement?.direction ?? []) }
        return direction
    }

    private var rows: TypeChange.Replacement? {
        guard let old else {
            return new?.rows.map { TypeChange.Replacement(old: nil, new: $0.words, direction: .gain) }
        }
        guard let new else { return old.rows.map { TypeChange.Replacement(old: $0.words, new: nil, direction: .loss) } }
        if old.rows == new.rows, !rowsMove { return nil }
        let everyRow = ConditionWords().text(nil as RowRule?)
        return TypeChange.Replacement(
            old: old.rows?.words ?? everyRow, new: new.rows?.words ?? everyRow,
            direction: rowDirection(old.rows, new.rows))
    }

    private func rowDirection(_ old: RuleFacts.RowFacts?, _ new: RuleFacts.RowFacts?) -> AccessDirection {
        let before = old?.condition ?? .all([]), after = new?.condition ?? .all([])
        if rowsMove { return .unclear }
        let isNarrower =
            ConditionLogic.implies(after, before) && (old?.required ?? []).isSubset(of: new?.required ?? [])
        let isWider = ConditionLogic.implies(before, after) && (new?.required ?? []).isSubset(of: old?.required ?? [])
        return switch (isNarrower, isWider) {
        case (true, true): []
        case (true, false): .loss
        case (false, true): .gain
        case (false, false): .unclear
        }
    }

    private var isolation: TypeChange.Replacement? {
        guard let old, let new, old.isolation != new.isolation, reach.old != .crossTenant || reach.new != .crossTenant
        else { return nil }
        let none = Isolation.none.words
        let direction: AccessDirection = new.isolation == none ? .gain : old.isolation == none ? .loss : .unclear
        return TypeChange.Replacement(old: old.isolation, new: new.isolation, direction: direction)
    }
}
