import Testing

/// A variable that is null where only its default would fit: an error of the field, not of the
/// request (GraphQL, section 6.4.1).
@Suite struct NullVariableTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        var data: String
        /// The path and the place of the error.
        var error: String
        var testDescription: String { query }
    }

    static let cases: [Case] = [
        Case(
            query: #"query($v: ID = "site-001") { apiVersion site(id: $v) { id } }"#,
            data: #"{"apiVersion":"1.0","site":null}"#, error: #"[{"line":1,"column":50}],"path":["site"]"#),
        // List items and fields of input objects.
        Case(
            query: "query($v: TicketStatus = OPEN) { tickets(where: {status: {in: [$v]}}) { id } }", data: "null",
            error: #"[{"line":1,"column":64}],"path":["tickets"]"#),
        Case(
            query:
                "query($v: TicketGroupField = STATUS) { ticketsAggregate { count groupBy(keys: [{field: $v}]) { count } } }",
            data: "null",
            error: #"[{"line":1,"column":88}],"path":["ticketsAggregate","groupBy"]"#),
        // Null goes up to the nearest place where it may be.
        Case(
            query:
                #"query($v: TicketStatus = OPEN) { site(id: "site-001") { id tickets(where: {status: {in: [$v]}}) { id } } }"#,
            data: #"{"site":null}"#,
            error: #"[{"line":1,"column":90}],"path":["site","tickets"]"#),
        Case(
            query:
                #"query($v: TicketStatus = OPEN) { site(id: "site-001") { ticketsConnection(where: {status: {in: [$v]}}) { totalCount } } }"#,
            data: #"{"site":null}"#,
            error: #"[{"line":1,"column":97}],"path":["site","ticketsConnection"]"#),
        Case(
            query: "query($v: TicketStatus = OPEN) { sites { id tickets(where: {status: {in: [$v]}}) { id } } }",
            data: "null",
            error: #"[{"line":1,"column":75}],"path":["sites",0,"tickets"]"#),
        // Whether a field is there cannot be told: its object has no value.
        Case(
            query: #"query($v: Boolean = true) { apiVersion site(id: "site-001") { id name @include(if: $v) } }"#,
            data: #"{"apiVersion":"1.0","site":null}"#,
            error: #"[{"line":1,"column":84}],"path":["site"]"#),
        Case(
            query:
                #"query($v: Boolean = true) { site(id: "site-001") { ...F @skip(if: $v) } } fragment F on Site { id }"#,
            data: #"{"site":null}"#,
            error: #"[{"line":1,"column":67}],"path":["site"]"#),
        Case(
            query: "query($v: Boolean = true) { sites { id @include(if: $v) } }", data: "null",
            error: #"[{"line":1,"column":53}],"path":["sites",0]"#),
        Case(
            query: "query($v: Boolean = true) { sites { _access { read @include(if: $v) } } }", data: "null",
            error: #"[{"line":1,"column":65}],"path":["sites",0,"_access"]"#),
        Case(
            query: "query($v: Boolean = true) { ticketsAggregate { count @include(if: $v) } }", data: "null",
            error: #"[{"line":1,"column":67}],"path":["ticketsAggregate"]"#),
        Case(
            query: "query($v: Boolean = true) { apiVersion @include(if: $v) }", data: "null",
            error: #"[{"line":1,"column":53}]"#),
        Case(
            query: #"query($v: String = "Site") { apiVersion __type(name: $v) { name } }"#,
            data: #"{"apiVersion":"1.0","__type":null}"#, error: #"[{"line":1,"column":54}],"path":["__type"]"#),
    ]

    @Test(arguments: cases) func theFieldFails(_ test: Case) async throws {
        let database = try SpotexDatabase.shared.get()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let answer = try await database.ask(test.query, as: viewer, variables: #"{"v": null}"#)
        let message =
            #"Variable \"$v\" is null, and stands where null is not allowed: leave it out, so that a default takes its place, or give it a value."#
        let body = String(decoding: answer.body, as: UTF8.self)
        #expect(
            body
                == #"{"data":\#(test.data),"errors":[{"message":"\#(message)","locations":\#(test.error),"extensions":{"code":"BAD_INPUT"}}]}"#
        )
        // Left out, the default is taken, whether or not the null was planned before.
        let whole = try await database.ask(test.query, as: viewer)
        #expect(!String(decoding: whole.body, as: UTF8.self).contains("errors"))
    }
}
