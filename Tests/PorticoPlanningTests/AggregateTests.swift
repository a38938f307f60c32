import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import TestFixtures
import Testing

@Suite struct AggregateTests {
    @Test func rootCountsAreFoundByTheTenant() throws {
        let plan = try Fixture.plan(#"{ ticketsAggregate(where: {subject: {eq: "x"}}) { count } }"#)
        #expect(
            plan.loads.map(\.sql) == [
                #"SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND (t0."subject" = $2)"#
            ])
        #expect(plan.loads[0].content == .totals)
        #expect(plan.loads[0].link == .root)
    }

    @Test func countsOfOneKnownRowStartAtOnce() throws {
        let plan = try Fixture.plan(
            "query($id: ID!) { tenant(id: $id) { sitesAggregate { count } } }", variables: #"{"id": "t1"}"#)
        #expect(
            plan.loads.map(\.sql).last
                == #"SELECT count(*) AS "v0" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = $1) AND COALESCE((t0."tenant_id" = $2), false)"#
        )
        #expect(plan.first == [0, 1])
    }

    /// A row for every key, whatever the conditions leave: all of them are inside.
    @Test func countsOfManyRowsAreOneStatement() throws {
        let plan = try Fixture.plan(
            "{ tickets { messagesAggregate(where: {internal: {eq: true}}) { count again: count __typename } } }")
        #expect(
            plan.loads.map(\.sql).last == #"""
                SELECT k0."ord", c0."v0" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT count(*) AS "v0" FROM "ticket_messages" AS t0 WHERE (t0."ticket_id" = k0."key") \#
                AND EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = k0."key") AND (p0."tenant_id" = $2)) \#
                AND (CASE WHEN EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = k0."key") AND (p0."tenant_id" = $2)) \#
                THEN (t0."internal" = true) ELSE false END)) AS c0
                """#)
        #expect(plan.dependents == [[1], []])
    }

    @Test func rowRulesAndIsolationHold() throws {
        let rules = Fixture.rules(
            .tenant, rows: ["Ticket": .compare(Fixture.field("Ticket", "creatorId"), .eq, .viewer(.id))],
            required: [.id])
        let text = try Fixture.plan("{ ticketsAggregate { count } }", rules: rules, scope: .several).loads[0].sql
        #expect(
            text == #"""
                SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = ANY ($1)) AND ($2::text IS NOT NULL) AND (t0."creator_id" = $2)
                """#)
    }

    @Test func withoutValuesThereIsNoLoad() throws {
        #expect(try Fixture.plan("{ ticketsAggregate { __typename } }").loads.isEmpty)
    }

    // MARK: Values

    @Test func onlyWhatIsSelectedIsComputed() throws {
        let text = try Fixture.plan(
            "{ paymentsAggregate { max { createdAt provider } min { createdAt } again: max { createdAt } } }"
        ).loads[0].sql
        #expect(
            text
                == #"SELECT max(t0."created_at") AS "v0", max(t0."provider") AS "v1", min(t0."created_at") AS "v2" FROM "payments" AS t0 WHERE (t0."tenant_id" = $1)"#
        )
    }

    /// Sums stay within numeric's range for any rows.
    @Test func sumsAreTotal() throws {
        let text = try Fixture.plan("{ paymentsAggregate { sum { amount } avg { amount } } }").loads[0].sql
        let summand =
            #"(CASE WHEN ((t0."amount" < '-1e131000'::numeric) OR (t0."amount" > '1e131000'::numeric)) THEN 'NaN'::numeric ELSE t0."amount" END)"#
        #expect(
            text
                == #"SELECT sum(\#(summand)) AS "v0", trim_scale(avg(\#(summand))) AS "v1" FROM "payments" AS t0 WHERE (t0."tenant_id" = $1)"#
        )
    }

    // MARK: Groups

    @Test func groupsAreALoadEach() throws {
        let plan = try Fixture.plan(
            """
            { ticketsAggregate { count a: groupBy(keys: [{field: STATUS}]) { key { status subject } count } b: groupBy(keys: {field: SITE_ID}, first: 7) { __typename } } }
            """)
        #expect(
            plan.loads.map(\.sql) == [
                #"SELECT t0."status" AS "v0", count(*) AS "v1" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) GROUP BY t0."status" ORDER BY t0."status" LIMIT $2"#,
                #"SELECT t0."site_id" AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) GROUP BY t0."site_id" ORDER BY t0."site_id" LIMIT $2"#,
                #"SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1)"#,
            ])
        #expect(plan.loads.map(\.content) == [.groups, .groups, .totals])
        #expect(plan.loads[0].parameters[1] == .first(RowBound(source: .fixed(50), maximum: 500)))
        #expect(plan.loads[1].parameters[1] == .first(RowBound(source: .fixed(7), maximum: 500)))
    }

    @Test func groupsOfManyRowsAreOneStatement() throws {
        let plan = try Fixture.plan(
            #"{ sites { ticketsAggregate(where: {subject: {ne: "x"}}) { groupBy(keys: [{field: STATUS}]) { key { status } count } } } }"#
        )
        #expect(
            plan.loads.map(\.sql).last == #"""
                SELECT k0."ord", c0."v0", c0."v1" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT t0."status" AS "v0", count(*) AS "v1" FROM "tickets" AS t0 WHERE (t0."site_id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) \#
                AND (CASE WHEN COALESCE((t0."tenant_id" = $2), false) THEN (t0."subject" <> $3) ELSE false END) \#
                GROUP BY t0."status" ORDER BY t0."status" LIMIT $4) AS c0 LIMIT $5
                """#)
        #expect(plan.loads.count == 2)
    }

    @Test(arguments: ["DAY", "WEEK", "MONTH", "YEAR"]) func periodsAreTruncatedInUTC(_ part: String) throws {
        let text = try Fixture.plan(
            "{ ticketsAggregate { groupBy(keys: [{field: CREATED_AT, per: \(part)}]) { count } } }"
        ).loads[0].sql
        #expect(text.contains("ELSE date_trunc('\(part.lowercased())', t0.\"created_at\", 'UTC') END"))
    }

    @Test(arguments: [
        ("keys: []", "At \"keys\": Give at least one key"),
        ("keys: [{field: STATUS}, {field: STATUS}]", "At \"keys[1]\": The field STATUS is a key already"),
        (
            "keys: [{field: CREATED_AT, per: DAY}, {field: CREATED_AT, per: YEAR}]",
            "At \"keys[1]\": The field CREATED_AT is a key already"
        ),
        ("keys: [{field: ID}, {field: STATUS, per: DAY}]", "At \"keys[1].per\": The field STATUS is no date"),
        ("keys: [{field: ID}], first: 501", "\"first\" is at most 500 here"),
        ("keys: [{field: ID}], first: -1", "\"first\" must not be negative"),
    ])
    func wrongGroupsAreRefused(_ arguments: String, _ message: String) throws {
        let error = #expect(throws: ClientError.self) {
            try Fixture.plan("{ ticketsAggregate { g: groupBy(\(arguments)) { count } } }")
        }
        #expect(error?.code == .badInput && error?.limit == (arguments.contains("501") ? .first : nil))
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.field == "ticketsAggregate.g")
    }

    /// What decides a statement's columns is part of the plan's key; what does not is not.
    @Test func keysInVariablesArePlannedByValue() throws {
        let operation = try Fixture.operation(
            """
            query($k: [TicketGroupKey!]!, $f: TicketGroupField!, $p: DatePart, $n: Int) {
              ticketsAggregate { groupBy(keys: $k, first: $n) { count } b: groupBy(keys: [{field: $f, per: $p}]) { count } }
            }
            """)
        let shapes = VariableShapes(operation, byValue: false)
        func key(_ k: String, _ f: String, _ p: String?, _ n: Int64) -> [UInt8] {
            let keys = InputValue.list([.object([.init(name: "field", value: .enumValue(k))])])
            return shapes.key(VariableValues([keys, .enumValue(f), p.map(InputValue.enumValue), .int(n)]))
        }
        #expect(key("STATUS", "CREATED_AT", "DAY", 1) == key("STATUS", "CREATED_AT", "DAY", 2))
        #expect(key("STATUS", "CREATED_AT", "DAY", 1) != key("ID", "CREATED_AT", "DAY", 1))
        #expect(key("STATUS", "CREATED_AT", "DAY", 1) != key("STATUS", "UPDATED_AT", "DAY", 1))
        #expect(key("STATUS", "CREATED_AT", "DAY", 1) != key("STATUS", "CREATED_AT", "YEAR", 1))
        #expect(key("STATUS", "CREATED_AT", "DAY", 1) != key("STATUS", "CREATED_AT", nil, 1))
    }

    /// Even with a schema that shows everything, the rules decide what is computed.
    @Test(arguments: [
        "max { subject }", "groupBy(keys: [{field: SUBJECT}]) { count }",
        "groupBy(keys: [{field: ID}]) { key { subject } }",
    ])
    func hiddenFieldsAreNotComputed(_ selection: String) throws {
        let rules = Fixture.rules(.tenant, hiding: ["Ticket": ["subject"]])
        #expect(throws: ClientError.self) { try Fixture.plan("{ ticketsAggregate { \(selection) } }", rules: rules) }
        #expect(throws: Never.self) { try Fixture.plan("{ ticketsAggregate { \(selection) } }") }
    }

    @Test func everyRowMayBeTouched() throws {
        let rules = Fixture.rules(.tenant, limits: [.first: 70])
        let plan = try Fixture.plan(
            #"{ tickets { id messagesAggregate { count groupBy(keys: {field: ID}, first: 2) { count } } } ticket(id: "x") { id } }"#,
            rules: rules)
        #expect(
            plan.loads.map(\.touches) == [
                .atMost(RowBound(source: .fixed(50), maximum: 70)), .all(assumed: 70), .all(assumed: 70), .one,
            ])
    }

    @Test func badFiltersAreRefusedWithTheirPath() throws {
        let error = #expect(throws: ClientError.self) {
            try Fixture.plan(#"{ site(id: "s") { ticketsAggregate(where: {id: {}}) { count } } }"#)
        }
        #expect(error?.code == .badInput)
        #expect(error?.field == "site.ticketsAggregate")
    }
}
