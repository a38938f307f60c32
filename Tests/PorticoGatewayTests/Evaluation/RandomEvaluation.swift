import JSONBytes
import TestRandom

/// Random conditions, rules and queries on the naive model: what a viewer may ask follows from the
/// rules as they are written, not from the gateway's schema.
struct RandomEvaluation {
    var generator: SeededGenerator
    let world: NaiveWorld
    private var keys = 0
    private var variables: [(name: String, type: String, value: JSONValue)] = []

    init(seed: UInt64, world: NaiveWorld) {
        generator = SeededGenerator(seed: seed)
        self.world = world
    }

    mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func pick<T>(_ items: [T]) -> T? { items.randomElement(using: &generator) }

    /// A random part, in the order of the whole.
    mutating func some<T>(_ items: [T], oneIn: Int) -> [T] {
        var part: [T] = []
        for item in items where chance(oneIn) { part.append(item) }
        return part
    }

    // MARK: Conditions

    /// - Parameter view: What may be spoken of; everything in a rule.
    mutating func condition(_ type: String, _ view: NaiveRules.View?, depth: Int) -> NaiveCondition {
        let entity = NaiveModel.entity(type)
        let fields = view?.fields(type) ?? entity.fields
        // A type without a visible column has no filter, and so none that leads to it.
        let relations = (view?.relations(type) ?? entity.relations).filter { view?.fields($0.target).isEmpty != true }
        let choice = number(0...9)
        if depth > 0, choice < 2 { return list(choice == 0, type, view, depth) }
        if depth > 0, choice == 2 { return .not(condition(type, view, depth: depth - 1)) }
        if depth > 0, choice < 6, let relation = pick(relations) {
            let inner = condition(relation.target, view, depth: depth - 1)
            return relation.isMany
                ? .many(relation.name, pick(NaiveCondition.Quantifier.allCases) ?? .some, inner)
                : .one(relation.name, inner)
        }
        guard let field = pick(fields) else { return .and([]) }
        return .test(
            field.name,
            (0..<(chance(4) ? 2 : 1)).reduce(into: [NaiveTest]()) { tests, _ in
                let test = self.test(field, isRule: view == nil)
                if !tests.contains(where: { $0.comparison == test.comparison }) { tests.append(test) }
            })
    }

    private mutating func list(_ isAnd: Bool, _ type: String, _ view: NaiveRules.View?, _ depth: Int) -> NaiveCondition
    {
        let items = (0..<number(0...3)).map { _ in condition(type, view, depth: depth - 1) }
        return isAnd ? .and(items) : .or(items)
    }

    private mutating func test(_ field: NaiveModel.Field, isRule: Bool) -> NaiveTest {
        if isRule, chance(2), let test = viewerTest(field) { return test }
        if chance(6), field.kind != .serial { return NaiveTest(comparison: "isNull", operand: .flag(chance(2))) }
        switch field.kind {
        case .bool:
            return NaiveTest(
                comparison: pick(["eq", "ne", "distinctFrom", "notDistinctFrom"]) ?? "eq", operand: .flag(chance(2)))
        case .json:
            return chance(2)
                ? NaiveTest(comparison: "hasKey", operand: .value(.text(pick(NaiveWorld.keys) ?? "a")))
                : NaiveTest(comparison: "contains", operand: .value(.json(part())))
        case .texts:
            let comparison = pick(["has", "hasAny", "hasAll", "isEmpty"]) ?? "has"
            if comparison == "isEmpty" { return NaiveTest(comparison: comparison, operand: .flag(chance(2))) }
            if comparison == "has" { return NaiveTest(comparison: comparison, operand: .value(.text(text()))) }
            return NaiveTest(comparison: comparison, operand: .list((0..<number(1...3)).map { _ in .text(text()) }))
        case .id, .serial, .text, .decimal, .time, .choice: break
        }
        var comparisons = ["eq", "ne", "in", "notIn", "distinctFrom", "notDistinctFrom"]
        if field.kind.hasRange { comparisons += ["lt", "lte", "gt", "gte"] }
        if field.kind == .text { comparisons += ["contains", "startsWith", "endsWith", "iContains", "like", "iLike"] }
        let comparison = pick(comparisons) ?? "eq"
        switch comparison {
        case "distinctFrom" where !isRule && chance(4), "notDistinctFrom" where !isRule && chance(4):
            return NaiveTest(comparison: comparison, operand: .value(.null))
        case "in", "notIn":
            return NaiveTest(comparison: comparison, operand: .list((0..<number(0...3)).map { _ in value(field) }))
        case "like", "iLike":
            return NaiveTest(comparison: comparison, operand: .value(.text(pattern(comparison == "iLike"))))
        case "iContains":
            return NaiveTest(
                comparison: comparison,
                operand: .value(.text(pick(["", "a", "A", "LPHA", "%", "_", "50", "\\"]) ?? "")))
        default: return NaiveTest(comparison: comparison, operand: .value(value(field)))
        }
    }

