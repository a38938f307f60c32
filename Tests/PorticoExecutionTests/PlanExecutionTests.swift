import PorticoPlanning
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoExecution

@Suite struct PlanExecutionTests {
    private struct Run {
        var text = ""
        var errors: [ClientError] = []
        var failure: LoadFailure?
        var refusals: [String] = []
        var statements = 0
        var isFinished = false
        var session: ScriptedSession
    }

    /// Maximum rows of a list per parent; `nil` if unknown.
    private static func parameters(_ plan: AuthorizedPlan, first: Int?) -> [[ParameterValue]] {
        plan.loads.map { load in
            load.parameters.map { source in
                if case .first = source, let first { .text(Array(String(first).utf8)) } else { .null }
            }
        }
    }

    private func run(
        _ query: String, _ steps: [String: ScriptedSession.Step], delayed: Bool = false,
        limits: AnswerLimits = AnswerLimits()
    ) throws -> Run {
        let plan = try Fixture.plan(query)
        var run = Run(session: ScriptedSession(steps, delayed: delayed, plan: plan))
        let parameters = plan.loads.map { load in [ParameterValue](repeating: .null, count: load.parameters.count) }
        var completions = 0
        let execution = PlanExecution(plan: plan, parameters: parameters, session: run.session, limits: limits) {
            result in
            completions += 1
            run.isFinished = true
            run.statements = result.statements
            run.refusals = result.refusals.map(\.detail)
            switch result.outcome {
            case .answered(let buffer, _, let errors):
                run.text = String(decoding: buffer.takeBytes(), as: UTF8.self) + "}"
                run.errors = errors
            case .failed(let failure): run.failure = failure
            case .tooLarge(let limit): run.text = "too large: \(limit)"
            case .tooManyCursors(let limit): run.text = "too many cursors: \(limit)"
            case .tooManyRows(let limit): run.text = "too many rows: \(limit)"
            case .tooManyBytes(let limit): run.text = "too many bytes: \(limit)"
            case .overBudget: run.text = "over budget"
            }
        }
        execution.start()
        if delayed { run.session.answerAll() }
        #expect(completions == 1)
        return run
    }

