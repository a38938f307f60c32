import JSONBytes
import PorticoGateway
import TestFixtures
import Testing

@testable import PorticoPolicyTesting

@Suite struct ExpectationCheckTests {
    private static let tickets = #"{"data":{"tickets":[{"id":"a","site":null},{"id":"b","site":{"id":"s"}}]}}"#

    private static func mismatches(
        _ part: ExpectedAnswer.Part, _ body: String, _ outcome: GatewayResponse.Outcome = .data,
        document: String = "{ tickets { id site { id } } }"
    ) throws -> [Mismatch] {
        ExpectationCheck(TestingFixture.mentions(document)).mismatches(
            ExpectedAnswer(parts: [part]), try TestingFixture.answer(body, outcome, document: document))
    }

    static let met: [ExpectedAnswer.Part] = [
        .ids(ResponsePath("tickets"), ["b", "a"]), .ids(ResponsePath("tickets.site"), ["s"]),
        .ids(ResponsePath("tickets.id"), ["a", "b"]), .count(ResponsePath("tickets"), 2),
        .count(ResponsePath("tickets.site"), 1),
        .data(
            .object([
                JSONMember(
                    key: "tickets",
                    value: .array([
                        .object([JSONMember(key: "site", value: .null), JSONMember(key: "id", value: .string("a"))]),
                        .object([
                            JSONMember(key: "id", value: .string("b")),
                            JSONMember(key: "site", value: .object([JSONMember(key: "id", value: .string("s"))])),
                        ]),
                    ]))
            ])),
    ]

    @Test(arguments: met) func whatIsThereIsMet(_ part: ExpectedAnswer.Part) throws {
        #expect(try Self.mismatches(part, Self.tickets).isEmpty)
    }

    static let unmet: [(ExpectedAnswer.Part, String)] = [
        (.ids(ResponsePath("tickets"), ["a"]), "the ids at tickets differ"),
        (.ids(ResponsePath("tickets"), ["a", "b", "b"]), "the ids at tickets differ"),
        (.count(ResponsePath("tickets"), 1), "the number at tickets differs"),
        (.absent(ResponsePath("tickets.site")), "tickets.site is not null"),
        (.ids(ResponsePath("sites"), []), "the answer has nothing at sites"),
        (.refused(["tickets"]), "the document is not refused"), (.error("TIMEOUT"), "there is no error"),
        (.data(.object([])), "the data differ"),
    ]

    @Test(arguments: unmet) func whatIsNotThereIsSaid(_ part: ExpectedAnswer.Part, _ summary: String) throws {
        #expect(try Self.mismatches(part, Self.tickets).map(\.summary) == [summary])
    }

    @Test func theDifferenceIsToldWithTheTypeThatItIsOf() throws {
        let mismatch = try #require(
            try Self.mismatches(.ids(ResponsePath("tickets.site"), ["s", "t"]), Self.tickets).first)
        #expect(mismatch.lines == ["expected  s, t", "found     s", "missing   t"])
        #expect(mismatch.subjects == [.rows(type: "Site")])
    }

    @Test func aNullGetterIsAbsentAndHasNoIds() throws {
        let body = #"{"data":{"ticket":null}}"#, document = "{ ticket(id: 1) { id messages { id } } }"
        for part in [
            ExpectedAnswer.Part.absent(ResponsePath("ticket")), .ids(ResponsePath("ticket.messages"), []),
            .count(ResponsePath("ticket"), 0),
        ] {
            #expect(try Self.mismatches(part, body, document: document).isEmpty)
        }
    }

    private static let refusal =
        #"{"errors":[{"message":"Type \"Ticket\" has no field \"site\". Did you mean \"id\"?","locations":[{"line":1,"column":16}],"extensions":{"code":"VALIDATION_ERROR"}}]}"#

    @Test(arguments: [
        (["site"], true), (["Ticket.site"], true), (["Site.site"], false), (["id"], false), (["site", "id"], false),
        ([], false),
    ])
    func aRefusalIsForExactlyTheseNames(_ names: [String], _ isMet: Bool) throws {
        #expect(try Self.mismatches(.refused(names), Self.refusal, .requestError(.validationError)).isEmpty == isMet)
    }

    @Test func anErrorThatNobodyExpectsIsAMismatch() throws {
        #expect(
            try Self.mismatches(.ids(ResponsePath("tickets"), []), Self.refusal, .requestError(.validationError)).map(
                \.summary) == ["there is no data"])
        let partial = #"{"errors":[{"message":"m","extensions":{"code":"INTERNAL"}}],"data":{"tickets":[]}}"#
        #expect(
            try Self.mismatches(.ids(ResponsePath("tickets"), []), partial).map(\.summary) == ["the answer has errors"])
    }

    @Test func aHiddenNameIsComparedWithAMadeUpOne() throws {
        let answer = try TestingFixture.answer(
            Self.refusal, .requestError(.validationError), document: "{ tickets { id site { id } } }")
        let probe = try #require(HiddenNameProbe(answer, catalog: Fixture.catalog))
        let text = String(decoding: probe.document, as: UTF8.self)
        #expect(text.count == 30 && text.hasPrefix("{ tickets { id ") && !text.contains("site"))
        let made = text.dropFirst(15).prefix(4)
        func missing(_ message: String, code: String = "VALIDATION_ERROR") throws -> [String] {
            let body =
                "{\"errors\":[{\"message\":\"\(message)\",\"locations\":[{\"line\":1,\"column\":16}],\"extensions\":{\"code\":\"\(code)\"}}]}"
            let answer = try TestingFixture.answer(body, .requestError(.validationError), document: text)
            return probe.mismatches(answer, schema: Fixture.catalog.schema).map(\.summary)
        }
        #expect(try missing("Type \\\"Ticket\\\" has no field \\\"\(made)\\\".") == [])
        #expect(
            try missing("Field \\\"\(made)\\\" may not be read.") == ["a hidden name can be told from a missing one"])
        #expect(
            try missing("Type \\\"Ticket\\\" has no field \\\"\(made)\\\".", code: "FORBIDDEN") == [
                "a hidden name can be told from a missing one"
            ])
    }

    @Test func mentionsCountFiltersOrdersGroupsAndAggregates() {
        let mentions = TestingFixture.mentions(
            """
            query ($w: SiteFilter) { tickets(where: {assigneeId: {eq: "u"}, messages: {some: {internal: {eq: true}}}}, orderBy: [{priority: ASC}]) { ...T }
              paymentsAggregate { count } domainsConnection { totalCount } sites(where: $w) { id } ticketsAggregate { groupBy(keys: [{field: STATUS}]) { count } } }
            fragment T on Ticket { creator { name } }
            """)
        #expect(mentions.types == ["Ticket", "TicketMessage", "User", "Payment", "Domain", "Site"])
        for (type, field) in [
            ("Ticket", "assigneeId"), ("TicketMessage", "internal"), ("Ticket", "priority"), ("Ticket", "status"),
            ("User", "name"),
        ] {
            #expect(mentions.fields.contains(OperationMentions.FieldName(type: type, field: field)), "\(type).\(field)")
        }
        #expect(mentions.typeAt[ResponsePath("tickets.creator")] == "User")
    }
}
