import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// A row condition in words: `creatorId is the viewer's id, and status is not CLOSED`.
///
/// For people who read rules: explanations, differences, the matrix. With field names, without SQL.
public struct ConditionWords: Sendable {
    public init() {}

    /// Of a type's rule; `every row within reach` without a condition.
    public func text(_ rule: RowRule?) -> String { rule.map { text($0.condition) } ?? "every row within reach" }

    public func text(_ condition: Condition<RuleOperand>) -> String { text(condition, isInner: false, of: "") }

    /// `path` leads to the row of the condition, such as `ticket.`; empty for the row itself.
    private func text(_ condition: Condition<RuleOperand>, isInner: Bool, of path: String) -> String {
        switch condition {
        case .all(let items): joined(items, by: ", and ", none: "every row", isInner: isInner, of: path)
        case .any(let items): joined(items, by: ", or ", none: "no row", isInner: isInner, of: path)
        case .not(let inner):
            if let negation = inner.negation {
                text(negation, isInner: isInner, of: path)
            } else {
                "not (\(text(inner, isInner: false, of: path)))"
            }
        case .compare(let column, let comparison, let operand): compared(path + column.field, comparison, operand)
        case .toOne(let relation, .all(let items)) where items.isEmpty: "there is a \(path)\(relation.field)"
        case .toOne(let relation, let inner):
            inner.needsARow
                ? text(inner, isInner: isInner, of: "\(path)\(relation.field).")
                : "there is a \(path)\(relation.field), and of it \(text(inner, isInner: true, of: ""))"
        case .toMany(let relation, let quantifier, .all(let items)) where items.isEmpty && quantifier != .every:
            "there are \(quantifier == .some ? "" : "no ")\(path)\(relation.field)"
        case .toMany(let relation, let quantifier, let inner):
            "for \(words(quantifier)) \(path.isEmpty ? "its " : path)\(relation.field), \(text(inner, isInner: true, of: ""))"
        }
    }

    private func words(_ quantifier: Quantifier) -> String {
        switch quantifier {
        case .some: "some of"
        case .every: "each of"
        case .none: "none of"
        }
    }

    private func joined(
        _ items: [Condition<RuleOperand>], by word: String, none: String, isInner: Bool, of path: String
    ) -> String {
        guard items.count != 1 else { return text(items[0], isInner: isInner, of: path) }
        guard !items.isEmpty else { return none }
        let parts = items.map { text($0, isInner: true, of: path) }.joined(separator: word)
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
        case .notDistinctFrom: "is"
        case .distinctFrom: "is not, or is null:"
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
        case .viewer(let value): "the viewer's \(value.words)"
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

extension ViewerValue {
    /// `id`, `tenants`, `claim NAME`: the viewer's values.
    var words: String {
        switch self {
        case .id: "id"
        case .tenant: "tenant"
        case .tenants: "tenants"
        case .role: "role"
        case .claim(let name): "claim \(name)"
        }
    }

    /// That the viewer has the value; otherwise a rule that names it is false as a whole.
    var presence: String {
        switch self {
        case .id: "the viewer has signed in"
        case .tenant, .tenants: "the viewer has a tenant"
        case .role: "the viewer has a role"
        case .claim(let name): "the viewer has the claim \(name)"
        }
    }
}

extension Condition<RuleOperand> {
    /// Whether the words alone, applied to the row behind a relation, imply that it exists:
    /// `ticket.status is OPEN` does, `ticket.status is not OPEN` is ambiguous.
    fileprivate var needsARow: Bool {
        switch self {
        case .all(let items): items.contains { $0.needsARow }
        case .any(let items): !items.isEmpty && items.allSatisfy { $0.needsARow }
        case .not, .toMany(_, .every, _), .toMany(_, .none, _): false
        case .toOne, .toMany(_, .some, _): true
        case .compare(_, .ne, _), .compare(_, .notIn, _), .compare(_, .distinctFrom, _): false
        case .compare(_, let comparison, let operand): comparison != .isNull || operand == .literal(.boolean(false))
        }
    }
}
