import Foundation
import PorticoExecution
import PostgresClient
import Testing

@testable import PorticoGateway

/// What an error says: where the mistake stands, what was expected there, and what to do.
@Suite struct ErrorTextTests {
    private static func answer(
        _ query: String, as user: String = "user-admin-001", variables: String = "{}"
    ) async throws -> String {
        try await SpotexDatabase.shared.get().answer(query, as: user, variables: variables)
    }

    /// A value without its operator: the suggestion stands in the message, and the place is the
    /// value's.
    @Test(arguments: [
        (
            "{ tickets(where: {status: OPEN}) { id } }", "{}",
            #"found OPEN. Did you mean {eq: OPEN}?","locations":[{"line":1,"column":27}]"#
        ),
        ("{ tickets(where: {status: [OPEN, CLOSED]}) { id } }", "{}", "Did you mean {in: [OPEN, CLOSED]}?"),
        (#"{ tickets(where: {site: {name: "a"}}) { id } }"#, "{}", #"Did you mean {eq: \"a\"}?"#),
        (#"{ sites(where: {plugins: "a"}) { id } }"#, "{}", #"Did you mean {has: \"a\"}?"#),
        (
            #"{ tickets(where: {createdAt: "2025-03-01T10:20:30Z"}) { id } }"#, "{}",
            #"Did you mean {eq: \"2025-03-01T10:20:30Z\"}?"#
        ),
        (
            "query($w: TicketFilter) { tickets(where: $w) { id } }", #"{"w": {"status": "OPEN"}}"#,
            #"Did you mean {\"eq\": …}?"#
        ),
        (
            "query($w: TicketFilter) { tickets(where: $w) { id } }", #"{"w": {"status": ["OPEN"]}}"#,
            #"Did you mean {\"in\": …}?"#
        ),
    ])
    func aConditionWithoutItsOperator(_ query: String, _ variables: String, _ expected: String) async throws {
        let text = try await Self.answer(query, variables: variables)
        #expect(text.contains(expected), "\(text)")
    }

    /// What no operator takes is not suggested.
    @Test(arguments: [
        "{ tickets(where: {status: 1}) { id } }", "{ tickets(where: {status: OPNE}) { id } }",
        "{ tickets(where: 1) { id } }",
    ])
    func nothingIsSuggestedThatWouldBeWrongToo(_ query: String) async throws {
        let text = try await Self.answer(query)
        #expect(text.contains("Expected an object") && !text.contains("Did you mean"), "\(text)")
    }

    /// Values that a column's type refuses: the path in the arguments, and the place in the
    /// document.
    @Test(arguments: [
        (
            #"{ auditLogs(where: {and: [{id: {eq: "1"}}, {id: {in: ["1", "x"]}}]}) { id } }"#, "{}",
            #"At \"where.and[1].id.in\": \"x\" is not an integer within 64 bits.","locations":[{"line":1,"column":54}]"#
        ),
        (
            #"{ auditLogsConnection(where: {not: {id: {eq: "x"}}}) { totalCount } }"#, "{}",
            #"At \"where.not.id.eq\": \"x\" is not an integer within 64 bits.","locations":[{"line":1,"column":46}]"#
        ),
        (
            #"{ auditLogsAggregate(where: {id: {ne: "9223372036854775808"}}) { count } }"#, "{}",
            #"At \"where.id.ne\": \"9223372036854775808\" is not an integer within 64 bits.","locations":[{"line":1,"column":39}]"#
        ),
        (
            #"{ auditLog(id: "x") { id } }"#, "{}",
            #"Argument \"id\": \"x\" is not an integer within 64 bits.","locations":[{"line":1,"column":16}]"#
        ),
        (#"{ tickets(where: {subject: {like: "a\\"}}) { id } }"#, "{}", #"At \"where.subject.like\": "#),
        (
            #"{ tickets(where: {createdAt: {gt: "yesterday"}}) { id } }"#, "{}",
            #"Value at \"where.createdAt.gt\": DateTime cannot represent \"yesterday\": a point of time is written as in RFC 3339, with its time zone, such as \"2025-03-01T10:20:30Z\" or \"2025-03-01T11:20:30+01:00\".","locations":[{"line":1,"column":35}]"#
        ),
        (
            #"query($w: AuditLogFilter) { auditLogs(where: $w) { id } }"#, #"{"w": {"id": {"eq": "x"}}}"#,
            #"Variable \"$w.id.eq\": \"x\" is not an integer within 64 bits."#
        ),
        (
            #"query($v: ID!) { auditLogs(where: {id: {in: ["1", $v]}}) { id } }"#, #"{"v": "x"}"#,
            #"\"x\" is not an integer within 64 bits."#
        ),
    ])
    func aValueThatTheColumnRefuses(_ query: String, _ variables: String, _ expected: String) async throws {
        let text = try await Self.answer(query, variables: variables)
        #expect(text.contains(expected) && text.contains("BAD_INPUT") != text.contains("VALIDATION_ERROR"), "\(text)")
    }

    /// The sentence stands once, and only where a token might have made the difference.
    @Test func whoHasNoTokenIsToldSo() async throws {
        let note = #"The request has no token, so that it is answered as the role \"anonymous\"."#
        let unknown = try await Self.answer("{ tickets { id } sites { id } }", as: "nobody")
        #expect(unknown.components(separatedBy: note).count == 2, "\(unknown)")
        for (query, user) in [
            ("{ tikets { id } }", "user-client-001"), ("{ apiVersion", "nobody"),
            ("query($a: String) { apiVersion }", "nobody"),
        ] {
            let text = try await Self.answer(query, as: user)
            #expect(text.contains("errors") && !text.contains("no token"), "\(text)")
        }
    }

    /// The gateway answers what it cancels itself: an error of the server's comes before the
    /// deadline.
    @Test func theServersOwnTimeLimitIsNamed() async throws {
        let slow = """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 200', current_database()); END $$;
            ALTER TABLE domains RENAME TO quick;
            CREATE VIEW domains AS SELECT quick.* FROM quick, LATERAL (SELECT pg_sleep(30)) AS waiting
            """
        let text = try await SpotexDatabase(extra: slow).answer("{ domains { id } }", as: "user-admin-001")
        #expect(
            text.contains(
                "PostgreSQL ended a statement of the request before the request's deadline: its statement_timeout has passed"
            ), "\(text)")
        #expect(text.contains(#""extensions":{"code":"TIMEOUT"}"#) && text.contains("\"data\":null"))
        #expect(LoadFailure(DatabaseFailure(.timeout, sqlState: "57014", message: "")).kind == .ended)
        #expect(LoadFailure(DatabaseFailure(.timeout, message: "")).kind == .timeout)
    }
}
