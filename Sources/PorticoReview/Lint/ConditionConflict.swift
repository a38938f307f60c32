import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// Whether conditions can be true together, as far as their own form refutes it: `true` means
/// never, whatever the rows.
struct ConditionConflict {
    enum Limits {
        /// Combinations of branches that are looked at (default 512); beyond it nothing is refuted.
        /// Stands against rules with exponentially many.
        static let branches = 512
    }

    /// The values of the enums, and of Booleans, by column.
    private let values: [String: Set<InputValue>]
    private let catalog: Catalog
    private var budget = Limits.branches

    private init(_ type: TypeBinding, _ catalog: Catalog) {
        self.catalog = catalog
        var values: [String: Set<InputValue>] = [:]
        for case .column(let column) in type.fields.values {
            if case .enum(let binding) = column.type {
                values[column.column] = Set(binding.values.map { .enumValue($0.value) })
            }
            if column.type == .bool { values[column.column] = [.boolean(true), .boolean(false)] }
        }
        self.values = values
    }

    static func areNever(_ conditions: [NormalCondition], of type: TypeBinding, _ catalog: Catalog) -> Bool {
        var search = ConditionConflict(type, catalog)
        return search.isRefuted([], conditions)
    }

    /// `facts` are those that are no `all` or `any`.
    private mutating func isRefuted(_ facts: [NormalCondition], _ waiting: [NormalCondition]) -> Bool {
        var facts = facts, waiting = waiting, alternatives: [[NormalCondition]] = []
        while let next = waiting.popLast() {
            switch next {
            case .all(let items): waiting += items
            case .any(let items): alternatives.append(items)
            case .among, .isNull, .compare, .exists, .every: facts.append(next)
            }
        }
        if isRefuted(facts) { return true }
        guard let first = alternatives.min(by: { $0.count < $1.count }), let place = alternatives.firstIndex(of: first)
        else { return false }
        budget -= 1
        guard budget > 0 else { return false }
        alternatives.remove(at: place)
        let rest = alternatives.map(NormalCondition.any)
        return first.allSatisfy { isRefuted(facts, rest + [$0]) }
    }

    private func isRefuted(_ facts: [NormalCondition]) -> Bool {
        var columns: [String: ColumnRange] = [:]
        for fact in facts {
            switch fact {
            case .among(let column, let values, let isNegated):
                columns[column.name, default: ColumnRange(self.values[column.name])].restrict(
                    to: values, isNegated: isNegated, isDiscrete: column.isDiscrete)
            case .isNull(let column, let flag):
                columns[column.name, default: ColumnRange(values[column.name])].restrict(null: flag)
            case .compare(let column, let comparison, let operand, let isNegated):
                columns[column.name, default: ColumnRange(values[column.name])].restrict(comparison, operand, isNegated)
            case .exists(let relation, let inner, false):
                if let target = catalog.types[relation.target], Self.areNever([inner], of: target, catalog) {
                    return true
                }
                // There can be no row that must not be there.
                for case .exists(relation, let forbidden, true) in facts
                where ConditionImplication.holds(inner, forbidden) { return true }
            case .exists, .every, .all, .any: break
            }
        }
        return columns.values.contains(where: \.isEmpty)
    }
}

/// What is left for one column.
private struct ColumnRange {
    /// `nil` where it may be any but ``excluded``.
    private var allowed: Set<InputValue>?
    private var excluded: Set<InputValue> = []
    private var lower: (value: InputValue, isIncluded: Bool)?
    private var upper: (value: InputValue, isIncluded: Bool)?
    private var isNull: Bool?
    private var equal: Set<RuleOperand> = [], different: Set<RuleOperand> = []
    private var isBroken = false

    init(_ values: Set<InputValue>?) { allowed = values }

    mutating func restrict(null: Bool) {
        if isNull == !null { isBroken = true }
        isNull = null
    }

    mutating func restrict(to values: Set<InputValue>, isNegated: Bool, isDiscrete: Bool) {
        restrict(null: false)
        if isNegated {
            excluded.formUnion(values)
            return
        }
        // Values that differ as they are written may be the same to the database, where the type
        // has several ways to write one.
        guard isDiscrete else {
            if values.count == 1, let value = values.first { bound(value) }
            return
        }
        allowed = allowed.map { $0.intersection(values) } ?? values
    }

    private mutating func bound(_ value: InputValue) {
        restrict(.gte, .literal(value), false)
        restrict(.lte, .literal(value), false)
    }

    mutating func restrict(_ comparison: Comparison, _ operand: RuleOperand, _ isNegated: Bool) {
        restrict(null: false)
        guard !isNegated else { return }
        switch (comparison, operand) {
        case (.eq, .viewer), (.eq, .now): equal.insert(operand)
        case (.ne, .viewer), (.ne, .now): different.insert(operand)
        case (.lt, .literal(let value)): lowerUpper(value, false)
        case (.lte, .literal(let value)): lowerUpper(value, true)
        case (.gt, .literal(let value)): raiseLower(value, false)
        case (.gte, .literal(let value)): raiseLower(value, true)
        default: break
        }
    }

    private mutating func lowerUpper(_ value: InputValue, _ isIncluded: Bool) {
        guard let old = upper else { return upper = (value, isIncluded) }
        if value == old.value {
            upper = (value, isIncluded && old.isIncluded)
        } else if Self.isLess(value, old.value) == true {
            upper = (value, isIncluded)
        }
    }

    private mutating func raiseLower(_ value: InputValue, _ isIncluded: Bool) {
        guard let old = lower else { return lower = (value, isIncluded) }
        if value == old.value {
            lower = (value, isIncluded && old.isIncluded)
        } else if Self.isLess(old.value, value) == true {
            lower = (value, isIncluded)
        }
    }

    var isEmpty: Bool {
        if isBroken || !equal.isDisjoint(with: different) { return true }
        if isNull == true { return false }
        if let lower, let upper {
            if lower.value == upper.value, !(lower.isIncluded && upper.isIncluded) { return true }
            if Self.isLess(upper.value, lower.value) == true { return true }
        }
        // Only a column that must hold something runs out of values.
        guard isNull == false, let allowed else { return false }
        return !allowed.contains { value in !excluded.contains(value) && !isBeyond(value) }
    }

    private func isBeyond(_ value: InputValue) -> Bool {
        if let lower, value == lower.value ? !lower.isIncluded : Self.isLess(value, lower.value) == true { return true }
        if let upper, value == upper.value ? !upper.isIncluded : Self.isLess(upper.value, value) == true { return true }
        return false
    }

    /// Of numbers, and of moments in UTC that are written with the same number of digits; `nil` for
    /// all else, whose order is the database's matter.
    private static func isLess(_ left: InputValue, _ right: InputValue) -> Bool? {
        switch (left, right) {
        case (.int(let a), .int(let b)): return a < b
        case (.float(let a), .float(let b)): return a < b
        case (.int(let a), .float(let b)): return Double(a) < b
        case (.float(let a), .int(let b)): return a < Double(b)
        case (.string(let a), .string(let b)):
            guard a.utf8.count == b.utf8.count, isMoment(a), isMoment(b) else { return nil }
            return a < b
        default: return nil
        }
    }

    private static func isMoment(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count >= 20 && bytes.last == 0x5A && bytes[4] == 0x2D && bytes[7] == 0x2D && bytes[10] == 0x54
            && bytes[13] == 0x3A
    }
}
