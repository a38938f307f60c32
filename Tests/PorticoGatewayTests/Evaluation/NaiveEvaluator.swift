import JSONBytes
import PorticoAccess

/// What a viewer sees of a world, by the rules as they are written and the rows as they are: lists
/// filtered, sorted and cut in memory. Slow, plain, and nothing of it is the gateway's.
final class NaiveEvaluator {
    let world: NaiveWorld
    let viewer: Viewer
    let view: NaiveRules.View
    private var seen: [String: [NaiveWorld.Row]] = [:]
    private var seenKeys: [String: Set<ObjectIdentifier>] = [:]

    init(world: NaiveWorld, viewer: Viewer, view: NaiveRules.View) {
        self.world = world
        self.viewer = viewer
        self.view = view
    }

    func data(_ query: NaiveQuery) -> JSONValue {
        .object([JSONMember(key: "data", value: object(query.root, nil, "Query"))])
    }

    // MARK: Rows

    /// The rows of a type that the viewer may see.
    func rows(_ type: String) -> [NaiveWorld.Row] {
        if let known = seen[type] { return known }
        let rows = world.rows(type).filter(isVisible)
        seen[type] = rows
        seenKeys[type] = Set(rows.map { ObjectIdentifier($0) })
        return rows
    }

    private func isSeen(_ row: NaiveWorld.Row) -> Bool {
        _ = rows(row.type)
        return seenKeys[row.type]?.contains(ObjectIdentifier(row)) == true
    }

    private func isVisible(_ row: NaiveWorld.Row) -> Bool {
        guard let rule = view.types[row.type], isWithinReach(row) else { return false }
        let values = rule.rows.reduce(into: Set<String>()) { $0.formUnion($1.viewerValues) }
        guard values.allSatisfy(viewerHas) else { return false }
        return rule.rows.allSatisfy { holds($0, of: row, inRule: true) == true }
    }

    private func isWithinReach(_ row: NaiveWorld.Row) -> Bool {
        if view.reach == .crossTenant { return true }
        var place = row
        let path = NaiveModel.entity(row.type).tenantPath
        for step in path.dropLast() {
            guard let relation = NaiveModel.entity(place.type).relation(step),
                let next = world.rows(relation.target, relation.remote, place[relation.local]).first
            else { return false }
            place = next
        }
        guard case .text(let tenant) = place[path[path.count - 1]] else { return false }
        return viewer.tenants.contains(tenant)
    }

    private func viewerHas(_ name: String) -> Bool {
        switch name {
        case "id": viewer.id != nil
        case "tenant": viewer.tenant != nil
        case "tenants", "role": true
        default: viewer.claims[String(name.dropFirst("claims.".count))] != nil
        }
    }

    /// The rows behind a relation: those that the viewer sees, or in a rule those within reach.
    private func related(_ row: NaiveWorld.Row, _ relation: NaiveModel.Relation, inRule: Bool) -> [NaiveWorld.Row] {
        world.rows(relation.target, relation.remote, row[relation.local]).filter {
            inRule ? isWithinReach($0) : isSeen($0)
        }
    }

    // MARK: Conditions

    /// SQL's three values; `nil` is null.
    func holds(_ condition: NaiveCondition, of row: NaiveWorld.Row, inRule: Bool) -> Bool? {
        switch condition {
        case .and(let items):
            let values = items.map { holds($0, of: row, inRule: inRule) }
            return values.contains(false) ? false : values.contains(nil) ? nil : true
        case .or(let items):
            let values = items.map { holds($0, of: row, inRule: inRule) }
            return values.contains(true) ? true : values.contains(nil) ? nil : false
        case .not(let inner): return holds(inner, of: row, inRule: inRule).map { !$0 }
        case .test(let field, let tests):
            let values = tests.map { self.test(row[field], $0) }
            return values.contains(false) ? false : values.contains(nil) ? nil : true
        case .one(let name, let inner):
            guard let relation = NaiveModel.entity(row.type).relation(name) else { return false }
            let behind = related(row, relation, inRule: inRule).first
            return inner.isEmpty ? behind != nil : behind.flatMap { holds(inner, of: $0, inRule: inRule) }
        case .many(let name, let quantifier, let inner):
            guard let relation = NaiveModel.entity(row.type).relation(name) else { return false }
            let rows = related(row, relation, inRule: inRule)
            return switch quantifier {
            case .some: rows.contains { holds(inner, of: $0, inRule: inRule) == true }
            case .none: !rows.contains { holds(inner, of: $0, inRule: inRule) == true }
            case .every: !rows.contains { holds(inner, of: $0, inRule: inRule) != true }
            }
        }
    }

