import JSONBytes

/// A filter or a rule's row condition, as data: written out for the gateway, and evaluated here.
indirect enum NaiveCondition: Hashable, Sendable {
    case and([NaiveCondition])
    case or([NaiveCondition])
    case not(NaiveCondition)
    /// All of the operators hold.
    case test(String, [NaiveTest])
    case one(String, NaiveCondition)
    case many(String, Quantifier, NaiveCondition)

    enum Quantifier: String, CaseIterable, Sendable { case some, every, none }

    var json: JSONValue {
        func object(_ key: String, _ value: JSONValue) -> JSONValue { .object([JSONMember(key: key, value: value)]) }
        switch self {
        // An object whose keys are all there is to say: AND-ed as they stand.
        case .and(let items):
            let members = items.compactMap { item -> JSONMember? in
                if case .object(let members) = item.json, members.count == 1 { members[0] } else { nil }
            }
            let isPlain =
                members.count == items.count && Set(members.map(\.key)).count == members.count && items.count % 2 == 0
            return isPlain ? .object(members) : object("and", .array(items.map(\.json)))
        case .or(let items): return object("or", .array(items.map(\.json)))
        case .not(let inner): return object("not", inner.json)
        case .test(let field, let tests):
            return object(field, .object(tests.map { JSONMember(key: $0.comparison, value: $0.operand.json) }))
        case .one(let relation, let inner): return object(relation, inner.json)
        case .many(let relation, let quantifier, let inner):
            return object(relation, object(quantifier.rawValue, inner.json))
        }
    }

    /// As a literal of GraphQL.
    var graphQL: String {
        switch self {
        case .and(let items):
            guard case .object(let members) = json, members.count == 1, members[0].key == "and" else {
                return "{\(items.map { String($0.graphQL.dropFirst().dropLast()) }.joined(separator: ", "))}"
            }
            return "{and: [\(items.map(\.graphQL).joined(separator: ", "))]}"
        case .or(let items): return "{or: [\(items.map(\.graphQL).joined(separator: ", "))]}"
        case .not(let inner): return "{not: \(inner.graphQL)}"
        case .test(let field, let tests):
            return "{\(field): {\(tests.map { "\($0.comparison): \($0.operand.graphQL)" }.joined(separator: ", "))}}"
        case .one(let relation, let inner): return "{\(relation): \(inner.graphQL)}"
        case .many(let relation, let quantifier, let inner):
            return "{\(relation): {\(quantifier.rawValue): \(inner.graphQL)}}"
        }
    }

    /// Whether it asks for nothing.
    var isEmpty: Bool { if case .and(let items) = self { items.allSatisfy(\.isEmpty) } else { false } }

    var viewerValues: Set<String> {
        switch self {
        case .and(let items), .or(let items): items.reduce(into: []) { $0.formUnion($1.viewerValues) }
        case .not(let inner), .one(_, let inner), .many(_, _, let inner): inner.viewerValues
        case .test(_, let tests): Set(tests.compactMap { if case .viewer(let name) = $0.operand { name } else { nil } })
        }
    }
}

struct NaiveTest: Hashable, Sendable {
    /// As a filter has it, such as `eq`.
    var comparison: String
    var operand: NaiveOperand
}

enum NaiveOperand: Hashable, Sendable {
    case value(NaiveValue)
    case list([NaiveValue])
    case flag(Bool)
    /// Of a rule: `id`, `tenant`, `tenants`, `role` or `claims.NAME`.
    case viewer(String)

    var json: JSONValue {
        switch self {
        case .value(let value): value.answer
        case .list(let values): .array(values.map(\.answer))
        case .flag(let flag): .bool(flag)
        case .viewer(let name): .string("$viewer.\(name)")
        }
    }

    var graphQL: String {
        switch self {
        case .value(let value): Self.literal(value)
        case .list(let values): "[\(values.map(Self.literal).joined(separator: ", "))]"
        case .flag(let flag): "\(flag)"
        case .viewer: "\"not in a query\""
        }
    }

    private static func literal(_ value: NaiveValue) -> String {
        switch value {
        case .choice(_, let name): name
        case .json(let json): literal(json)
        default: value.answer.compact
        }
    }

    private static func literal(_ json: NaiveJSON) -> String {
        switch json {
        // A key of GraphQL is a name: what is none goes by a variable, which the generator sees to.
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\($0.key): \(literal($0.value))" }.joined(separator: ", "))}"
        case .array(let items): "[\(items.map(literal).joined(separator: ", "))]"
        default: json.answer.compact
        }
    }
}
