import Foundation
import JSONBytes
import PorticoGateway
import TestRandom
import Testing

/// Values that PostgreSQL computes against the same values computed here from the plain lists, for
/// every user of the seed and random filters: what a list does not show has no part in any value.
@Suite struct AggregateComparisonTests {
    static let database: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase(extra: rows) }
    static let users = ["user-admin-001", "user-agency-001", "user-agency-002", "user-client-001"]

    /// Tickets and payments of both agencies, tied across the border where foreign keys allow it.
    private static let rows = """
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, priority, status, resolved_at, created_at)
            SELECT t || '-k' || n, t, (ARRAY['site-001', 'site-002', NULL])[1 + n % 3],
                (ARRAY['user-client-001', 'user-agency-001', 'user-agency-002'])[1 + n % 3 * (n % 2)], CASE WHEN n % 4 = 0 THEN 'user-agency-002' END,
                'subject ' || n % 7, (ARRAY['low', 'high', 'urgent'])[1 + n % 3]::ticket_priority, (ARRAY['open', 'closed', 'waiting', 'resolved'])[1 + n % 4]::ticket_status,
                CASE WHEN n % 5 > 0 THEN '2025-01-03 00:00+00'::timestamptz + n * interval '7 hours 11 minutes' END,
                '2024-11-24 03:00+00'::timestamptz + n * interval '31 hours 13 minutes 1.5 seconds'
            FROM unnest(ARRAY['agency-001', 'agency-002']) t, generate_series(1, 90) n;
        INSERT INTO ticket_messages (id, ticket_id, author_id, body, internal)
            SELECT k.id || '-m' || n, k.id, 'user-agency-001', 'body ' || n, n = 2 FROM tickets k, generate_series(1, 3) n;
        INSERT INTO payments (id, tenant_id, amount, currency, status, provider, paid_at, created_at)
            SELECT t || '-p' || n, t, (n * 7919 % 100000 - 30000) / 100.0, (ARRAY['EUR', 'CHF'])[1 + n % 2],
                (ARRAY['pending', 'completed', 'failed'])[1 + n % 3]::payment_status, CASE WHEN n % 6 > 0 THEN 'p' || n % 3 END,
                CASE WHEN n % 5 > 0 THEN '2024-12-28'::timestamptz + n * interval '9 hours' END, '2025-02-01'::timestamptz + n * interval '3 days'
            FROM unnest(ARRAY['agency-001', 'agency-002']) t, generate_series(1, 70) n;
        ANALYZE;
        """

    /// A list and what can be computed of it.
    struct Kind {
        var list: String
        var parent: String
        var filters: [String]
        /// Besides these, `id` alone is read.
        var extremes: [String]
        var numbers: [String] = []
        var enums: [String: [String]]
        var dates: [String]
        var others: [String]

        var fields: String {
            Set(["id"] + extremes + numbers + enums.keys + dates + others).sorted().joined(separator: " ")
        }
    }

    static let tickets = Kind(
        list: "tickets", parent: "sites",
        filters: [
            "status: {in: [OPEN, WAITING]}", #"createdAt: {gte: "2025-01-15T00:00:00Z"}"#, "resolvedAt: {isNull: true}",
            #"subject: {contains: "3"}"#, "site: {}",
            "not: {priority: {eq: HIGH}}", #"messages: {some: {body: {eq: "body 2"}}}"#, "or: []",
            #"site: {domain: {contains: "moda"}}"#,
        ],
        extremes: ["subject", "createdAt", "resolvedAt"],
        enums: ["status": ["OPEN", "IN_PROGRESS", "WAITING", "RESOLVED", "CLOSED"]],
        dates: ["createdAt", "resolvedAt"],
        others: ["siteId", "subject"])
    static let payments = Kind(
        list: "payments", parent: "tenants",
        filters: [
            #"amount: {gt: "3.5"}"#, "status: {ne: FAILED}", "paidAt: {isNull: false}",
            #"provider: {in: ["p1", "p2"]}"#, "and: []", "not: {and: []}",
        ],
        extremes: ["amount", "provider", "paidAt"], numbers: ["amount"],
        enums: ["status": ["PENDING", "COMPLETED", "FAILED", "REFUNDED"]], dates: ["paidAt", "createdAt"],
        others: ["currency", "provider"])

    @Test(arguments: users) func ticketsAreComputedOfWhatTheListShows(_ user: String) async throws {
        try await compare(Self.tickets, user, seed: 7)
    }

    @Test(arguments: users.dropLast()) func paymentsAreComputedOfWhatTheListShows(_ user: String) async throws {
        try await compare(Self.payments, user, seed: 11)
    }

    private func compare(_ kind: Kind, _ user: String, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var rows = 0
        for _ in 0..<40 {
            let filter = kind.filters.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }.map { "{\($0)}" }
                .joined(separator: ", ")
            let keys = Keys(kind, &generator)
            let values =
                "\(Self.values(kind)) groups: groupBy(keys: [\(keys.argument)], first: 500) { key { \(keys.fields.joined(separator: " ")) } \(Self.values(kind)) }"
            let query =
                "rows: \(kind.list)(where: {and: [\(filter)]}, first: 500) { \(kind.fields) } values: \(kind.list)Aggregate(where: {and: [\(filter)]}) { \(values) }"
            let answer = try await Self.database.get().ask(
                "{ \(query) parents: \(kind.parent)(first: 500) { \(query) } }", as: SpotexDatabase.viewer(user))
            guard answer.outcome == .data, let data = try parseJSON(answer.body)["data"],
                case .array(let parents)? = data["parents"]
            else {
                Issue.record("\(query) gave \(String(decoding: answer.body.prefix(500), as: UTF8.self))")
                continue
            }
            for level in [data] + parents {
                rows += check(level, kind, keys) ?? -1_000_000
            }
        }
        #expect(rows > 100, "there must be rows for their values to mean anything")
    }

    private static func values(_ kind: Kind) -> String {
        let sums =
            kind.numbers.isEmpty
            ? "" : " sum { \(kind.numbers.joined(separator: " ")) } avg { \(kind.numbers.joined(separator: " ")) }"
        return
            "count min { \(kind.extremes.joined(separator: " ")) } max { \(kind.extremes.joined(separator: " ")) }\(sums)"
    }

    // MARK: Keys

    /// One or two fields to group by, some dates by periods.
    struct Keys {
        var fields: [String] = []
        var parts: [String: String] = [:]
        var enums: [String: [String]]

        init(_ kind: Kind, _ generator: inout SeededGenerator) {
            enums = kind.enums
            let candidates = (kind.enums.keys.sorted() + kind.dates + kind.others).shuffled(using: &generator)
            for field in candidates.prefix(Int.random(in: 1...2, using: &generator)) where !fields.contains(field) {
                fields.append(field)
                if kind.dates.contains(field) {
                    parts[field] = ["DAY", "WEEK", "MONTH", "YEAR"].randomElement(using: &generator)
                }
            }
        }

        var argument: String {
            fields.map { field in
                let name = field.reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
                return "{field: \(name)\(parts[field].map { ", per: \($0)" } ?? "")}"
            }.joined(separator: ", ")
        }

        /// The row's values of the keys, dates at the start of their periods.
        func values(of row: JSONValue) -> [JSONValue] {
            fields.map { field in
                guard let part = parts[field], case .string(let text)? = row[field] else { return row[field] ?? .null }
                return .string(Self.start(of: part, text))
            }
        }

        private static func start(of part: String, _ text: String) -> String {
            var calendar = Calendar(identifier: .iso8601)
            calendar.timeZone = .gmt
            let days = text.prefix(10).split(separator: "-").compactMap { Int($0) }
            guard part == "WEEK",
                let day = calendar.date(from: DateComponents(year: days[0], month: days[1], day: days[2])),
                let week = calendar.dateInterval(of: .weekOfYear, for: day)
            else {
                return text.prefix(part == "YEAR" ? 4 : part == "MONTH" ? 7 : 10)
                    + (part == "YEAR" ? "-01-01" : part == "MONTH" ? "-01" : "") + "T00:00:00Z"
            }
            let monday = calendar.dateComponents([.year, .month, .day], from: week.start)
            return String(format: "%04d-%02d-%02dT00:00:00Z", monday.year ?? 0, monday.month ?? 0, monday.day ?? 0)
        }

        /// Whether one key comes before another: in the order of each value, null last.
        func isAscending(_ left: [JSONValue], _ right: [JSONValue]) -> Bool {
            for (position, field) in fields.enumerated() where left[position] != right[position] {
                if left[position] == .null { return false }
                if right[position] == .null { return true }
                if let order = enums[field] {
                    return (order.firstIndex(of: text(left[position])) ?? 0)
                        < (order.firstIndex(of: text(right[position])) ?? 0)
                }
                return text(left[position]) < text(right[position])
            }
            return false
        }
    }

    // MARK: Values

    /// The number of rows, where all values of a level are as they should be.
    private func check(_ level: JSONValue, _ kind: Kind, _ keys: Keys) -> Int? {
        guard case .array(let rows)? = level["rows"], let values = level["values"],
            case .array(let groups)? = values["groups"]
        else {
            Issue.record("no rows, values or groups")
            return nil
        }
        check(values, of: rows, kind)
        let expected = Dictionary(grouping: rows) { keys.values(of: $0).map(text) }
        #expect(groups.count == expected.count)
        var last: [JSONValue]?
        for group in groups {
            let key = keys.fields.map { group["key"]?[$0] ?? .null }
            check(group, of: expected[key.map(text)] ?? [], kind)
            if let last { #expect(keys.isAscending(last, key), "\(last) before \(key)") }
            last = key
        }
        return rows.count
    }

    private func check(_ values: JSONValue, of rows: [JSONValue], _ kind: Kind) {
        #expect(values["count"] == .number("\(rows.count)"))
        for field in kind.extremes {
            let sorted = rows.compactMap { $0[field] }.filter { $0 != .null }.sorted {
                isLess($0, $1, isNumber: kind.numbers.contains(field))
            }
            #expect(values["min"]?[field] == sorted.first ?? .null, "min of \(field)")
            #expect(values["max"]?[field] == sorted.last ?? .null, "max of \(field)")
        }
        for field in kind.numbers {
            let numbers = rows.compactMap { row in row[field].flatMap { Decimal(string: text($0)) } }
            guard !numbers.isEmpty else {
                #expect(values["sum"]?[field] == .null)
                #expect(values["avg"]?[field] == .null)
                continue
            }
            let sum = numbers.reduce(0, +)
            let average = Decimal(string: text(values["avg"]?[field] ?? .null)) ?? .nan
            #expect(Decimal(string: text(values["sum"]?[field] ?? .null)) == sum)
            #expect(abs(average * Decimal(numbers.count) - sum) < Decimal(string: "0.0000001")!, "avg of \(field)")
        }
    }

    /// Moments are compared without their `Z`, so that fractions of a second come behind the whole
    /// one.
    private func isLess(_ left: JSONValue, _ right: JSONValue, isNumber: Bool) -> Bool {
        if isNumber { return (Decimal(string: text(left)) ?? 0) < (Decimal(string: text(right)) ?? 0) }
        return text(left).replacing("Z", with: "") < text(right).replacing("Z", with: "")
    }

    // MARK: What must not be counted

    @Test func nobodyCountsAnotherTenant() async throws {
        let database = try Self.database.get()
        let query = #"""
            { ticketsAggregate(where: {tenantId: {eq: "agency-001"}}) { count min { subject } groupBy(keys: {field: TENANT_ID}) { key { tenantId } count } }
              all: ticketsAggregate { groupBy(keys: {field: TENANT_ID}) { key { tenantId } count } }
              sitesAggregate { count } paymentsAggregate(where: {tenant: {id: {eq: "agency-001"}}}) { count sum { amount } } }
            """#
        let answer = try await database.answer(query, as: "user-agency-002")
        #expect(
            answer == #"""
                {"data":{"ticketsAggregate":{"count":0,"min":{"subject":null},"groupBy":[]},"all":{"groupBy":[{"key":{"tenantId":"agency-002"},"count":90}]},\#
                "sitesAggregate":{"count":0},"paymentsAggregate":{"count":0,"sum":{"amount":null}}}}
                """#)
    }

    /// A client counts its own tickets, whatever it filters by, and of their messages those that
    /// are not internal.
    @Test func clientsCountWhatIsTheirs() async throws {
        let database = try Self.database.get()
        let query =
            #"{ ticketsAggregate { groupBy(keys: {field: CREATOR_ID}) { key { creatorId } } } ticketMessagesAggregate(where: {body: {eq: "body 2"}}) { count } }"#
        let answer = try await database.answer(query, as: "user-client-001")
        #expect(
            answer
                == #"{"data":{"ticketsAggregate":{"groupBy":[{"key":{"creatorId":"user-client-001"}}]},"ticketMessagesAggregate":{"count":0}}}"#
        )
        for hidden in [
            "ticketsAggregate { groupBy(keys: {field: ASSIGNEE_ID}) { count } }", "usersAggregate { min { email } }",
            "paymentsAggregate { count }",
        ] {
            let answer = try await database.ask("{ \(hidden) }", as: SpotexDatabase.viewer("user-client-001"))
            #expect(answer.outcome == .requestError(.validationError), "\(hidden)")
        }
    }
}

/// A JSON value's own text.
private func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text), .number(let text): text
    default: ""
    }
}
