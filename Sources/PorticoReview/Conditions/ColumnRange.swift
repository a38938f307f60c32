import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// The possible values of one column under conditions that are all true.
struct ColumnRange {
    private struct Bound {
        var value: InputValue
        var isIncluded: Bool
    }

    /// `nil` for any value except ``excluded``.
    private var allowed: Set<InputValue>?
    private var excluded: Set<InputValue> = []
    private var lower: Bound?
    private var upper: Bound?
    private var isNull: Bool?
    private var equal: Set<RuleOperand> = [], different: Set<RuleOperand> = []
    private var isBroken = false

    /// - Parameter values: All values that the column may hold; `nil` if they are not few.
    init(_ values: Set<InputValue>?) { allowed = values }

    mutating func restrict(null: Bool) {
        if isNull == !null { isBroken = true }
        isNull = null
    }

    mutating func restrict(to values: Set<InputValue>, isNegated: Bool, isDiscrete: Bool) {
        restrict(null: false)
        if isNegated {
            excluded.formUnion(values)
        } else if isDiscrete {
            allowed = allowed.map { $0.intersection(values) } ?? values
        } else if values.count == 1, let value = values.first {
            // Different spellings may be the same value in the database, if the type has several.
            restrict(.gte, .literal(value), false)
            restrict(.lte, .literal(value), false)
        }
    }

    mutating func restrict(_ comparison: Comparison, _ operand: RuleOperand, _ isNegated: Bool) {
        restrict(null: false)
        guard !isNegated else { return }
        switch (comparison, operand) {
        case (.eq, .viewer), (.eq, .now): equal.insert(operand)
        case (.ne, .viewer), (.ne, .now): different.insert(operand)
        case (.lt, .literal(let value)), (.lte, .literal(let value)):
            Self.tighten(&upper, to: Bound(value: value, isIncluded: comparison == .lte)) { Self.isLess($0, $1) }
        case (.gt, .literal(let value)), (.gte, .literal(let value)):
            Self.tighten(&lower, to: Bound(value: value, isIncluded: comparison == .gte)) { Self.isLess($1, $0) }
        default: break
        }
    }

    private static func tighten(
        _ bound: inout Bound?, to new: Bound, isTighter: (_ new: InputValue, _ old: InputValue) -> Bool?
    ) {
        guard let old = bound else { return bound = new }
        if new.value == old.value {
            bound?.isIncluded = new.isIncluded && old.isIncluded
        } else if isTighter(new.value, old.value) == true {
            bound = new
        }
    }

    /// Whether no value is left, null included.
    var isEmpty: Bool {
        if isBroken || !equal.isDisjoint(with: different) { return true }
        if isNull == true { return false }
        if let lower, isBeyond(lower.value) || upper?.value == lower.value && !lower.isIncluded { return true }
        // Only a non-null column runs out of values.
        guard isNull == false, let allowed else { return false }
        return !allowed.contains { value in !excluded.contains(value) && !isBelow(value) && !isBeyond(value) }
    }

    private func isBelow(_ value: InputValue) -> Bool {
        lower.map { value == $0.value ? !$0.isIncluded : Self.isLess(value, $0.value) == true } ?? false
    }

    private func isBeyond(_ value: InputValue) -> Bool {
        upper.map { value == $0.value ? !$0.isIncluded : Self.isLess($0.value, value) == true } ?? false
    }

    /// The order of numbers, and of UTC times with the same number of digits; `nil` for all else,
    /// whose order only the database knows.
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