    private mutating func viewerTest(_ field: NaiveModel.Field) -> NaiveTest? {
        let comparison = chance(3) ? pick(["ne", "distinctFrom"]) ?? "ne" : pick(["eq", "notDistinctFrom"]) ?? "eq"
        switch (field.kind, field.name) {
        case (.id, "tenantId"), (.id, "parentId"):
            if chance(2) { return NaiveTest(comparison: chance(3) ? "notIn" : "in", operand: .viewer("tenants")) }
            return NaiveTest(comparison: comparison, operand: .viewer("tenant"))
        case (.id, _): return NaiveTest(comparison: comparison, operand: .viewer("id"))
        case (.choice, "role"): return NaiveTest(comparison: comparison, operand: .viewer("role"))
        case (.text, _):
            return NaiveTest(comparison: comparison, operand: .viewer(chance(2) ? "claims.word" : "claims.missing"))
        default: return nil
        }
    }

    /// Of the rows themselves as often as not, so that something is found.
    private mutating func value(_ field: NaiveModel.Field) -> NaiveValue {
        switch field.kind {
        case .id: return .text(identifier(field.name))
        case .serial: return .serial(number(1...61))
        case .text: return .text(chance(3) ? "EUR" : text())
        case .decimal: return .cents(pick([0, 100, 4990, 12_345, -1]) ?? 0)
        case .time: return .time(pick(NaiveWorld.times) ?? 0)
        case .choice(let names): return NaiveWorld.choice(number(0...names.count - 1), names)
        case .bool, .json, .texts: return .null
        }
    }

    private mutating func text() -> String { pick(NaiveWorld.texts) ?? "" }
    private mutating func pattern(_ ignoresCase: Bool) -> String {
        pick(
            ["%", "a%", "%b", "_", "a\\_b", "50\\%", "__", "%lpha%", "", "A%", "_b"]
                + (ignoresCase ? [] : ["%é%", "É_", "x\\\\y"])) ?? "%"
    }

    /// Without nulls, which no filter holds.
    private mutating func part() -> NaiveJSON {
        pick([
            .object([:]), .object(["a": .number(1)]), .object(["a": .bool(true)]), .object(["b": .array([.number(1)])]),
            .object(["b": .object(["a": .number(1)])]), .object(["a": .array([])]),
        ]) ?? .object([:])
    }

    private mutating func identifier(_ field: String) -> String {
        let rows =
            switch field {
            case "tenantId", "parentId": world.rows("Tenant")
            case "siteId": world.rows("Site")
            case "ticketId", "entityId": world.rows("Ticket")
            case "id": world.rows(pick(["Ticket", "User", "Site", "Payment", "Tenant"]) ?? "Ticket")
            case "subscriptionId": world.rows("TenantSubscription")
            default: world.users
            }
        if case .text(let id)? = pick(rows)?.key, !chance(8) { return id }
        return "nowhere"
    }

    // MARK: Rules

    /// Roles and tenants' files, generated at random.
    mutating func rules() -> NaiveRules {
        var rules = NaiveRules(roles: ["anonymous": NaiveRules.Role(reach: .tenant, types: [:])], tenants: [:])
        for role in ["super_admin", "agency_owner", "agency_agent", "client"] {
            var types: [String: NaiveRules.Read] = [:]
            for entity in NaiveModel.entities where !chance(6) {
                let names = entity.allNames.sorted()
                let fields = chance(2) ? names : some(names, oneIn: 2)
                if fields.isEmpty { continue }
                types[entity.name] = NaiveRules.Read(
                    fields: Set(fields), rows: chance(3) ? condition(entity.name, nil, depth: 3) : nil,
                    isOptional: chance(8))
            }
            rules.roles[role] = NaiveRules.Role(
                reach: pick([.tenant, .tenant, .subtree, .crossTenant]) ?? .tenant, types: types)
        }
        for tenant in NaiveWorld.tenants where chance(2) {
            var file = NaiveRules.TenantFile()
            for (role, rule) in rules.roles.sorted(by: { $0.key < $1.key }) {
                for (type, read) in rule.types.sorted(by: { $0.key < $1.key }) {
                    if read.isOptional, chance(2) { file.grants.insert("\(role).\(type).read") }
                    guard chance(3) else { continue }
                    file.narrowings["\(role).\(type)"] = NaiveRules.Narrowing(
                        hide: Set(some(NaiveModel.entity(type).allNames.sorted(), oneIn: 5)),
                        rows: chance(2) ? condition(type, nil, depth: 2) : nil)
                }
            }
            rules.tenants[tenant] = file
        }
        return rules
    }

    // MARK: Queries

    /// `nil` for a viewer who may ask nothing.
    mutating func query(_ view: NaiveRules.View, isSignedIn: Bool) -> NaiveQuery? {
        variables = []
        keys = 0
        guard !view.types.isEmpty else { return nil }
        let root = (0..<number(1...2)).compactMap { _ in rootField(view, isSignedIn) }
        return root.isEmpty ? nil : NaiveQuery(root: root, variables: variables)
    }

    private mutating func key(_ name: String, _ taken: Set<String> = []) -> String {
        keys += 1
        return chance(4) ? "k\(keys)" : taken.contains(name) ? "k\(keys)" : name
    }

