import JSONBytes
import PorticoCatalog
import PorticoPolicyTesting
import Testing

@Suite struct AccessSuiteReaderTests {
    private static let viewers =
        "viewers:\n  boss: { user: u1 }\n  guest: { role: client, id: u2, tenant: t1, claims: { level: 3 } }\n  nobody: { role: anonymous }\n"

    private static func test(_ expect: String, query: String = "'{ tickets { id } }'") -> String {
        viewers + "tests:\n  - name: a test\n    query: \(query)\n    expect: \(expect)\n"
    }

    private static func parts(_ expect: String, query: String = "'{ tickets { id } }'") throws -> [ExpectedAnswer.Part]
    {
        let suite = try TestingFixture.suite(test("{ boss: \(expect) }", query: query))
        guard case .query(_, let expectation)? = suite.cases.first?.subject else { return [] }
        return expectation.parts
    }

    @Test func viewersAreUsersOrStatedWhole() throws {
        let viewers = try TestingFixture.suite(Self.viewers).viewers
        #expect(viewers.map(\.name) == ["boss", "guest", "nobody"])
        #expect(viewers[0].identity == .user("u1"))
        #expect(viewers[1].identity == .stated(id: "u2", role: "client", tenant: "t1", tenants: nil))
        #expect(viewers[1].claims == ["level": "3"])
    }

    @Test(arguments: [
        ("[a, b]", [ExpectedAnswer.Part.ids(ResponsePath("tickets"), ["a", "b"])]),
        ("3", [.count(ResponsePath("tickets"), 3)]), ("null", [.absent(ResponsePath("tickets"))]),
        ("refused", [.refused(["tickets"])]),
        ("{ refused: [Ticket.assignee, id] }", [.refused(["Ticket.assignee", "id"])]),
        ("{ error: TIMEOUT }", [.error("TIMEOUT")]),
        (
            "{ ids: { tickets.site: [s] }, count: 2 }",
            [.ids(ResponsePath("tickets.site"), ["s"]), .count(ResponsePath("tickets"), 2)]
        ),
        ("{ absent: tickets.site }", [.absent(ResponsePath("tickets.site"))]),
        (
            "{ data: { tickets: [{ id: a, n: 1, s: \"1\" }] } }",
            [
                .data(
                    .object([
                        JSONMember(
                            key: "tickets",
                            value: .array([
                                .object([
                                    JSONMember(key: "id", value: .string("a")),
                                    JSONMember(key: "n", value: .number("1")),
                                    JSONMember(key: "s", value: .string("1")),
                                ])
                            ]))
                    ]))
            ]
        ),
    ]) func shortAndLongForms(_ text: String, _ expected: [ExpectedAnswer.Part]) throws {
        #expect(try Self.parts(text) == expected)
    }

    @Test func anAliasIsWhatAShortFormSpeaksOf() throws {
        #expect(try Self.parts("[a]", query: "'{ mine: tickets { id } }'") == [.ids(ResponsePath("mine"), ["a"])])
    }

    @Test func oneLineMayStandForSeveralViewersAndForAllOthers() throws {
        let suite = try TestingFixture.suite(Self.test("{ 'boss, guest': 1, others: refused }"))
        #expect(suite.cases.map(\.viewer) == ["boss", "guest", "nobody"])
        #expect(suite.cases.map(\.name)[2] == "a test, as nobody")
    }