    private func test(_ value: NaiveValue, _ test: NaiveTest) -> Bool? {
        switch (test.comparison, test.operand) {
        case ("isNull", .flag(let flag)): return (value == .null) == flag
        case ("notDistinctFrom", let operand), ("distinctFrom", let operand):
            let isNull = operand == .value(.null)
            let isEqual =
                value == .null || isNull
                ? (value == .null) == isNull : self.test(value, NaiveTest(comparison: "eq", operand: operand))
            return isEqual.map { $0 == (test.comparison == "notDistinctFrom") }
        case ("in", .list(let items)) where items.isEmpty: return false
        case ("notIn", .list(let items)) where items.isEmpty: return true
        default: break
        }
        if value == .null { return nil }
        switch test.operand {
        case .flag(let flag):
            guard case .texts(let items) = value else { return (value == .bool(flag)) == (test.comparison == "eq") }
            return items.isEmpty == flag
        case .list(let items): return list(value, test.comparison, items)
        case .value(let other): return compare(value, test.comparison, other)
        case .viewer("tenants"): return list(value, test.comparison, viewer.tenants.map(NaiveValue.text))
        case .viewer(let name):
            switch name {
            case "id": return compare(value, test.comparison, viewer.id.map { NaiveValue.text($0.text) } ?? .null)
            case "tenant":
                return compare(value, test.comparison, viewer.tenant.map { NaiveValue.text($0.text) } ?? .null)
            case "role":
                guard case .choice(_, let label) = value else { return false }
                return (label == viewer.role.text.uppercased()) == (test.comparison == "eq")
            default:
                return compare(
                    value, test.comparison,
                    viewer.claims[String(name.dropFirst("claims.".count))].map(NaiveValue.text) ?? .null)
            }
        }
    }

    private func list(_ value: NaiveValue, _ comparison: String, _ items: [NaiveValue]) -> Bool {
        if case .texts(let own) = value {
            let wanted = items.map { if case .text(let text) = $0 { text } else { "" } }
            return comparison == "hasAny"
                ? wanted.contains { own.contains($0) } : wanted.allSatisfy { own.contains($0) }
        }
        return items.contains { NaiveValue.compare(value, $0) == 0 } == (comparison == "in")
    }

    private func compare(_ value: NaiveValue, _ comparison: String, _ other: NaiveValue) -> Bool {
        switch (value, other) {
        case (.json(let own), .json(let wanted)): return own.contains(wanted)
        case (.json(let own), .text(let key)): return own.hasKey(key)
        case (.texts(let own), .text(let wanted)): return own.contains(wanted)
        default: break
        }
        switch comparison {
        case "eq": return NaiveValue.compare(value, other) == 0
        case "ne": return NaiveValue.compare(value, other) != 0
        case "lt": return NaiveValue.compare(value, other) < 0
        case "lte": return NaiveValue.compare(value, other) <= 0
        case "gt": return NaiveValue.compare(value, other) > 0
        case "gte": return NaiveValue.compare(value, other) >= 0
        default: break
        }
        guard case .text(let own) = value, case .text(let part) = other else { fatalError("\(comparison) of \(value)") }
        return switch comparison {
        case "contains": Self.contains(Array(own.unicodeScalars), Array(part.unicodeScalars))
        case "startsWith": own.unicodeScalars.starts(with: part.unicodeScalars)
        case "endsWith": own.unicodeScalars.reversed().starts(with: part.unicodeScalars.reversed())
        case "iContains": Self.contains(Array(own.lowercased().unicodeScalars), Array(part.lowercased().unicodeScalars))
        case "like": Self.matches(Array(own.unicodeScalars)[...], Array(part.unicodeScalars)[...])
        case "iLike":
            Self.matches(Array(own.lowercased().unicodeScalars)[...], Array(part.lowercased().unicodeScalars)[...])
        default: fatalError("\(comparison) of \(value)")
        }
    }

