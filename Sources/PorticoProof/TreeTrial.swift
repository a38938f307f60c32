import PostgresSQL

/// A value of a trial: text for any scalar, null, or a list.
enum TreeValue: Hashable, Sendable {
    case null
    case text(String)
    case list([TreeValue])

    /// A parameter's text, which is an array if in braces.
    init(parameter text: String) {
        guard text.hasPrefix("{"), text.hasSuffix("}"), !text.contains(":") else {
            self = .text(text)
            return
        }
        let items = text.dropFirst().dropLast().split(separator: ",")
        self = .list(
            items.map {
                .text($0.hasPrefix("\"") && $0.hasSuffix("\"") ? String($0.dropFirst().dropLast()) : String($0))
            })
    }

    /// A list's first value; a scalar itself.
    var first: TreeValue {
        if case .list(let items) = self { items.first ?? .null } else { self }
    }

    var text: String {
        switch self {
        case .null: "null"
        case .text(let text): "\"\(text)\""
        case .list(let items): "[\(items.map(\.text).joined(separator: ", "))]"
        }
    }
}

/// Evaluates conditions over a few rows with SQL's three truth values, to confirm a counterexample.
///
/// Numbers and dates are compared as text unless both are integers. What it cannot compute is null,
/// so that it may confirm too little, never too much.
struct TreeTrial {
    typealias Row = [String: TreeValue]

    let tables: [String: [Row]]
    let parameters: [Int: TreeValue]

    func truth(_ expression: Expression, _ rows: [Alias: Row]) -> Bool? {
        switch expression {
        case .boolean(let value): return value
        case .and(let items):
            let values = items.map { truth($0, rows) }
            return values.contains(false) ? false : values.contains(nil) ? nil : true
        case .or(let items):
            let values = items.map { truth($0, rows) }
            return values.contains(true) ? true : values.contains(nil) ? nil : false
        case .not(let inner): return truth(inner, rows).map { !$0 }
        case .opaque(let inner): return truth(inner, rows) == true
        case .isNotTrue(let inner): return truth(inner, rows) != true
        case .isNull(let inner): return Self.isKnown(inner) ? value(inner, rows) == .null : nil
        case .isNotNull(let inner): return Self.isKnown(inner) ? value(inner, rows) != .null : nil
        case .exists(let select): return exists(select, rows)
        case .isIn: return nil
        case .choice(let condition, let chosen, .boolean(false)):
            return truth(condition, rows) == true ? truth(chosen, rows) : false
        case .equalsAny(let left, let right): return anyOf(left, right, rows)
        case .differsFromAll(let left, let right): return anyOf(left, right, rows).map { !$0 }
        case .binary(let left, let operation, let right):
            return compare(value(left, rows), operation, value(right, rows))
        case .call(.startsWith, let arguments):
            guard arguments.count == 2, case .text(let text) = value(arguments[0], rows),
                case .text(let start) = value(arguments[1], rows)
            else { return nil }
            return text.hasPrefix(start)
        case .column, .parameter, .cast, .collate:
            if case .text(let text) = value(expression, rows) { return text == "true" }
            return nil
        case .call, .choice, .aggregate, .integer, .literal: return nil
        }
    }

    /// Whether ``value(_:_:)`` can compute it.
    private static func isKnown(_ expression: Expression) -> Bool {
        switch expression {
        case .column, .parameter, .integer, .boolean: true
        case .cast(let inner, _), .collate(let inner, _): isKnown(inner)
        default: false
        }
    }

    private func exists(_ select: Select, _ rows: [Alias: Row]) -> Bool? {
        guard select.showsItsRows else { return nil }
        var environments = [rows]
        for case .table(let table) in select.from {
            environments = environments.flatMap { known in
                (tables[table.name] ?? []).map { known.merging([table.alias: $0]) { $1 } }
            }
        }
        return environments.contains { known in select.predicates.allSatisfy { truth($0, known) == true } }
    }

    private func anyOf(_ left: Expression, _ right: Expression, _ rows: [Alias: Row]) -> Bool? {
        let item = value(left, rows)
        guard case .list(let items) = value(right, rows), item != .null else { return nil }
        return items.contains(item)
    }

    private func value(_ expression: Expression, _ rows: [Alias: Row]) -> TreeValue {
        switch expression {
        case .column(let alias, let name): rows[alias]?[name] ?? .null
        case .parameter(let number): parameters[number] ?? .null
        case .integer(let number): .text(String(number))
        case .boolean(let flag): .text(String(flag))
        case .cast(let inner, _), .collate(let inner, _): value(inner, rows)
        case .call(.lower, let arguments):
            if let first = arguments.first, case .text(let text) = value(first, rows) {
                .text(text.lowercased())
            } else {
                .null
            }
        default: .null
        }
    }

    private func compare(_ left: TreeValue, _ operation: BinaryOperator, _ right: TreeValue) -> Bool? {
        if operation == .isNotDistinctFrom { return left == right }
        if operation == .isDistinctFrom { return left != right }
        guard case .text(let left) = left, case .text(let right) = right else { return nil }
        let order: Bool =
            if let a = Int(left), let b = Int(right) { a < b } else { left.utf8.lexicographicallyPrecedes(right.utf8) }
        switch operation {
        case .equal: return left == right
        case .notEqual: return left != right
        case .less: return order
        case .lessOrEqual: return order || left == right
        case .greater: return !order && left != right
        case .greaterOrEqual: return !order
        case .like, .iLike: return left == right ? true : nil
        case .contains, .overlaps, .hasKey, .isDistinctFrom, .isNotDistinctFrom: return nil
        }
    }
}
