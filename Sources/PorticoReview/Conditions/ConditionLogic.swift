import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// What row conditions imply about each other, by their form alone, without a database.
///
/// Sound, not complete: `true` is proven for all rows, `false` only means that no proof was found.
package struct ConditionLogic {
    enum Limits {
        /// Pairs of parts that are examined; beyond it nothing is proven. Guards against rules that
        /// make the comparison endless.
        static let steps = 20_000
        /// Combinations of branches that are examined (default 512); beyond it nothing is refuted.
        /// Guards against rules with exponentially many.
        static let branches = 512
    }

    private var steps = 0
    private var branches = Limits.branches

    /// Whether the conclusion is true for every row for which the premise is.
    package static func implies(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        var search = ConditionLogic()
        return search.implies(premise, conclusion)
    }

    /// Whether no row of the type can be one of which all conditions are true.
    package static func contradict(_ conditions: [NormalCondition], of type: TypeBinding, _ catalog: Catalog) -> Bool {
        var search = ConditionLogic()
        return search.isRefuted([], conditions, of: type, catalog)
    }

    // MARK: Implication

    private mutating func implies(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        steps += 1
        guard steps <= Limits.steps else { return false }
        if premise == conclusion { return true }
        // Goals that all parts must meet come first, which loses nothing.
        if case .all(let parts) = conclusion { return parts.allSatisfy { implies(premise, $0) } }
        if case .any(let parts) = premise { return parts.allSatisfy { implies($0, conclusion) } }
        if case .any(let parts) = conclusion, parts.contains(where: { implies(premise, $0) }) { return true }
        if case .all(let parts) = premise, parts.contains(where: { implies($0, conclusion) }) { return true }
        return impliesFact(premise, conclusion)
    }

    private mutating func impliesFact(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        switch (premise, conclusion) {
        case (.among(let column, let values, let isNegated), .among(let other, let others, let isOtherNegated))
        where column == other:
            switch (isNegated, isOtherNegated) {
            case (false, false): values.isSubset(of: others)
            case (true, true): others.isSubset(of: values)
            case (false, true):
                column.isDiscrete && Self.areAlike(values.union(others)) && values.isDisjoint(with: others)
            case (true, false): false
            }
        // A comparison with null is null: where one is true or false, the column is not null.
        case (.among(let column, _, _), .isNull(let other, false)): column == other
        case (.compare(let column, let comparison, _, _), .isNull(let other, false)):
            column == other && comparison != .isNull
        case (
            .compare(let column, let comparison, let operand, false), .compare(let other, let wider, let bound, false)
        ): column == other && Self.implies(comparison, operand, wider, bound)
        case (.exists(let relation, let inner, let isNegated), .exists(let other, let outer, let isOtherNegated)),
            (.every(let relation, let inner, let isNegated), .every(let other, let outer, let isOtherNegated)):
            relation == other && isNegated == isOtherNegated
                && (isNegated ? implies(outer, inner) : implies(inner, outer))
        default: false
        }
    }

    /// Orders of whole numbers, and of identical values.
    private static func implies(
        _ comparison: Comparison, _ operand: RuleOperand, _ wider: Comparison, _ bound: RuleOperand
    ) -> Bool {
        switch (comparison, wider) {
        case (.lt, .lte), (.gt, .gte), (.eq, .lte), (.eq, .gte): if operand == bound { return true }
        case (.lt, .ne), (.gt, .ne): return operand == bound
        case (.lt, .lt), (.lte, .lte), (.gt, .gt), (.gte, .gte): break
        default: return false
        }
        guard case .literal(.int(let value)) = operand, case .literal(.int(let other)) = bound else { return false }
        return switch comparison {
        case .lt, .lte: value <= other
        case .gt, .gte: value >= other
        default: false
        }
    }

    /// Whether different spellings are different values: `1` and `"1"` may be the same id.
    private static func areAlike(_ values: Set<InputValue>) -> Bool {
        values.allSatisfy { if case .string = $0 { true } else { false } }
            || values.allSatisfy { if case .enumValue = $0 { true } else { false } }
            || values.allSatisfy { if case .int = $0 { true } else { false } }
            || values.allSatisfy { if case .boolean = $0 { true } else { false } }
    }

    // MARK: Contradiction

    /// `facts` are not `all` or `any`.
    private mutating func isRefuted(
        _ facts: [NormalCondition], _ waiting: [NormalCondition], of type: TypeBinding, _ catalog: Catalog
    ) -> Bool {
        var facts = facts, waiting = waiting, alternatives: [[NormalCondition]] = []
        while let next = waiting.popLast() {
            switch next {
            case .all(let items): waiting += items
            case .any(let items): alternatives.append(items)
            case .among, .isNull, .compare, .exists, .every: facts.append(next)
            }
        }
        if Self.isRefuted(facts, of: type, catalog) { return true }
        guard let place = alternatives.indices.min(by: { alternatives[$0].count < alternatives[$1].count }) else {
            return false
        }
        branches -= 1
        guard branches > 0 else { return false }
        let first = alternatives.remove(at: place), rest = alternatives.map(NormalCondition.any)
        return first.allSatisfy { isRefuted(facts, rest + [$0], of: type, catalog) }
    }

    private static func isRefuted(_ facts: [NormalCondition], of type: TypeBinding, _ catalog: Catalog) -> Bool {
        var columns: [String: ColumnRange] = [:]
        func restrict(_ column: NormalCondition.Column, _ body: (inout ColumnRange) -> Void) {
            body(&columns[column.name, default: ColumnRange(type.values(of: column.name))])
        }
        for fact in facts {
            switch fact {
            case .among(let column, let values, let isNegated):
                restrict(column) { $0.restrict(to: values, isNegated: isNegated, isDiscrete: column.isDiscrete) }
            case .isNull(let column, let flag): restrict(column) { $0.restrict(null: flag) }
            case .compare(let column, let comparison, let operand, let isNegated):
                restrict(column) { $0.restrict(comparison, operand, isNegated) }
            case .exists(let relation, let inner, false):
                if let target = catalog.types[relation.target], contradict([inner], of: target, catalog) { return true }
                // There can be no row that must not be there.
                for case .exists(relation, let forbidden, true) in facts where implies(inner, forbidden) { return true }
            case .exists, .every, .all, .any: break
            }
        }
        return columns.values.contains(where: \.isEmpty)
    }
}

extension TypeBinding {
    /// All values of an enum or Boolean column; `nil` for any other.
    fileprivate func values(of column: String) -> Set<InputValue>? {
        for case .column(let binding) in fields.values where binding.column == column {
            switch binding.type {
            case .enum(let type): return Set(type.values.map { .enumValue($0.value) })
            case .bool: return [.boolean(true), .boolean(false)]
            default: break
            }
        }
        return nil
    }
}
