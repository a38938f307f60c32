import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// A row condition in words: `creatorId is the viewer's id, and status is not CLOSED`.
///
/// For people who read rules: explanations, differences, the matrix. Fields have the names that the rule gives them; nothing of SQL shows.
public struct ConditionWords: Sendable {
    public init() {}

    /// Of a type's rule; `every row within reach` where it has no condition.
    public func text(_ rule: RowRule?) -> String { rule.map { text($0.condition) } ?? "every row within reach" }

    public func text(_ condition: Condition<RuleOperand>) -> String { text(condition, isInner: false) }

    private func text(_ condition: Condition<RuleOperand>, isInner: Bool) -> String {
        switch condition {
        case .all(let items): joined(items, by: ", and ", none: "every row", isInner: isInner)
        case .any(let items): joined(items, by: ", or ", none: "no row", isInner: isInner)
        case .not(let inner): "not (\(text(inner)))"
        case .compare(let column, let comparison, let operand): compared(column.field, comparison, operand)
        case .toOne(let relation, .all(let items)) where items.isEmpty: "there is a \(relation.field)"
        case .toOne(let relation, let inner): "of its \(relation.field), \(text(inner, isInner: true))"
        case .toMany(let relation, .some, .all(let items)) where items.isEmpty: "there are \(relation.field)"
        case .toMany(let relation, let quantifier, let inner): "of \(quantifier.rawValue) of its \(relation.field), \(text(inner, isInner: true))"
        }
    }

    private func joined(_ items: [Condition<RuleOperand>], by word: String, none: String, isInner: Bool) -> String {
        guard items.count != 1 else { return text(items[0], isInner: isInner) }
        guard !items.isEmpty else { return none }
        let parts = items.map { text($0, isInner: true) }.joined(separator: word)
        return isInner ? "(\(parts))" : parts
    }

    private func compared(_ field: String, _ comparison: Comparison, _ operand: RuleOperand) -> String {
        if comparison == .isNull || comparison == .isEmpty {
            let what = comparison == .isNull ? "null" : "empty"
            return operand == .literal(.boolean(false)) ? "\(field) is not \(what)" : "\(field) is \(what)"
        }
        return "\(field) \(verb(comparison)) \(text(operand))"
    }

    private func verb(_ comparison: Comparison) -> String {
        switch comparison {
        case .eq: "is"
        case .ne: "is not"
        case .in: "is one of"
        case .notIn: "is none of"
        case .lt: "is less than"
        case .lte: "is at most"
        case .gt: "is greater than"
        case .gte: "is at least"
        case .contains: "contains"
        case .startsWith: "starts with"
        case .endsWith: "ends with"
        case .iContains: "contains, in any case,"
        case .like: "is like"
        case .iLike: "is like, in any case,"
        case .has: "has"
        case .hasAny: "has any of"
        case .hasAll: "has all of"
        case .hasKey: "has the key"
        case .isNull, .isEmpty: "is"
        }
    }

    private func text(_ operand: RuleOperand) -> String {
        switch operand {
        case .now: "the time of the request"
        case .viewer(.id): "the viewer's id"
        case .viewer(.tenant): "the viewer's tenant"
        case .viewer(.tenants): "the viewer's tenants"
        case .viewer(.role): "the viewer's role"
        case .viewer(.claim(let name)): "the viewer's claim \(name)"
        case .literal(let value): text(value)
        }
    }

    private func text(_ value: InputValue) -> String {
        switch value {
        case .null: "null"
        case .int(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .string(let text): "\"\(text)\""
        case .enumValue(let name): name
        case .list(let items): "[\(items.map(text).joined(separator: ", "))]"
        case .object(let members): "{\(members.map { "\($0.name): \(text($0.value))" }.joined(separator: ", "))}"
        case .json(let text): text
        }
    }
}