    private mutating func rootField(_ view: NaiveRules.View, _ isSignedIn: Bool) -> NaiveSelection? {
        guard let type = pick(view.types.keys.sorted()) else { return nil }
        keys += 1
        let key = "r\(keys)"
        let choice = number(0...11)
        if choice == 0, isSignedIn, view.types["User"] != nil {
            return .viewer(key: key, selections("User", view, depth: 3))
        }
        if choice == 1, view.types[type]?.fields.contains("id") == true {
            let isSerial = type == "AuditLog"
            let id =
                isSerial
                ? String(number(1...80))
                : pick(world.rows(type)).map { if case .text(let id) = $0.key { id } else { "" } } ?? ""
            return .getter(
                key: key, type: type, id: chance(8) ? isSerial ? "9999" : "nowhere" : id,
                selections(type, view, depth: 3))
        }
        return listField(key, nil, type, view, depth: 3)
    }

    private mutating func listField(
        _ key: String, _ relation: NaiveModel.Relation?, _ type: String, _ view: NaiveRules.View, depth: Int
    ) -> NaiveSelection {
        var arguments = NaiveArguments()
        if !view.fields(type).isEmpty, chance(2) {
            let filter = condition(type, view, depth: relation == nil ? 3 : 2)
            arguments.filter = filter
            if chance(3) || !Self.isWritable(filter) {
                arguments.variable = "v\(variables.count)"
                variables.append(("v\(variables.count)", "\(type)Filter", filter.json))
            }
        }
        if chance(6) { return .totals(key: key, relation, type: type, arguments, totals(type, view, isGroup: false)) }
        let orderable = view.fields(type).filter(\.kind.isOrderable)
        if chance(2) {
            for field in some(orderable, oneIn: 4).shuffled(using: &generator).prefix(2) {
                arguments.order.append(
                    (
                        field.name,
                        pick([
                            "ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST",
                        ]) ?? "ASC"
                    ))
            }
        }
        if chance(5) {
            if chance(2) { arguments.last = number(0...7) } else if chance(2) { arguments.first = number(0...7) }
            var parts: [NaivePagePart] = chance(2) ? [.total] : []
            parts.append(
                chance(2)
                    ? .nodes(selections(type, view, depth: depth - 1))
                    : .edges(selections(type, view, depth: depth - 1)))
            if chance(2) { parts.append(.info) }
            return .page(key: key, relation, type: type, arguments, parts)
        }
        if !chance(3) { arguments.first = number(0...8) }
        if chance(4) { arguments.offset = number(0...4) }
        return .list(key: key, relation, type: type, arguments, selections(type, view, depth: depth - 1))
    }

    private mutating func selections(_ type: String, _ view: NaiveRules.View, depth: Int) -> [NaiveSelection] {
        var selections: [NaiveSelection] = []
        func taken() -> Set<String> { Set(selections.map(\.key)) }
        for field in view.fields(type) where field.name == "id" || chance(3) {
            selections.append(.scalar(key: key(field.name, taken()), field: field))
        }
        if depth > 0 {
            for relation in view.relations(type) where chance(3) {
                let name = key(relation.name, taken())
                if relation.isMany {
                    let list = listField(name, relation, relation.target, view, depth: depth)
                    selections.append(list)
                } else {
                    selections.append(
                        .one(key: name, relation, self.selections(relation.target, view, depth: depth - 1)))
                }
            }
        }
        if selections.isEmpty || chance(10) { selections.append(.typename(key: key("__typename", taken()))) }
        return selections
    }

    private mutating func totals(_ type: String, _ view: NaiveRules.View, isGroup: Bool) -> [NaiveTotal] {
        let fields = view.fields(type), ranged = fields.filter(\.kind.hasRange),
            numbers = fields.filter { $0.kind == .decimal }
        var parts: [NaiveTotal] = [.count]
        if let field = pick(ranged), chance(2) { parts.append(.least([field])) }
        if let field = pick(ranged), chance(2) { parts.append(.greatest([field])) }
        if !numbers.isEmpty { parts += [.sum(numbers), .average(numbers)] }
        let groupable = fields.filter(\.kind.isOrderable)
        if !isGroup, !groupable.isEmpty, chance(2) {
            let chosen = groupable.shuffled(using: &generator).prefix(number(1...2))
            let keys = chosen.map {
                NaiveGroupKey(
                    field: $0, per: $0.kind == .time && !chance(3) ? pick(["DAY", "WEEK", "MONTH", "YEAR"]) : nil)
            }
            let shown = Array(Set(chosen + (chance(4) ? [groupable[0]] : []))).sorted { $0.name < $1.name }
            parts.append(
                .groups(keys, first: chance(2) ? number(0...6) : nil, shown: shown, totals(type, view, isGroup: true)))
        }
        return parts
    }

    /// JSON with keys that are no names cannot be written in a document.
    private static func isWritable(_ condition: NaiveCondition) -> Bool {
        switch condition {
        case .and(let items), .or(let items): items.allSatisfy(isWritable)
        case .not(let inner), .one(_, let inner), .many(_, _, let inner): isWritable(inner)
        case .test: true
        }
    }
}
