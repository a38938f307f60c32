import JSONBytes
import PorticoPlanning
import PostgresSQL
import SocketLoop
import TestFixtures
import Testing

@testable import PorticoExecution

/// What the loads of one request may bring together, while they are in flight.
@Suite struct BudgetTests {
    private final class Run {
        let session: ScriptedSession
        var result: ExecutionResult?
        var execution: PlanExecution?
        init(_ session: ScriptedSession) { self.session = session }

        var answer: ResponseBuffer? { if case .answered(let buffer, _, _)? = result?.outcome { buffer } else { nil } }

        var text: String {
            switch result?.outcome {
            case .answered(let buffer, _, _)?: buffer.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            case .tooManyRows(let limit)?: "too many rows: \(limit)"
            case .tooManyBytes(let limit)?: "too many bytes: \(limit)"
            case .overBudget?: "over budget"
            case .tooLarge(let limit)?: "too large: \(limit)"
            case .failed(let failure)?: "failed: \(failure.kind)"
            case .tooManyCursors?: "too many cursors"
            case nil: "nothing yet"
            }
        }

        /// What the last parameter of each statement was, where it is a number: rows that it may
        /// bring.
        var bounds: [String] {
            session.asked.map { asked in
                if case .text(let text)? = asked.parameters.last { String(decoding: text, as: UTF8.self) } else { "-" }
            }
        }
    }

    private func start(
        _ query: String, _ steps: [String: ScriptedSession.Step], first: Int = 50,
        limits: AnswerLimits = AnswerLimits(),
        budget: ByteBudget? = nil, owner: UInt64 = 0
    ) throws -> Run {
        let plan = try Fixture.plan(query), run = Run(ScriptedSession(steps, delayed: true, plan: plan))
        let parameters = plan.loads.map { load in
            load.parameters.map { source -> ParameterValue in
                if case .first = source { .text(Array(String(first).utf8)) } else { .null }
            }
        }
        let execution = PlanExecution(
            plan: plan, parameters: parameters, session: run.session, limits: limits, budget: budget, owner: owner
        ) { run.result = $0 }
        run.execution = execution
        execution.start()
        return run
    }

    private static func rows(_ count: Int, bytes: Int = 1, ordinal: Bool = false) -> ScriptedSession.Step {
        .rows((0..<count).map { _ in (ordinal ? [.ordinal(1)] : []) + [.text(String(repeating: "x", count: bytes))] })
    }

    // MARK: Rows

    /// What fits together goes together.
    @Test func loadsThatFitGoSideBySide() throws {
        let run = try start(
            "{ tickets { id } sites { id } users { id } }",
            ["tickets": Self.rows(3), "wordpress_sites": Self.rows(2), "users": Self.rows(1)],
            limits: AnswerLimits(rows: 150))
        #expect(run.session.asked.count == 3)
        run.session.answerAll()
        #expect(run.text.hasPrefix("{\"data\""))
        #expect(run.result?.rows == 6)
    }

    /// Of two lists that may bring 100 rows each, where 150 are allowed, the second waits for what
    /// the first brings; each is sent once.
    @Test func whatIsPromisedToOneIsNotPromisedToAnother() throws {
        let run = try start(
            "{ tickets { id } sites { id } users { id } }",
            ["tickets": Self.rows(40), "wordpress_sites": Self.rows(70), "users": Self.rows(30)], first: 100,
            limits: AnswerLimits(rows: 150))
        #expect(run.session.asked.count == 1)
        run.session.answerFirst()
        #expect(run.session.asked.count == 2, "110 are left, of which 100 are promised")
        run.session.answerFirst()
        #expect(run.session.asked.count == 3)
        #expect(run.bounds == ["100", "100", "41"], "of the 40 that are left, and one that tells of more")
        run.session.answerFirst()
        #expect(run.text.hasPrefix("{\"data\""))
        #expect(run.result?.rows == 140)
        #expect(run.result?.statements == 3)
        #expect(run.session.ends == [3], "said with the last of them")
    }