    private static func contains(_ text: [Unicode.Scalar], _ part: [Unicode.Scalar]) -> Bool {
        part.isEmpty || (0..<max(0, text.count - part.count + 1)).contains { Array(text[$0..<$0 + part.count]) == part }
    }

    /// LIKE: `%` any text, `_` any character, a backslash takes what follows literally.
    private static func matches(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        switch first {
        case "%": return matches(text, pattern.dropFirst()) || (!text.isEmpty && matches(text.dropFirst(), pattern))
        case "_": return !text.isEmpty && matches(text.dropFirst(), pattern.dropFirst())
        case "\\": return text.first == pattern.dropFirst().first && matches(text.dropFirst(), pattern.dropFirst(2))
        default: return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
        }
    }

    // MARK: Lists

    /// All rows of a list, in its order.
    private func ordered(
        _ row: NaiveWorld.Row?, _ relation: NaiveModel.Relation?, _ type: String, _ arguments: NaiveArguments
    ) -> [NaiveWorld.Row] {
        var rows = if let row, let relation { related(row, relation, inRule: false) } else { self.rows(type) }
        if let filter = arguments.filter { rows = rows.filter { holds(filter, of: $0, inRule: false) == true } }
        var order = arguments.order
        if order.isEmpty, let standard = NaiveModel.entity(type).order,
            view.types[type]?.fields.contains(standard.field) == true
        {
            order = [(standard.field, standard.isDescending ? "DESC" : "ASC")]
        }
        order.append(("id", "ASC"))
        return rows.sorted { Self.precedes($0, $1, order) }
    }

    private static func precedes(
        _ left: NaiveWorld.Row, _ right: NaiveWorld.Row, _ order: [(field: String, direction: String)]
    ) -> Bool {
        for (field, direction) in order {
            let isDescending = direction.hasPrefix("DESC"),
                nullsFirst = direction.hasSuffix("NULLS_FIRST") || direction == "DESC"
            switch (left[field], right[field]) {
            case (.null, .null): continue
            case (.null, _): return nullsFirst
            case (_, .null): return !nullsFirst
            case (let a, let b):
                let outcome = NaiveValue.compare(a, b)
                if outcome != 0 { return (outcome < 0) != isDescending }
            }
        }
        return false
    }

    // MARK: Answers

    private func object(_ selections: [NaiveSelection], _ row: NaiveWorld.Row?, _ type: String) -> JSONValue {
        .object(selections.map { JSONMember(key: $0.key, value: value($0, row, type)) })
    }

    private func value(_ selection: NaiveSelection, _ row: NaiveWorld.Row?, _ type: String) -> JSONValue {
        switch selection {
        case .typename: return .string(type)
        case .scalar(_, let field): return row?[field.name].answer ?? .null
        case .getter(_, let type, let id, let inner):
            return rows(type).first { $0.key == .text(id) || $0.key == Int(id).map(NaiveValue.serial) }.map {
                object(inner, $0, type)
            } ?? .null
        case .viewer(_, let inner):
            return rows("User").first { $0.key == viewer.id.map { NaiveValue.text($0.text) } }.map {
                object(inner, $0, "User")
            } ?? .null
        case .one(_, let relation, let inner):
            return row.flatMap { related($0, relation, inRule: false).first }.map { object(inner, $0, relation.target) }
                ?? .null
        case .list(_, let relation, let type, let arguments, let inner):
            let rows = ordered(row, relation, type, arguments).dropFirst(arguments.offset ?? 0).prefix(
                arguments.first ?? 50)
            return .array(rows.map { object(inner, $0, type) })
        case .page(_, let relation, let type, let arguments, let parts):
            return page(ordered(row, relation, type, arguments), type, arguments, parts)
        case .totals(_, let relation, let type, let arguments, let parts):
            return .object(totals(ordered(row, relation, type, arguments), parts))
        }
    }