    /// One reading of the clock for each answer: what an answer lets start, starts at the same
    /// time.
    @Test func loadsAreMeasuredByOneReadingEach() throws {
        let plan = try Fixture.plan("{ sites { id tickets { id } domains { id } } }")
        let session = ScriptedSession(
            [
                "wordpress_sites": .rows([[.text("a")]]),
                "tickets": .rows([[.ordinal(1), .text("1")], [.ordinal(1), .text("2")]]), "domains": refused,
            ], delayed: true, plan: plan)
        let parameters = Self.parameters(plan, first: 50)
        var time = 0, result: ExecutionResult?
        let execution = PlanExecution(
            plan: plan, parameters: parameters, session: session,
            clock: {
                time += 10; return time
            }
        ) { result = $0 }
        execution.start()
        #expect(execution.measurements().map(\.endedAt) == [nil])
        session.answerAll()
        #expect(
            execution.measurements().map { [$0.startedAt, $0.endedAt, $0.rows, $0.isFailed ? 1 : 0] } == [
                [10, 20, 1, 0], [20, 40, 2, 0], [20, 30, 0, 1],
            ])
        #expect(result?.startedAt == 10)
        #expect(result?.loadedAt == 40)
    }

    private let refused = ScriptedSession.Step.failure(LoadFailure(.refused, detail: "permission denied"))

    // MARK: Stitching

    /// Rows in any order find their parents, and keep their own order within one parent.
    @Test func listsAreStitchedByOrdinal() throws {
        let run = try run(
            "{ sites { id tickets { id } } }",
            [
                "wordpress_sites": .rows([[.text("a")], [.text("b")], [.text("c")]]),
                "tickets": .rows([
                    [.ordinal(3), .text("c1")], [.ordinal(1), .text("a1")], [.ordinal(3), .text("c2")],
                    [.ordinal(1), .text("a2")],
                ]),
            ])
        #expect(
            run.text
                == #"{"data":{"sites":[{"id":"a","tickets":[{"id":"a1"},{"id":"a2"}]},{"id":"b","tickets":[]},{"id":"c","tickets":[{"id":"c1"},{"id":"c2"}]}]}}"#
        )
        #expect(run.statements == 2)
    }

    /// To-one keys are asked once each; null keys are not asked.
    @Test func toOneKeysAreDistinct() throws {
        let run = try run(
            "{ tickets { id assignee { name } } }",
            [
                "tickets": .rows([
                    [.text("1"), .text("u1")], [.text("2"), .null], [.text("3"), .text("u2")],
                    [.text("4"), .text("u1")],
                ]),
                "users": .rows([[.ordinal(2), .text("Due")], [.ordinal(1), .text("Uno")]]),
            ])
        #expect(
            run.text
                == #"{"data":{"tickets":[{"id":"1","assignee":{"name":"Uno"}},{"id":"2","assignee":null},{"id":"3","assignee":{"name":"Due"}},{"id":"4","assignee":{"name":"Uno"}}]}}"#
        )
        var keys = BinaryArray(elementType: 25, capacity: 8)
        for key in ["u1", "u2"] { Array(key.utf8).withUnsafeBytes { keys.append($0) } }
        #expect(run.session.asked[1].parameters[0] == keys.finish())
    }

    @Test func withoutParentsNothingIsAsked() throws {
        let run = try run("{ sites { id tickets { id messages { id } } } }", ["wordpress_sites": .rows([])])
        #expect(run.text == #"{"data":{"sites":[]}}"#)
        #expect(run.statements == 1)
    }

    /// A fault is not mistaken for missing rows: the field fails, and the operator is notified.
    @Test(arguments: [0, 2, Int64.min, Int64.max]) func anOrdinalOutsideTheBatchFailsTheField(_ ordinal: Int64) throws {
        let run = try run(
            "{ sites { tickets { id } } apiVersion }",
            [
                "wordpress_sites": .rows([[.text("a")]]),
                "tickets": .rows([[.ordinal(1), .text("a1")], [.ordinal(ordinal), .text("x")]]),
            ])
        #expect(run.text == #"{"data":null}"#)
        #expect(run.errors.map(\.path) == [[.key("sites"), .index(0), .key("tickets")]])
        #expect(
            run.refusals == [
                "the rows of \"sites.tickets\" are not what was planned: a row belongs to none of its 1 keys"
            ])
    }

    @Test func anOrdinalOutsideTheBatchFailsAToOneFieldToo() throws {
        let run = try run(
            "{ tickets { id assignee { name } } }",
            [
                "tickets": .rows([[.text("1"), .text("u1")]]), "users": .rows([[.ordinal(2), .text("Due")]]),
            ])
        #expect(run.text == #"{"data":{"tickets":[{"id":"1","assignee":null}]}}"#)
        #expect(run.refusals.count == 1)
    }

    /// An aggregate stands beside its parent's row: its values come from one load, its groups from
    /// another, and both find the parent.
    @Test func aggregatesStandBesideTheirRows() throws {
        let run = try run(
            "{ sites { id ticketsAggregate { count groupBy(keys: {field: SUBJECT}) { key { subject status } min { description } } __typename } } }",
            [
                "wordpress_sites": .rows([[.text("a")], [.text("b")]]),
                "SELECT count": .rows([[.ordinal(2), .ordinal(7)], [.ordinal(1), .ordinal(0)]]),
                "SELECT t0.\"subject\"": .rows([[.ordinal(2), .text("s1"), .text("d1")], [.ordinal(2), .null, .null]]),
            ])
        #expect(
            run.text == #"""
                {"data":{"sites":[{"id":"a","ticketsAggregate":{"count":0,"groupBy":[],"__typename":"TicketAggregate"}},\#
                {"id":"b","ticketsAggregate":{"count":7,"groupBy":[{"key":{"subject":"s1","status":null},"min":{"description":"d1"}},{"key":{"subject":null,"status":null},"min":{"description":null}}],\#
                "__typename":"TicketAggregate"}}]}}
                """#)
        #expect(run.statements == 3)
    }

    /// Answers that come in the reverse order give the same text.
    @Test func theOrderOfArrivalDoesNotMatter() throws {
        let steps: [String: ScriptedSession.Step] = [
            "tickets": .rows([[.text("1"), .text("s"), .text("u")]]),
            "wordpress_sites": .rows([[.ordinal(1), .text("S")]]), "users": .rows([[.ordinal(1), .text("U")]]),
        ]
        let query = "{ tickets { id site { name } creator { name } } }"
        #expect(try run(query, steps).text == run(query, steps, delayed: true).text)
    }

    // MARK: The last statement

    /// Said once, with the last statement, whether loads are answered, refused or need not be sent.
    @Test(arguments: [false, true]) func theRunnerIsToldWithTheLastStatement(delayed: Bool) throws {
        let site: [[ScriptedSession.Value]] = [[.text("a")]],
            ticket: [[ScriptedSession.Value]] = [[.ordinal(1), .text("1")]],
            message: [[ScriptedSession.Value]] = [[.ordinal(1), .text("m")]]
        let query = "{ sites { id tickets { id messages { id } } domains { id } } }"
        let all = try run(
            query,
            [
                "wordpress_sites": .rows(site), "tickets": .rows(ticket), "ticket_messages": .rows(message),
                "domains": .rows([]),
            ], delayed: delayed)
        #expect(all.session.ends == [4])
        let refused = try run(
            query, ["wordpress_sites": .rows(site), "tickets": refused, "domains": .rows([])], delayed: delayed)
        #expect(refused.session.ends == [3])
        let none = try run(query, ["wordpress_sites": .rows([])], delayed: delayed)
        #expect(none.session.ends == [1])
        #expect(try run("{ apiVersion }", [:], delayed: delayed).session.ends == [0])
    }

    // MARK: Nulls and errors

    @Test func aNullWhereNoneMayBeTakesTheNearestNullableAncestor() throws {
        let run = try run(
            "{ ticket(id: 1) { id subject site { id name } } apiVersion }",
            [
                "tickets": .rows([[.text("1"), .text("Subject"), .text("s")]]),
                "wordpress_sites": .rows([[.ordinal(1), .text("s"), .null]]),
            ])
        #expect(run.text == #"{"data":{"ticket":{"id":"1","subject":"Subject","site":null},"apiVersion":"1.0"}}"#)
        #expect(run.errors.map(\.path) == [[.key("ticket"), .key("site"), .key("name")]])
    }

    /// `[T!]!` cannot lose one item: the whole of `data` goes, with the path of the row.
    @Test func aNullInAListOfNonNullsGoesUp() throws {
        let run = try run(
            "{ all: tickets { id heading: subject } }",
            ["tickets": .rows([[.text("1"), .text("a")], [.text("2"), .null]])])
        #expect(run.text == #"{"data":null}"#)
        #expect(run.errors.map(\.path) == [[.key("all"), .index(1), .key("heading")]])
    }

    @Test func aRefusedLoadFailsItsFieldAlone() throws {
        let run = try run(
            "{ ticket(id: 1) { id site { id } } viewer { id } }",
            ["tickets": .rows([[.text("1"), .text("s")]]), "wordpress_sites": refused, "users": .rows([[.text("u")]])])
        #expect(run.text == #"{"data":{"ticket":{"id":"1","site":null},"viewer":{"id":"u"}}}"#)
        #expect(run.errors.map(\.path) == [[.key("ticket"), .key("site")]])
    }

    /// More rows than GraphQL's `Int` can count: the count is no null, so its nearest nullable
    /// ancestor goes, with the count's own path.
    @Test func aCountBeyondIntHasNoValue() throws {
        let run = try run(
            "{ tenant(id: 1) { id domainsAggregate { count } } }",
            ["tenants": .rows([[.text("1")]]), "domains": .rows([[.ordinal(1 << 31)]])])
        #expect(run.text == #"{"data":{"tenant":null}}"#)
        #expect(run.errors.map(\.path) == [[.key("tenant"), .key("domainsAggregate"), .key("count")]])
    }

    @Test func aRefusedAggregateHasItsOwnPath() throws {
        let run = try run(
            "{ tenant(id: 1) { id ds: domainsAggregate { count } } }",
            ["tenants": .rows([[.text("1")]]), "domains": refused])
        #expect(run.text == #"{"data":{"tenant":null}}"#)
        #expect(run.errors.map(\.path) == [[.key("tenant"), .key("ds")]])
    }

    @Test(arguments: [LoadFailure.Kind.timeout, .unavailable])
    func withoutADatabaseTheWholeRequestFails(_ kind: LoadFailure.Kind) throws {
        let run = try run(
            "{ tickets { id } sites { id } }",
            ["tickets": .failure(LoadFailure(kind, detail: "")), "wordpress_sites": .rows([])])
        #expect(run.failure?.kind == kind)
    }

    @Test func aResultOfAnotherWidthFailsTheField() throws {
        let run = try run("{ viewer { id name } apiVersion }", ["users": .rows([[.text("u")]])])
        #expect(run.text == #"{"data":{"viewer":null,"apiVersion":"1.0"}}"#)
        #expect(run.errors.map(\.path) == [[.key("viewer")]])
        #expect(run.refusals == ["the rows of \"viewer\" are not what was planned: 1 columns in place of 2"])
    }

    // MARK: Shape

    @Test func fieldsThatAreSkippedLeaveAnEmptyObject() throws {
        let run = try run("{ viewer { id @skip(if: true) } }", ["users": .rows([[.text("u")]])])
        #expect(run.text == #"{"data":{"viewer":{}}}"#)
    }

    @Test func answersAreBounded() throws {
        let rows = (0..<100).map { [ScriptedSession.Value.text("ticket-\($0)")] }
        #expect(
            try run("{ tickets { id } }", ["tickets": .rows(rows)], limits: AnswerLimits(bytes: 500)).text
                == "too large: 500")
    }

    @Test func oneLargeCellIsLookedAtBeforeItIsWritten() throws {
        let row = [ScriptedSession.Value.text(String(repeating: "x", count: 5_000))]
        #expect(
            try run("{ viewer { a: id b: id } }", ["users": .rows([row])], limits: AnswerLimits(bytes: 9_999)).text
                == "too large: 9999")
        #expect(
            try run("{ viewer { a: id b: id } }", ["users": .rows([row])], limits: AnswerLimits(bytes: 10_100)).text
                .hasPrefix("{\"data\""))
    }

    @Test(arguments: [
        (5, "{\"data\""), (4, "too many rows: 4"), (3, "too many rows: 3"), (2, "too many rows: 2"),
        (1, "too many rows: 1"),
    ])
    func rowsOfAllLoadsAreBounded(_ limit: Int, _ text: String) throws {
        let sites = [[ScriptedSession.Value.text("s1")], [.text("s2")]]
        let tickets = [
            [ScriptedSession.Value.ordinal(1), .text("m1")], [.ordinal(1), .text("m2")], [.ordinal(2), .text("m3")],
        ]
        let run = try run(
            "{ sites { id tickets { id } } }", ["wordpress_sites": .rows(sites), "tickets": .rows(tickets)],
            limits: AnswerLimits(rows: limit))
        #expect(run.text.hasPrefix(text))
        // Nothing is sent once the limit is met; a list of lists is bounded by what is left, and
        // one.
        #expect(run.session.asked.count == (limit < 2 ? 1 : 2))
        if limit >= 2 { #expect(run.session.asked[1].parameters.last == .text(Array("\(limit - 2 + 1)".utf8))) }
    }

    @Test func errorsAreBounded() throws {
        let rows = (0..<50).map { [ScriptedSession.Value.text("\($0)"), .text("bad")] }
        let run = try run("{ tickets { id status } }", ["tickets": .rows(rows)], limits: AnswerLimits(errors: 3))
        #expect(run.errors.count <= 3)
    }

    /// What became of the session is known before the answer leaves; what was read is there in any
    /// case.
    @Test(arguments: [
        SessionOutcome.committed, .rolledBack(LoadFailure(.interrupted, detail: "")),
        .unknown(LoadFailure(.interrupted, detail: "")),
    ])
    func theAnswerWaitsForTheOutcome(_ outcome: SessionOutcome) throws {
        let plan = try Fixture.plan("{ sites { name } }")
        let session = ScriptedSession(["wordpress_sites": .rows([[.text("a")]])], plan: plan)
        session.outcome = outcome
        session.tellsLate = true
        var text: String?
        let execution = PlanExecution(plan: plan, parameters: [[.null, .null]], session: session) { result in
            if case .answered(let buffer, _, _) = result.outcome {
                text = String(decoding: buffer.takeBytes(), as: UTF8.self)
            }
        }
        execution.start()
        #expect(text == nil)
        session.tellOutcome()
        #expect(text == #"{"data":{"sites":[{"name":"a"}]}"#)
    }
}