    @Test func theLimitHoldsForAllLoadsTogether() throws {
        let run = try start(
            "{ tickets { id } sites { id } users { id } }",
            ["tickets": Self.rows(100), "wordpress_sites": Self.rows(51)], first: 100, limits: AnswerLimits(rows: 150))
        run.session.answerFirst()
        #expect(run.bounds == ["100", "51"])
        run.session.answerFirst()
        #expect(run.text == "too many rows: 150")
        #expect(run.session.asked.count == 2, "and the third is not sent")
    }

    /// Twenty lists of lists: never are more rows promised than there may be, and none waits for
    /// ever.
    @Test(arguments: [1, 7, 60, 1_000, 100_000]) func listsOfListsStayWithinTheLimit(limit: Int) throws {
        let fields = (0..<20).map { "a\($0): sites { id tickets { id } }" }.joined(separator: " ")
        let run = try start(
            "{ \(fields) }", ["wordpress_sites": Self.rows(1), "tickets": Self.rows(1, ordinal: true)], first: 50,
            limits: AnswerLimits(rows: limit))
        var steps = 0
        while run.result == nil, steps < 1_000 {
            run.session.answerFirst()
            steps += 1
        }
        #expect(run.text.hasPrefix(limit < 40 ? "too many rows" : "{\"data\""))
        if limit >= 40 { #expect(run.result?.statements == 40) }
        if limit <= 60 { #expect(run.session.mostWaiting <= 2) } else { #expect(run.session.mostWaiting >= 20) }
    }

    @Test func aLoadThatFailsGivesItsRowsBack() throws {
        let refused = ScriptedSession.Step.failure(LoadFailure(.refused, detail: "no"))
        let run = try start(
            "{ viewer { id } tickets { id } sites { id } }",
            ["users": Self.rows(1), "tickets": refused, "wordpress_sites": Self.rows(9)], first: 10,
            limits: AnswerLimits(rows: 10))
        while run.result == nil { run.session.answerFirst() }
        #expect(run.result?.statements == 3)
        #expect(run.result?.rows == 10)
    }

    @Test func anAllowanceNeverPromisesMoreThanThereIs() {
        var allowance = RowAllowance(limit: 10)
        var promises: [Int?] = [6, 6, 4].map { allowance.promise(atMost: $0) }
        #expect(promises == [6, nil, 4])
        let fits = allowance.settle(6, rows: 2)
        #expect(fits && allowance.left == 4)
        promises = [allowance.promise(atMost: .max)]
        let stillFits = allowance.settle(4, rows: 4)
        promises.append(allowance.promise(atMost: .max))
        #expect(promises == [nil, 4] && stillFits)
        let isTooMany = !allowance.settle(4, rows: 5)
        #expect(isTooMany)
    }

    // MARK: Bytes

    @Test func theResultsOfAllLoadsAreBounded() throws {
        let steps = ["tickets": Self.rows(1, bytes: 6_000), "wordpress_sites": Self.rows(1, bytes: 6_000)],
            query = "{ tickets { id } sites { id } }"
        let fits = try start(query, steps, limits: AnswerLimits(resultBytes: 12_100))
        fits.session.answerAll()
        #expect(fits.text.hasPrefix("{\"data\""))
        #expect(fits.result?.resultBytes == 12_024, "a cell takes twelve bytes more")
        let refused = try start(query, steps, limits: AnswerLimits(resultBytes: 12_000))
        refused.session.answerAll()
        #expect(refused.text == "too many bytes: 12000")
        #expect(refused.execution?.measurements().map(\.rows) == [0, 1], "what was measured stays")
    }

    /// Bytes count while they arrive, and the session is notified at that point.
    @Test func aResultIsCountedWhileItComesIn() throws {
        let budget = ByteBudget(limit: 1 << 20)
        let run = try start(
            "{ tickets { id } }", ["tickets": .failure(LoadFailure(.tooLarge, detail: ""))],
            limits: AnswerLimits(resultBytes: 100_000), budget: budget)
        let meter = try #require(run.session.meter)
        #expect(meter.grow(by: 60_000))
        #expect(budget.used == 60_000)
        #expect(!meter.grow(by: 60_000))
        run.session.answerFirst()
        #expect(run.text == "too many bytes: 100000")
        #expect(run.result?.resultBytes == 120_000)
        #expect(budget.used == 0, "released before the answer")
        #expect(!meter.grow(by: 1), "nothing more is wanted")
    }

    /// However much one tenant asks for, there is something left for the next one.
    @Test func nobodyFillsTheBudget() throws {
        let budget = ByteBudget(limit: 160_000)
        let greedy = try start("{ tickets { id } }", ["tickets": Self.rows(1)], budget: budget, owner: 1)
        let meter = try #require(greedy.session.meter)
        #expect(meter.grow(by: 80_000))
        #expect(!meter.grow(by: 1))
        let other = try start("{ tickets { id } }", ["tickets": Self.rows(1, bytes: 30_000)], budget: budget, owner: 2)
        other.session.answerAll()
        #expect(other.text.hasPrefix("{\"data\""))
    }

    @Test func allRequestsOfAWorkerShareABudget() throws {
        let budget = ByteBudget(limit: 180_000), steps = ["tickets": Self.rows(1, bytes: 40_000)],
            query = "{ tickets { id } }"
        let runs = try (1...4).map { try start(query, steps, budget: budget, owner: $0) }
        let (first, second, third, fourth) = (runs[0], runs[1], runs[2], runs[3])
        #expect(try #require(first.session.meter).grow(by: 30_000))
        second.session.answerAll()
        #expect(second.text.hasPrefix("{\"data\""))
        let buffer = try #require(second.answer)
        #expect(budget.used == 30_000 + buffer.count, "the answer stands in the place of the results")
        // Its rows fit, and its answer will stand in their place.
        third.session.answerAll()
        let other = try #require(third.answer, "\(third.text)")
        #expect(budget.used == 30_000 + buffer.count + other.count)
        #expect(budget.refusals == 0)
        fourth.session.answerAll()
        #expect(fourth.text == "over budget", "one more may have half of what is left")
        #expect(budget.used == 30_000 + buffer.count + other.count)
        #expect(budget.refusals == 1)
        buffer.reservation = nil
        other.reservation = nil
        first.execution?.abandon()
        #expect(budget.used == 0)
    }

    /// An answer that is much longer than the rows that it is made of.
    @Test func anAnswerThatIsLongerThanThereIsRoomForIsNotMade() throws {
        let budget = ByteBudget(limit: 30_000)
        let query = "{ viewer { " + (0..<10).map { "a\($0): name" }.joined(separator: " ") + " } }"
        let run = try start(query, ["users": .rows([[.text(String(repeating: "x", count: 5_000))]])], budget: budget)
        run.session.answerAll()
        #expect(run.text == "over budget")
        #expect(budget.used == 0)
        let alone = try start(
            query, ["users": .rows([[.text(String(repeating: "x", count: 5_000))]])],
            limits: AnswerLimits(bytes: 20_000), budget: ByteBudget(limit: 1 << 20))
        alone.session.answerAll()
        #expect(alone.text == "too large: 20000")
    }

    @Test func smallRequestsReserveNothing() throws {
        let budget = ByteBudget(limit: 1 << 20)
        let run = try start("{ tickets { id } }", ["tickets": Self.rows(10)], budget: budget)
        run.session.answerAll()
        #expect(budget.peak == 0)
    }

    @Test func keysOfABatchCountWhileTheyTravel() throws {
        let budget = ByteBudget(limit: 1 << 20)
        let run = try start(
            "{ sites { id tickets { id } } }",
            ["wordpress_sites": Self.rows(1, bytes: 10_000), "tickets": Self.rows(1, ordinal: true)], budget: budget)
        run.session.answerFirst()
        #expect(budget.used > 20_000, "the row, and its key once more")
        run.session.answerFirst()
        #expect(run.text.hasPrefix("{\"data\""))
    }
}