    @Test func aQueryMayComeFromAFileAndATestsVariablesWin() throws {
        let text =
            Self.viewers
            + "queries:\n  q: { file: q.graphql, variables: { a: 1, b: [x] } }\ntests:\n  - { name: t, query: q, variables: { a: 2 }, expect: { boss: 1 } }\n"
        let suite = try TestingFixture.suite(
            text, files: ["q.graphql": "query Q($a: Int) { tickets(first: $a) { id } }"])
        guard case .query(let query, _)? = suite.cases.first?.subject else {
            Issue.record("no case")
            return
        }
        #expect(
            query.variables == [
                JSONMember(key: "b", value: .array([.string("x")])), JSONMember(key: "a", value: .number("2")),
            ])
    }

    @Test func fixtureRowsOfATypeAreColumnsAndLabels() throws {
        let suite = try TestingFixture.suite(
            """
            fixtures:
              table app.users: [{ id: u, n: 1, tags: [a, "b c"], data: { k: 1 }, none: null }]
              Ticket: { every: { tenantId: t, siteId: null }, rows: [{ id: x, status: IN_PROGRESS, siteId: s }, { id: y, createdAt: 2025-01-01T01:00:00+01:00 }] }
              Site: [{ plugins: [one, "two, three"] }]
            """)
        func row(_ fixture: Int, _ row: Int) -> [String] {
            suite.fixtures[fixture].rows[row].cells.map {
                "\($0.column)=\($0.text.map { String(decoding: $0, as: UTF8.self) } ?? "NULL")"
            }
        }
        #expect(
            suite.fixtures.map(\.table) == [
                TableName(schema: "app", name: "users"), TableName(name: "tickets"), TableName(name: "wordpress_sites"),
            ])
        #expect(row(0, 0) == ["id=u", "n=1", #"tags={"a","b c"}"#, #"data={"k":1}"#, "none=NULL"])
        #expect(row(1, 0) == ["id=x", "status=in_progress", "site_id=s", "tenant_id=t"])
        #expect(row(1, 1) == ["id=y", "created_at=2025-01-01T00:00:00Z", "tenant_id=t", "site_id=NULL"])
        #expect(row(2, 0) == [#"plugins={"one","two, three"}"#])
    }

    @Test func fieldsAreSaidInTheWordsOfTheRules() throws {
        let suite = try TestingFixture.suite(
            Self.viewers + "fields:\n  TicketMessage: { boss: all, guest: { except: [internal] }, nobody: none }\n")
        let sets = suite.cases.map { test in if case .fields(_, let fields) = test.subject { fields.count } else { -1 }
        }
        #expect(sets == [8, 7, 0])
    }

    static let wrong: [(String, [String])] = [
        ("test: []\n", ["1:1 The key `test` is not known in the access tests. Did you mean \"tests\"?"]),
        (
            "now: yesterday\n",
            [
                "1:6 DateTime cannot represent \"yesterday\": a point of time is written as in RFC 3339, with its time zone, such as \"2025-03-01T10:20:30Z\" or \"2025-03-01T11:20:30+01:00\"."
            ]
        ),
        ("viewers: { a: { role: cliend } }\n", ["1:23 There is no role `cliend`. Did you mean \"client\"?"]),
        (
            "viewers: { a: { user: u, role: client } }\n",
            ["1:26 A viewer by the row of its user takes `role` from there. Leave out `user` to state a viewer whole."]
        ),
        ("viewers: { a: { tenant: t } }\n", ["1:12 The viewer `a` has neither a `user` nor a `role`."]),
        (
            "viewers: { others: { user: u } }\n",
            ["1:12 `others` cannot be the name of a viewer: it stands for several."]
        ),
        (test("{ bos: 1 }"), ["8:15 There is no viewer `bos`. Did you mean \"boss\"?"]),
        (test("{ boss: many }"), ["8:21 Expected the number of objects as a whole number, found `many`."]),
        (test("{ boss: { id: [a] } }"), ["8:23 The key `id` is not known in an expectation. Did you mean \"ids\"?"]),
        (
            test("{ boss: { error: FORBIDEN } }"),
            [
                "8:30 Expected `error` as one of `SYNTAX_ERROR`, `VALIDATION_ERROR`, `BAD_INPUT`, `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`, `LIMIT_EXCEEDED`, `RATE_LIMITED`, `TIMEOUT`, `UNAVAILABLE`, `INTERNAL`, found `FORBIDEN`. Did you mean \"FORBIDDEN\"?"
            ]
        ),
        (
            test("{ boss: 1 }", query: "nothing"),
            ["7:12 There is no query `nothing`. Name one of `queries`, or write a document in its place."]
        ),
        (
            test("{ boss: 1 }", query: "'{ tickets { }'"),
            [
                "7:12 The document cannot be parsed, at its line 1, column 13: Expected a field or fragment, found \"}\". A selection set cannot be empty."
            ]
        ),
        (
            test("{ boss: 1 }", query: "'{ tickets { id } sites { id } }'"),
            [
                "8:21 The query has several fields at its root: which one is meant? Write `at: PATH` beside `query`, or `{ ids: { PATH: [...] } }` here."
            ]
        ),
        ("fixtures: { Tickets: [] }\n", ["1:13 There is no type `Tickets`. Did you mean \"Ticket\"?"]),
        (
            "fixtures: { Ticket: [{ statuss: OPEN }] }\n",
            ["1:24 Ticket has no field `statuss`. Did you mean \"status\"?"]
        ),
        (
            "fixtures: { Ticket: [{ site: s }] }\n",
            ["1:24 `site` of Ticket is a relation, not a column. Give `siteId`."]
        ),
        ("fixtures: { Ticket: [{ status: OPENED }] }\n", ["1:32 \"OPENED\" is not a value of TicketStatus."]),
        ("fields: { Ticket: {} , Tiket: {} }\n", ["1:24 There is no type `Tiket`. Did you mean \"Ticket\"?"]),
        (
            viewers + "fields: { Ticket: { boss: [assigne] } }\n",
            ["5:28 Ticket has no field `assigne`. Did you mean \"assignee\" or \"assigneeId\"?"]
        ),
    ]

    @Test(arguments: wrong) func eachMistakeIsNamedWithItsPlace(_ text: String, _ expected: [String]) {
        let found = TestingFixture.problems(text)
        #expect(found.count == expected.count && zip(found, expected).allSatisfy { $0.0 == $0.1 }, "\(found)")
    }

    @Test func aViewerThatIsWrongDoesNotMakeEveryTableWrong() {
        #expect(
            TestingFixture.problems(
                "viewers: { a: { role: cliend } }\ntests:\n  - { name: t, query: '{ tickets { id } }', expect: { a: 1 } }\n"
            ).count == 1)
    }

    @Test func viewersAndRowsAreBounded() {
        let viewers = "viewers:\n" + (0...AccessSuiteLimits.viewers).map { "  v\($0): { user: u }\n" }.joined()
        #expect(TestingFixture.problems(viewers) == ["2:3 There are 201 viewers; at most 200 are allowed."])
        let rows =
            "fixtures:\n  Tenant:\n" + String(repeating: "    - { id: t }\n", count: AccessSuiteLimits.fixtureRows + 1)
        #expect(TestingFixture.problems(rows) == ["2:3 There are 10001 rows; at most 10000 are inserted."])
    }
}