    private func page(
        _ all: [NaiveWorld.Row], _ type: String, _ arguments: NaiveArguments, _ parts: [NaivePagePart]
    ) -> JSONValue {
        let rows = arguments.last.map { all.suffix($0) } ?? all.prefix(arguments.first ?? 50)
        let isMore = rows.count < all.count, isBackward = arguments.last != nil
        return .object(
            parts.map { part in
                switch part {
                case .total: JSONMember(key: "totalCount", value: .number(String(all.count)))
                case .nodes(let inner): JSONMember(key: "nodes", value: .array(rows.map { object(inner, $0, type) }))
                case .edges(let inner):
                    JSONMember(
                        key: "edges",
                        value: .array(rows.map { .object([JSONMember(key: "node", value: object(inner, $0, type))]) }))
                case .info:
                    JSONMember(
                        key: "pageInfo",
                        value: .object([
                            JSONMember(key: "hasNextPage", value: .bool(!isBackward && isMore)),
                            JSONMember(key: "hasPreviousPage", value: .bool(isBackward && isMore)),
                        ]))
                }
            })
    }

    private func totals(_ rows: [NaiveWorld.Row], _ parts: [NaiveTotal]) -> [JSONMember] {
        parts.map { part in
            switch part {
            case .count: JSONMember(key: "count", value: .number(String(rows.count)))
            case .least(let fields):
                JSONMember(
                    key: "min", value: values(rows, fields) { $0.min { NaiveValue.compare($0, $1) < 0 }?.answer })
            case .greatest(let fields):
                JSONMember(
                    key: "max", value: values(rows, fields) { $0.max { NaiveValue.compare($0, $1) < 0 }?.answer })
            case .sum(let fields):
                JSONMember(
                    key: "sum",
                    value: values(rows, fields) { $0.isEmpty ? nil : .string(NaiveValue.decimal(Self.cents($0))) })
            // Only to so many digits: the comparison knows.
            case .average(let fields):
                JSONMember(
                    key: "avg",
                    value: values(rows, fields) {
                        $0.isEmpty ? nil : .string(String(Double(Self.cents($0)) / 100 / Double($0.count)))
                    })
            case .groups(let keys, let first, let shown, let inner):
                JSONMember(
                    key: "groupBy",
                    value: .array(
                        groups(rows, keys).prefix(first ?? 50).map { values, rows in
                            let key = shown.map { field in
                                JSONMember(
                                    key: field.name,
                                    value: keys.firstIndex { $0.field == field }.map { values[$0].answer } ?? .null)
                            }
                            return .object([JSONMember(key: "key", value: .object(key))] + totals(rows, inner))
                        }))
            }
        }
    }

    private func values(
        _ rows: [NaiveWorld.Row], _ fields: [NaiveModel.Field], _ compute: ([NaiveValue]) -> JSONValue?
    ) -> JSONValue {
        .object(
            fields.map { field in
                JSONMember(key: field.name, value: compute(rows.map { $0[field.name] }.filter { $0 != .null }) ?? .null)
            })
    }

    private static func cents(_ values: [NaiveValue]) -> Int {
        values.reduce(0) { sum, value in if case .cents(let cents) = value { sum + cents } else { sum } }
    }

    /// In the order of their keys, null last.
    private func groups(_ rows: [NaiveWorld.Row], _ keys: [NaiveGroupKey]) -> [([NaiveValue], [NaiveWorld.Row])] {
        Dictionary(grouping: rows) { row in keys.map { $0.value(row) } }.sorted { left, right in
            for (a, b) in zip(left.key, right.key) where a != b {
                if a == .null { return false }
                if b == .null { return true }
                return NaiveValue.compare(a, b) < 0
            }
            return false
        }.map { ($0.key, $0.value) }
    }
}
