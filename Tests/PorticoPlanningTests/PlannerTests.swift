import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import TestFixtures
import Testing

@Suite struct PlannerTests {
    @Test func nestedListsAreOneStatementALevel() throws {
        let plan = try Fixture.plan(
            """
            query Nested($id: ID!) { tenant(id: $id) { id name sites(first: 10) { id tickets(first: 10) { id messages(first: 5) { id body } } } } }
            """, variables: #"{"id": "t1"}"#)
        #expect(
            plan.loads.map(\.sql) == [
                #"SELECT t0."id", t0."name" FROM "tenants" AS t0 WHERE (t0."id" = $1) AND (t0."id" = $2)"#,
                #"""
                SELECT t0."id" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = $1) AND COALESCE((t0."tenant_id" = $2), false) \#
                ORDER BY t0."created_at" DESC, t0."id" LIMIT $3
                """#,
                #"""
                SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."site_id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) \#
                ORDER BY t0."created_at" DESC, t0."id" LIMIT $3) AS c0 LIMIT $4
                """#,
                #"""
                SELECT k0."ord", c0."id", c0."body" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT t0."id", t0."body" FROM "ticket_messages" AS t0 WHERE (t0."ticket_id" = k0."key") \#
                ORDER BY t0."created_at", t0."id" LIMIT $3) AS c0 \#
                WHERE EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = k0."key") AND (p0."tenant_id" = $2)) LIMIT $4
                """#,
            ])
        #expect(plan.first == [0, 1])
        #expect(plan.dependents == [[], [2], [3], []])
    }

    @Test func toOneRelationsTakeDistinctKeys() throws {
        let plan = try Fixture.plan("{ tickets { creator { name } } }")
        #expect(plan.loads.count == 2)
        #expect(
            plan.loads[1].sql == #"""
                SELECT k0."ord", c0."name" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT t0."name" FROM "users" AS t0 WHERE (t0."id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) OFFSET 0) AS c0
                """#)
        #expect(plan.loads[1].link == .batch(parent: 0, keys: [LinkKey(cell: 0, type: .text)], keysAreUnique: false))
    }

    @Test func theSameOperationGivesTheSameBytes() throws {
        let query =
            #"{ tickets(where: {status: {in: [OPEN]}, site: {name: {contains: "x"}}}) { id site { id } messages { id } } }"#
        let first = try Fixture.plan(query), second = try Fixture.plan(query)
        #expect(first.loads.map(\.sql) == second.loads.map(\.sql))
        #expect(first.loads.map(\.parameters) == second.loads.map(\.parameters))
    }

    /// Who has little time gives a long plan up, and no short one. A condition on the one key
    /// leaves nothing to choose; of an array PostgreSQL would look up each element for every row
    /// that is found otherwise.
    @Test func theTenantsOwnKeyIsUsedWhereItIsOne() throws {
        func condition(_ query: String, _ scope: TenantScope) throws -> String {
            let text = try Fixture.plan(query, scope: scope).loads[0].sql
            return String(text[text.range(of: " WHERE ")!.upperBound...])
        }
        let byKey = #"{ tenant(id: "a") { name } }"#
        #expect(try condition(byKey, .one) == #"(t0."id" = $1) AND (t0."id" = $2)"#)
        #expect(try condition(byKey, .several) == #"(t0."id" = $1) AND COALESCE((t0."id" = ANY ($2)), false)"#)
        #expect(try condition(byKey, .all) == #"(t0."id" = $1)"#)
        #expect(
            try condition(#"{ site(id: "a") { name } }"#, .one)
                == #"(t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false)"#)
    }

    @Test func planningStopsAtItsAllowance() throws {
        let filter = "{or: [" + (0..<50).map { "{id: {eq: \"\($0)\"}}" }.joined(separator: ", ") + "]}"
        let operation = try Fixture.operation(
            "{ sites { id a: tickets(where: \(filter)) { id } b: tickets(where: \(filter)) { id } } }")
        func plan(_ allowance: Int) -> ClientError.Fault? {
            var planner = Planner(catalog: Fixture.catalog, rules: Fixture.rules(.tenant), scope: .one)
            planner.allowance = allowance
            do throws(ClientError) {
                _ = try planner.plan(operation, shapes: VariableShapes(operation, byValue: false), variables: .none)
                return nil
            } catch {
                return error.fault
            }
        }
        // Three loads of ten steps, and twice the filter with its list and three values for each of
        // its parts.
        let steps = 3 * 10 + 2 * (2 + 3 * 50)
        #expect(plan(steps) == nil)
        #expect(plan(steps - 1) == .unfinished)
        #expect(plan(20) == .unfinished)
    }

    /// Fields that are asked for again and again, as fragments do, are gathered each time.
    @Test func fieldsCountTowardsTheAllowance() throws {
        let operation = try Fixture.operation("{ sites { \(String(repeating: "id ", count: 800)) tickets { id } } }")
        func isPlanned(_ allowance: Int) -> Bool {
            var planner = Planner(catalog: Fixture.catalog, rules: Fixture.rules(.tenant), scope: .one)
            planner.allowance = allowance
            let shapes = VariableShapes(operation, byValue: false)
            return (try? planner.plan(operation, shapes: shapes, variables: .none)) != nil
        }
        // Two loads of ten steps, and one for four of 801 fields.
        #expect(isPlanned(220) && !isPlanned(219))
    }

    @Test(arguments: [
        (TenantScope.one, #"SELECT t0."id" FROM "sites" AS t0 WHERE (t0."tenant_id" = $1)"#),
        (.several, #"SELECT t0."id" FROM "sites" AS t0 WHERE (t0."tenant_id" = ANY ($1))"#),
    ])
    func rootListsAreFoundByTheTenant(_ scope: TenantScope, _ start: String) throws {
        let text = try Fixture.plan("{ sites { id } }", scope: scope).loads[0].sql
        #expect(text.hasPrefix(start.replacing("\"sites\"", with: "\"wordpress_sites\"")))
    }

    @Test func withoutIsolationThereIsNoTenantCondition() throws {
        let text = try Fixture.plan("{ sites { id } }", rules: Fixture.rules(.crossTenant), scope: .all).loads[0]
            .sql
        #expect(text == #"SELECT t0."id" FROM "wordpress_sites" AS t0 ORDER BY t0."created_at" DESC, t0."id" LIMIT $1"#)
    }

    /// A filter through a relation matches only rows that the viewer could read: isolation and row
    /// rules stand inside.
    @Test func filtersThroughRelationsAreGuarded() throws {
        let rules = Fixture.rules(
            .tenant,
            rows: [
                "TicketMessage": .compare(Fixture.field("TicketMessage", "internal"), .eq, .literal(.boolean(false)))
            ])
        let plan = try Fixture.plan(
            #"{ tickets(where: {messages: {some: {body: {contains: "x"}}}}) { id } }"#, rules: rules)
        #expect(
            plan.loads[0].sql.contains(
                #"""
                EXISTS (SELECT 1 FROM "ticket_messages" AS t1 WHERE (t1."ticket_id" = t0."id") \#
                AND EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = t1."ticket_id") AND (p0."tenant_id" = $1)) \#
                AND (t1."internal" = false) AND (CASE WHEN (\#
                EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = t1."ticket_id") AND (p0."tenant_id" = $1)) AND (t1."internal" = false)) \#
                THEN (strpos(t1."body", $2) > 0) ELSE false END))
                """#))
    }

    /// A relation inside a rule reaches rows under isolation alone, not under the target's row
    /// rules.
    @Test func relationsInsideRulesAreUnderIsolationAlone() throws {
        let mine = Condition<RuleOperand>.compare(Fixture.field("Ticket", "creatorId"), .eq, .viewer(.id))
        let rules = Fixture.rules(
            .tenant, rows: ["Site": .toMany(Fixture.relation("Site", "tickets"), .some, mine), "Ticket": .any([])],
            required: [.id])
        let text = try Fixture.plan("{ sites { id } }", rules: rules).loads[0].sql
        #expect(
            text.contains(
                #"""
                ($2::text IS NOT NULL) AND EXISTS (SELECT 1 FROM "tickets" AS t1 WHERE (t1."site_id" = t0."id") AND COALESCE((t1."tenant_id" = $1), false) AND (t1."creator_id" = $2))
                """#))
    }

    @Test func everyHoldsOfNoVisibleRowForWhichItIsNotTrue() throws {
        let text = try Fixture.plan(#"{ sites(where: {tickets: {every: {status: {eq: CLOSED}}}}) { id } }"#).loads[0]
            .sql
        #expect(
            text.contains(
                #"(NOT EXISTS (SELECT 1 FROM "tickets" AS t1 WHERE (t1."site_id" = t0."id") AND (t1."tenant_id" = $1) AND (CASE WHEN (t1."tenant_id" = $1) THEN ((t1."status" = $2) IS NOT TRUE) ELSE false END)))"#
            ))
    }

    // MARK: Nulls

    /// What is asked of a row that is not there is null, as what is asked of a null is: `not`
    /// leaves it so.
    @Test(arguments: [
        (
            "not: {site: {status: {eq: ACTIVE}}}",
            #"EXISTS (SELECT 1 FROM "wordpress_sites" AS t1 WHERE (t1."id" = t0."site_id") AND (t1."tenant_id" = $1) AND (CASE WHEN (t1."tenant_id" = $1) THEN (NOT (t1."status" = $2)) ELSE false END))"#
        ),
        (
            "not: {not: {site: {status: {eq: ACTIVE}}}}",
            #"EXISTS (SELECT 1 FROM "wordpress_sites" AS t1 WHERE (t1."id" = t0."site_id") AND (t1."tenant_id" = $1) AND (t1."status" = $2))"#
        ),
        (
            "not: {site: {}}",
            #"(NOT EXISTS (SELECT 1 FROM "wordpress_sites" AS t1 WHERE (t1."id" = t0."site_id") AND (t1."tenant_id" = $1)))"#
        ),
        ("not: {assigneeId: {eq: \"a\"}}", #"(NOT (t0."assignee_id" = $2))"#),
        (
            "not: {or: [{assigneeId: {eq: \"a\"}}, {messages: {some: {}}}]}",
            #"(NOT ((t0."assignee_id" = $2) OR EXISTS (SELECT"#
        ),
        (
            "not: {or: [{assigneeId: {eq: \"a\"}}, {site: {name: {eq: \"b\"}}}]}",
            #"((NOT (t0."assignee_id" = $2)) AND EXISTS (SELECT"#
        ),
        (
            "not: {and: [{assigneeId: {eq: \"a\"}}, {site: {name: {eq: \"b\"}}}]}",
            #"((NOT (t0."assignee_id" = $2)) OR EXISTS (SELECT"#
        ),
    ])
    func notLeavesNullAsItIs(_ filter: String, _ expected: String) throws {
        let text = try Fixture.plan("{ tickets(where: {\(filter)}) { id } }").loads[0].sql
        #expect(text.contains(expected), "\(text)")
    }

    /// An index serves `=`; a null decides the plan, so that there is no null to compare with.
    @Test(arguments: [
        (#"notDistinctFrom: "a""#, #"WHERE (t0."tenant_id" = $1) AND (t0."assignee_id" = $2) ORDER"#),
        ("notDistinctFrom: null", #"(t0."assignee_id" IS NULL)"#),
        (#"distinctFrom: "a""#, #"(t0."assignee_id" IS DISTINCT FROM $2)"#),
        ("distinctFrom: null", #"(t0."assignee_id" IS NOT NULL)"#),
    ])
    func nullIsAValueToDistinctFrom(_ operation: String, _ expected: String) throws {
        let text = try Fixture.plan("{ tickets(where: {assigneeId: {\(operation)}}) { id } }").loads[0].sql
        #expect(text.contains(expected), "\(text)")
        let negated = try Fixture.plan("{ tickets(where: {not: {assigneeId: {\(operation)}}}) { id } }").loads[0]
            .sql
        #expect(negated.contains(" IS ") || negated.contains("THEN (t0.\"assignee_id\" = $2) ELSE"), "\(negated)")
    }

    @Test func aVariableThatIsNullIsAnotherPlan() throws {
        let operation = try Fixture.operation(
            "query($a: ID) { tickets(where: {assigneeId: {notDistinctFrom: $a}}) { id } }")
        let shapes = VariableShapes(operation, byValue: false)
        func key(_ value: InputValue) -> [UInt8] { shapes.key(VariableValues([value])) }
        #expect(key(.null) != key(.string("a")) && key(.string("a")) == key(.string("b")))
    }

    // MARK: Order

    @Test(arguments: [
        ("{ tickets { id } }", #"ORDER BY t0."created_at" DESC, t0."id" LIMIT"#),
        ("{ domains { id } }", #"ORDER BY t0."name", t0."id" LIMIT"#),
        ("{ tickets(orderBy: []) { id } }", #"ORDER BY t0."created_at" DESC, t0."id" LIMIT"#),
        (
            "{ tickets(orderBy: [{subject: ASC_NULLS_FIRST}, {status: DESC_NULLS_LAST}]) { id } }",
            #"ORDER BY t0."subject" NULLS FIRST, t0."status" DESC NULLS LAST, t0."id" LIMIT"#
        ),
        ("{ tickets(orderBy: [{id: DESC}, {subject: ASC}]) { id } }", #"ORDER BY t0."id" DESC LIMIT"#),
        ("{ tickets(orderBy: {subject: ASC}) { id } }", #"ORDER BY t0."subject", t0."id" LIMIT"#),
    ])
    func orders(_ query: String, _ expected: String) throws {
        #expect(try Fixture.plan(query).loads[0].sql.contains(expected))
    }

    @Test func hiddenFieldsDropOutOfDefaultOrders() throws {
        let rules = Fixture.rules(.tenant, hiding: ["Ticket": ["createdAt"]])
        #expect(
            try Fixture.plan("{ tickets { id } }", rules: rules).loads[0].sql.contains(
                #"ORDER BY t0."id" LIMIT"#))
    }

    // MARK: Bounds

    @Test(arguments: ["first: 501", "first: -1", "offset: 10001", "offset: -1"])
    func boundsAreKept(_ argument: String) throws {
        #expect(throws: ClientError.self) { try Fixture.plan("{ tickets(\(argument)) { id } }") }
    }

    @Test func nullIsTheSameAsLeavingOut() throws {
        let plain = try Fixture.plan("{ tickets { id } }").loads[0]
        let nulls = try Fixture.plan("{ tickets(where: null, orderBy: null, first: null, offset: null) { id } }").loads[
            0]
        #expect(plain.sql == nulls.sql)
        #expect(plain.parameters == nulls.parameters)
    }

    // MARK: Limits

    /// Fragments that double at each step: a kilobyte of text that would be thousands of
    /// statements.
    @Test func loadsAreLimited() throws {
        var query = "{ tickets(first: 1) { ...F0 } }"
        for step in 0..<8 {
            query +=
                " fragment F\(step) on Ticket { a: messages(first: 1) { ticket { ...F\(step + 1) } } b: messages(first: 1) { ticket { ...F\(step + 1) } } }"
        }
        query += " fragment F8 on Ticket { id }"
        let error = #expect(throws: ClientError.self) { try Fixture.plan(query) }
        #expect(error?.limit == .loads)
        #expect(error?.range != nil)
    }

    @Test func relationsInConditionsAreLimited() throws {
        func query(_ count: Int) -> String {
            "{ tickets(where: {and: [\((0..<count).map { "{site: {name: {ne: \"\($0)\"}}}" }.joined(separator: ", "))]}) { id } }"
        }
        #expect(throws: ClientError.self) { try Fixture.plan(query(101)) }
        // Past a few, each EXISTS is kept from being joined with the others, whose orders
        // PostgreSQL would all try.
        #expect(try Fixture.plan(query(30)).loads[0].sql.split(separator: "(EXISTS (").count == 27)
    }

    // MARK: Shapes

    /// Requests whose filters differ in values alone share one plan; another structure is another
    /// plan.
    @Test func filtersInVariablesArePlannedByShape() throws {
        let operation = try Fixture.operation(
            "query($w: TicketFilter, $n: Int) { tickets(where: $w, first: $n) { id } }")
        let shapes = VariableShapes(operation, byValue: false)
        func key(_ values: [InputValue?]) -> [UInt8] { shapes.key(VariableValues(values)) }
        func filter(_ key: String, _ operation: String, _ value: InputValue) -> InputValue {
            .object([.init(name: key, value: .object([.init(name: operation, value: value)]))])
        }
        #expect(
            key([filter("subject", "eq", .string("a")), .int(1)])
                == key([filter("subject", "eq", .string("b")), .int(2)]))
        #expect(
            key([filter("subject", "in", .list([.string("a")])), .int(1)])
                == key([filter("subject", "in", .list([.string("b"), .string("c")])), .int(1)]))
        #expect(
            key([filter("subject", "eq", .string("a")), .int(1)])
                != key([filter("subject", "ne", .string("a")), .int(1)]))
        #expect(
            key([filter("subject", "isNull", .boolean(true)), .int(1)])
                != key([filter("subject", "isNull", .boolean(false)), .int(1)]))
        #expect(key([nil, .int(1)]) != key([.null, .int(1)]))
        #expect(key([nil, .int(1)]) != key([nil, nil]))
        #expect(
            key([filter("subject", "in", .list([])), nil])
                != key([filter("subject", "in", .list([.string("a")])), nil]))
    }
}
