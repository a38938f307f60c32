import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoReview
import TestFixtures
import Testing

@Suite struct ConditionWordsTests {
    private static let creator = Fixture.field("Ticket", "creatorId"), status = Fixture.field("Ticket", "status")

    static let conditions: [(Condition<RuleOperand>, String)] = [
        (.all([]), "every row"),
        (.any([]), "no row"),
        (.compare(creator, .eq, .viewer(.id)), "creatorId is the viewer's id"),
        (
            .compare(status, .notIn, .literal(.list([.enumValue("CLOSED"), .enumValue("RESOLVED")]))),
            "status is none of [CLOSED, RESOLVED]"
        ),
        (.compare(creator, .isNull, .literal(.boolean(false))), "creatorId is not null"),
        (
            .all([
                .compare(creator, .eq, .viewer(.id)),
                .any([
                    .compare(status, .eq, .literal(.enumValue("OPEN"))),
                    .compare(status, .isNull, .literal(.boolean(true))),
                ]),
            ]),
            "creatorId is the viewer's id, and (status is OPEN, or status is null)"
        ),
        (.not(.compare(creator, .eq, .viewer(.claim("boss")))), "not (creatorId is the viewer's claim boss)"),
        (
            .toOne(Fixture.relation("TicketMessage", "ticket"), .compare(creator, .eq, .viewer(.id))),
            "ticket.creatorId is the viewer's id"
        ),
        // Of a message without a ticket neither is true.
        (
            .not(.toOne(Fixture.relation("TicketMessage", "ticket"), .compare(creator, .eq, .viewer(.id)))),
            "there is a ticket, and of it not (creatorId is the viewer's id)"
        ),
        (
            .not(
                .any([
                    .toOne(Fixture.relation("TicketMessage", "ticket"), .all([])),
                    .compare(status, .notDistinctFrom, .literal(.enumValue("OPEN"))),
                ])),
            "not (there is a ticket), and status is not, or is null: OPEN"
        ),
        (
            .toMany(Fixture.relation("Site", "tickets"), .some, .compare(creator, .eq, .viewer(.id))),
            "for some of its tickets, creatorId is the viewer's id"
        ),
        (.toMany(Fixture.relation("Site", "tickets"), .some, .all([])), "there are tickets"),
        (.toMany(Fixture.relation("Site", "tickets"), .none, .all([])), "there are no tickets"),
        (
            .toMany(Fixture.relation("Site", "tickets"), .every, .compare(status, .eq, .literal(.enumValue("OPEN")))),
            "for each of its tickets, status is OPEN"
        ),
        // Said as `ticket.status is not OPEN`, it would seem to hold where there is no ticket.
        (
            .toOne(Fixture.relation("TicketMessage", "ticket"), .compare(status, .ne, .literal(.enumValue("OPEN")))),
            "there is a ticket, and of it status is not OPEN"
        ),
        (
            .toOne(Fixture.relation("TicketMessage", "ticket"), .compare(creator, .isNull, .literal(.boolean(true)))),
            "there is a ticket, and of it creatorId is null"
        ),
        (
            .toOne(
                Fixture.relation("TicketMessage", "ticket"),
                .all([.compare(creator, .eq, .viewer(.id)), .compare(status, .ne, .literal(.enumValue("OPEN")))])),
            "ticket.creatorId is the viewer's id, and ticket.status is not OPEN"
        ),
        (
            .toOne(
                Fixture.relation("TicketMessage", "ticket"),
                .toMany(Fixture.relation("Ticket", "messages"), .some, .all([]))), "there are ticket.messages"
        ),
    ]

    @Test(arguments: conditions) func conditionsReadAsSentences(_ condition: Condition<RuleOperand>, _ words: String) {
        #expect(ConditionWords().text(condition) == words)
    }

    @Test func aTypeWithoutConditionShowsWhatIsolationLeaves() {
        #expect(ConditionWords().text(nil as RowRule?) == "every row within reach")
    }
}
