import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// Whether every row of which one condition is true is one of which another is true, as far as the
/// conditions' own form proves it.
///
/// Sound, not complete: `true` is proven whatever the rows, `false` says only that no proof was
/// found.
struct ConditionImplication {
    /// Pairs of parts that are looked at. Stands against rules written to make the comparison
    /// endless; past it nothing is proven.
    static let mostSteps = 20_000

    private var steps = 0

    static func holds(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        var search = ConditionImplication()
        return search.implies(premise, conclusion)
    }

    private mutating func implies(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        steps += 1
        guard steps <= Self.mostSteps else { return false }
        if premise == conclusion { return true }
        // What must be shown for all parts comes first: it loses nothing.
        if case .all(let parts) = conclusion { return parts.allSatisfy { implies(premise, $0) } }
        if case .any(let parts) = premise { return parts.allSatisfy { implies($0, conclusion) } }
        if case .any(let parts) = conclusion, parts.contains(where: { implies(premise, $0) }) { return true }
        if case .all(let parts) = premise, parts.contains(where: { implies($0, conclusion) }) { return true }
        return impliesFact(premise, conclusion)
    }

    private mutating func impliesFact(_ premise: NormalCondition, _ conclusion: NormalCondition) -> Bool {
        switch (premise, conclusion) {
        case (.among(let column, let values, let isNegated), .among(let other, let others, let isOtherNegated)):
            guard column == other else { return false }
            return switch (isNegated, isOtherNegated) {
            case (false, false): values.isSubset(of: others)
            case (true, true): others.isSubset(of: values)
            case (false, true):
                column.isDiscrete && Self.areAlike(values.union(others)) && values.isDisjoint(with: others)
            case (true, false): false
            }
        // A comparison with null is null: where one is true or false, the column holds something.
        case (.among(let column, _, _), .isNull(let other, false)): return column == other
        case (.compare(let column, let comparison, _, _), .isNull(let other, false)):
            return column == other && comparison != .isNull
        case (
            .compare(let column, let comparison, let operand, let isNegated),
            .compare(let other, let wider, let bound, let isOtherNegated)
        ):
            return column == other && !isNegated && !isOtherNegated && Self.implies(comparison, operand, wider, bound)
        case (.exists(let relation, let inner, false), .exists(let other, let wider, false)):
            return relation == other && implies(inner, wider)
        case (.exists(let relation, let inner, true), .exists(let other, let narrower, true)):
            return relation == other && implies(narrower, inner)
        case (.every(let relation, let inner, false), .every(let other, let wider, false)):
            return relation == other && implies(inner, wider)
        case (.every(let relation, let inner, true), .every(let other, let narrower, true)):
            return relation == other && implies(narrower, inner)
        default: return false
        }
    }

    /// Orders of whole numbers, and of one and the same value.
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

    /// Whether all are written in one manner, so that different ones are different values: `1` and
    /// `"1"` may be the same id.
    private static func areAlike(_ values: Set<InputValue>) -> Bool {
        values.allSatisfy { if case .string = $0 { true } else { false } }
            || values.allSatisfy { if case .enumValue = $0 { true } else { false } }
            || values.allSatisfy { if case .int = $0 { true } else { false } }
            || values.allSatisfy { if case .boolean = $0 { true } else { false } }
    }
}
