import TestRandom

/// A few hundred random rows in all tables, held in memory and written to a database as they are.
/// Foreign keys cross the borders of tenants wherever they can; few different values make equal
/// ones frequent; nulls are everywhere they may be.
final class NaiveWorld {
    final class Row {
        let type: String
        var values: [String: NaiveValue]

        init(type: String, values: [String: NaiveValue]) {
            self.type = type
            self.values = values
        }

        subscript(_ field: String) -> NaiveValue { values[field] ?? .null }
        var key: NaiveValue { self["id"] }
    }

    private(set) var tables: [String: [Row]] = [:]
    private var index: [String: [NaiveValue: [Row]]] = [:]

    static let tenants = [
        "spotex-platform-001", "agency-001", "agency-002", "agency-003", "other-000", "other-001", "alone",
    ]
    static let texts = [
        "", "a", "A", "b", "ab", "Alpha", "alpha beta", "50%", "a_b", "x\\y", "é", "Éa", "ß", "日本", "it's", "\"q\"",
        "tab\there", "zz", "-1", "null",
    ]
    static let keys = ["a", "b", "long key", "é"]

    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        let sizes = [
            ("Tenant", Self.tenants.count), ("User", 36), ("Site", 30), ("Ticket", 110), ("TicketMessage", 160),
            ("Domain", 36), ("TenantSubscription", 6), ("Payment", 50), ("Notification", 50), ("AuditLog", 60),
        ]
        for (name, count) in sizes { tables[name] = (0..<count).map { row(NaiveModel.entity(name), $0) } }
        // Two trees; the last tenant stands alone.
        for (number, tenant) in rows("Tenant").enumerated() {
            let parents: [Int?] = [nil, 0, 0, 1, nil, 4, nil]
            tenant.values["parentId"] = parents[number].map { .text(Self.tenants[$0]) } ?? .null
        }
        for (number, row) in rows("TenantSubscription").enumerated() {
            row.values["tenantId"] = .text(Self.tenants[number])
        }
        makeIndex()
    }

    /// With these rows.
    init(_ tables: [String: [Row]]) {
        generator = SeededGenerator(seed: 0)
        self.tables = tables
        makeIndex()
    }

    private func makeIndex() {
        for (name, rows) in tables {
            for field in NaiveModel.entity(name).fields {
                index["\(name).\(field.name)"] = Dictionary(grouping: rows) { $0[field.name] }
            }
        }
    }

    func rows(_ type: String) -> [Row] { tables[type] ?? [] }

    /// Rows whose field has a value; none for null.
    func rows(_ type: String, _ field: String, _ value: NaiveValue) -> [Row] {
        value == .null ? [] : index["\(type).\(field)"]?[value] ?? []
    }

    var users: [Row] { rows("User") }

    /// A tenant and all below it.
    func subtree(_ tenant: String) -> [String] {
        [tenant]
            + rows("Tenant", "parentId", .text(tenant)).flatMap { row -> [String] in
                if case .text(let id) = row.key { subtree(id) } else { [] }
            }
    }

    /// SQL that empties the tables and fills them with these rows.
    var sql: String {
        var sql = "TRUNCATE tenants CASCADE; TRUNCATE audit_logs;\n"
        for name in [
            "Tenant", "User", "Site", "Ticket", "TicketMessage", "Domain", "TenantSubscription", "Payment",
            "Notification", "AuditLog",
        ] {
            let entity = NaiveModel.entity(name)
            let isUser = name == "User", columns = entity.fields.map(\.column) + (isUser ? ["password_hash"] : [])
            let rows = rows(name).map { row in
                "(\((entity.fields.map { row[$0.name].sql } + (isUser ? ["'!'"] : [])).joined(separator: ", ")))"
            }
            sql +=
                "INSERT INTO \(entity.table) (\(columns.joined(separator: ", "))) \(name == "AuditLog" ? "OVERRIDING SYSTEM VALUE " : "")VALUES\n\(rows.joined(separator: ",\n"));\n"
        }
        return sql + "ANALYZE;\n"
    }

    // MARK: Values

    private func row(_ entity: NaiveModel.Entity, _ number: Int) -> Row {
        var values: [String: NaiveValue] = [:]
        for field in entity.fields {
            if field.isNullable, Int.random(in: 0..<4, using: &generator) == 0 {
                values[field.name] = .null
            } else {
                values[field.name] = value(field, entity, number)
            }
        }
        return Row(type: entity.name, values: values)
    }

    private func value(_ field: NaiveModel.Field, _ entity: NaiveModel.Entity, _ number: Int) -> NaiveValue {
        // What the database wants unique.
        switch (entity.name, field.name) {
        case ("Tenant", "id"): return .text(Self.tenants[number])
        case (_, "id"):
            return field.kind == .serial
                ? .serial(number * 7 % 61 + 1) : .text("\(entity.getter.lowercased())-\(number)")
        case ("Tenant", "domain"), ("Site", "domain"), ("Domain", "name"), ("User", "email"):
            return .text("\(text())\(number)@x.test")
        case (_, "currency"): return .text(["EUR", "CHF", "USD"].randomElement(using: &generator) ?? "EUR")
        default: return field.kind == .id ? reference(field.name) : random(field.kind)
        }
    }

    private func reference(_ field: String) -> NaiveValue {
        switch field {
        case "tenantId": .text(Self.tenants.randomElement(using: &generator) ?? "alone")
        case "siteId": pick("site", 30)
        case "ticketId": pick("ticket", 110)
        case "subscriptionId": pick("tenantsubscription", 6)
        case "entityId": pick("ticket", 200)  // many of them name nothing
        case "parentId": .null
        default: pick("user", 36)
        }
    }

    private func pick(_ prefix: String, _ count: Int) -> NaiveValue {
        // Some rows are referred to much more often than others.
        let number =
            Bool.random(using: &generator)
            ? Int.random(in: 0..<max(1, count / 5), using: &generator) : Int.random(in: 0..<count, using: &generator)
        return .text("\(prefix)-\(number)")
    }

    func text() -> String { Self.texts.randomElement(using: &generator) ?? "" }

    private func random(_ kind: NaiveModel.Kind) -> NaiveValue {
        switch kind {
        case .id, .text: .text(text())
        case .serial: .serial(Int.random(in: 1...61, using: &generator))
        case .decimal: .cents([0, 1, 100, 4990, 12_345, 999_999_999, -250].randomElement(using: &generator) ?? 0)
        case .time: .time(Self.times.randomElement(using: &generator) ?? 0)
        case .bool: .bool(Bool.random(using: &generator))
        case .choice(let names):
            Self.choice(Int.random(in: 0..<names.count, using: &generator), names)
        case .texts: .texts((0..<Int.random(in: 0...3, using: &generator)).map { _ in text() })
        case .json: .json(Self.document(&generator))
        }
    }

    static func choice(_ place: Int, _ names: [String]) -> NaiveValue { .choice(place, names[place]) }

    /// Few, so that many are equal; some with fractions of a second, some at the borders of
    /// periods.
    static let times: [Int] = [
        1_735_689_600, 1_735_689_599, 1_704_067_200, 1_709_164_800, 1_740_787_200, 1_741_000_000, 1_733_000_001,
        1_738_540_799,
    ].flatMap { [$0 * 1_000_000, $0 * 1_000_000 + 500_000, $0 * 1_000_000 + 999_999] }

    static func document(_ generator: inout SeededGenerator) -> NaiveJSON {
        func leaf() -> NaiveJSON {
            [
                .null, .bool(true), .number(1), .number(2), .string("a"), .string("x"),
                .array([.number(1), .string("a")]), .object(["a": .number(1)]),
            ].randomElement(using: &generator) ?? .null
        }
        var members: [String: NaiveJSON] = [:]
        for key in keys where Bool.random(using: &generator) { members[key] = leaf() }
        return .object(members)
    }
}
