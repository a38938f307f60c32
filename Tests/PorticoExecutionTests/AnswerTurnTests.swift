import JSONBytes
import PorticoPlanning
import PostgresSQL
import Synchronization
import TestFixtures
import Testing

@testable import PorticoExecution

/// One request does a bounded amount of work on its loop, counted: what is more is done beside it,
/// with the same answer.
@Suite struct AnswerTurnTests {
    /// What the executor gives away, to be run when the test says so.
    private final class Side: BackgroundWork {
        private(set) var pieces = 0
        private var waiting: [() -> Void] = []

        func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void) {
            pieces += 1
            waiting.append { then(work()) }
        }

        func runAll() { while !waiting.isEmpty { waiting.removeFirst()() } }
    }

    /// Cursors that anybody can read, counted.
    private final class Box: CursorBox {
        private let count = Mutex(0)
        var sealed: Int { count.withLock { $0 } }

        func seal(_ content: [UInt8]) -> [UInt8] {
            count.withLock { $0 += 1 }
            return content
        }

        func open(_ sealed: [UInt8]) -> [UInt8]? { sealed }
    }

    private struct Subject {
        let plan: AuthorizedPlan
        let shape: AnswerShape
        let rows: [String: ScriptedSession.Step]
        var limits = AnswerLimits()
        var bounds = TurnBounds()
        var box: Box?
        var size = 500

        init(_ query: String, _ rows: [String: ScriptedSession.Step]) throws {
            plan = try Fixture.plan(query)
            shape = try #require(AnswerShape(plan))
            self.rows = rows
        }

        /// The answer once all is done; without a side all of it is done at once.
        func answer(background side: Side?) -> String? {
            var text: String?
            let execution = start(background: side) { text = $0 }
            side?.runAll()
            withExtendedLifetime(execution) {}
            return text
        }

        func start(background side: Side?, _ completion: @escaping (String) -> Void) -> PlanExecution {
            let parameters = plan.loads.map { [ParameterValue](repeating: .null, count: $0.parameters.count) }
            let execution = PlanExecution(
                plan: plan, shape: shape, parameters: parameters,
                pages: plan.pages.map { _ in BoundPage(size: size, box: box) },
                session: ScriptedSession(rows, plan: plan), limits: limits, background: side, bounds: bounds
            ) { result in
                switch result.outcome {
                case .answered(let buffer, _, let errors):
                    completion(String(decoding: buffer.takeBytes(), as: UTF8.self) + "} \(errors.map(\.path))")
                case .failed: completion("failed")
                case .tooLarge(let limit): completion("too large: \(limit)")
                case .tooManyCursors(let limit): completion("too many cursors: \(limit)")
                case .tooManyRows(let limit): completion("too many rows: \(limit)")
                case .tooManyBytes(let limit): completion("too many bytes: \(limit)")
                case .overBudget: completion("over the budget")
                }
            }
            execution.start()
            return execution
        }
    }

    private static func sites(_ count: Int) -> [[ScriptedSession.Value]] {
        (0..<count).map { [.text("site-\($0)"), .text(String(repeating: "n", count: 90))] }
    }

    // MARK: Bytes

    @Test func aSmallAnswerIsWrittenInItsTurn() throws {
        let subject = try Subject("{ sites { id name } }", ["wordpress_sites": .rows(Self.sites(100))])
        let side = Side()
        #expect(subject.answer(background: side) == subject.answer(background: nil))
        #expect(side.pieces == 0)
    }

    @Test func aLongAnswerIsWrittenBesideTheLoop() throws {
        var subject = try Subject("{ sites { id name } }", ["wordpress_sites": .rows(Self.sites(100))])
        subject.bounds.answerBytes = 5_000
        let whole = subject.answer(background: nil), side = Side()
        #expect(try #require(whole).utf8.count > 10_000)
        #expect(subject.answer(background: side) == whole)
        #expect(side.pieces == 1)
        #expect(subject.shape.isLong)
        // The next one is not even begun on the loop, and a short one teaches that it may be again.
        #expect(subject.answer(background: side) == whole)
        #expect(side.pieces == 2)
        subject.bounds.answerBytes = 50_000
        _ = subject.answer(background: side)
        #expect(side.pieces == 3 && !subject.shape.isLong)
        _ = subject.answer(background: side)
        #expect(side.pieces == 3)
    }

    /// Rows that were loaded once may be said a thousand times: rows alone would not show it.
    @Test func fewRowsMayMakeALongAnswer() throws {
        let steps: [String: ScriptedSession.Step] = [
            "tickets": .rows((0..<200).map { [.text("t\($0)"), .text("s")] }),
            "wordpress_sites": .rows([[.ordinal(1), .text(String(repeating: "n", count: 900))]]),
        ]
        var subject = try Subject("{ tickets { id site { name } } }", steps)
        subject.bounds.answerBytes = 64 << 10
        let side = Side()
        #expect(subject.answer(background: side) == subject.answer(background: nil))
        #expect(side.pieces == 1)
    }

    /// One value may be as long as an answer.
    @Test func longValuesAreLookedAtBeforeTheyAreWritten() throws {
        let text = String(repeating: "\u{1}", count: 20_000)
        var subject = try Subject("{ sites { name } }", ["wordpress_sites": .rows([[.text(text)]])])
        subject.bounds.answerBytes = 10_000
        let side = Side()
        #expect(subject.answer(background: side) == subject.answer(background: nil))
        #expect(side.pieces == 1)
    }

    /// What was written and cut off again took its time, too.
    @Test func whatIsCutOffCounts() throws {
        // A field that may not be null and is takes its object with it.
        var subject = try Subject(
            "{ tickets { id assignee { name id } } }",
            [
                "tickets": .rows((0..<300).map { [.text("t\($0)"), .text("u1")] }),
                "users": .rows([[.ordinal(1), .text(String(repeating: "n", count: 200)), .null]]),
            ])
        subject.bounds.answerBytes = 10_000
        let side = Side()
        let answer = subject.answer(background: side)
        #expect(answer == subject.answer(background: nil))
        #expect(side.pieces == 1)
        // 300 times 200 bytes are thrown away, for an answer of ten thousand.
        #expect(try #require(answer).contains("\"assignee\":null"))
        subject.limits.bytes = 14_000
        #expect(subject.answer(background: nil) == "too large: 14000")
    }

    @Test func theLimitHoldsOnEitherSide() throws {
        var subject = try Subject("{ sites { id name } }", ["wordpress_sites": .rows(Self.sites(100))])
        subject.limits.bytes = 6_000
        let side = Side()
        #expect(subject.answer(background: side) == "too large: 6000")
        #expect(side.pieces == 0)
        subject.bounds.answerBytes = 3_000
        #expect(subject.answer(background: side) == "too large: 6000")
        #expect(side.pieces == 1)
    }

    // MARK: Cursors

    private static func connection(aliases: Int) -> String {
        let cursors = (0..<aliases).map { "c\($0): cursor" }.joined(separator: " ")
        return
            "{ ticketsConnection(first: 500) { edges { \(cursors) node { id } } pageInfo { startCursor endCursor } } }"
    }

    private static func subject(aliases: Int, rows: Int) throws -> Subject {
        let plan = try Fixture.plan(connection(aliases: aliases))
        let width = plan.loads[0].width
        let cells = (0..<rows).map { row in (0..<width).map { ScriptedSession.Value.text("t\(row)-\($0)") } }
        var subject = try Subject(connection(aliases: aliases), ["tickets": .rows(cells)])
        subject.box = Box()
        return subject
    }

    /// Twenty thousand cursors are asked for, and twenty sealed.
    @Test func aRowsCursorIsSealedOnce() throws {
        let subject = try Self.subject(aliases: 999, rows: 20)
        let box = try #require(subject.box)
        let answer = try #require(subject.answer(background: nil))
        #expect(box.sealed == 20)
        #expect(answer.contains(#""endCursor":""#))
        let parts = answer.components(separatedBy: "\"c998\":\"")
        #expect(parts.count == 21)
        let last = try #require(parts.last?.split(separator: "\"").first)
        #expect(answer.contains("\"c0\":\"\(last)\"") && answer.contains("\"endCursor\":\"\(last)\""))
    }

    @Test func manyCursorsAreSealedBesideTheLoop() throws {
        var subject = try Self.subject(aliases: 2, rows: 300)
        let box = try #require(subject.box), side = Side()
        let answer = subject.answer(background: side)
        #expect(side.pieces == 1)
        // As many as a turn has time for, and then all of them, each once.
        #expect(box.sealed == subject.bounds.sealedCursors + 300)
        #expect(subject.answer(background: side) == answer)
        #expect(box.sealed == subject.bounds.sealedCursors + 600, "the next answer is not begun on the loop")
        subject.limits.cursors = 599
        #expect(subject.answer(background: side) == "too many cursors: 599")
    }

    /// Where an edge was cut off, other bytes stand at the place of its cursor.
    @Test func cursorsThatWereCutOffAreSealedAgain() throws {
        let query =
            "{ ticketsConnection(first: 500) { nodes { id } a: edges { cursor node { id subject } } pageInfo { endCursor } } }"
        let plan = try Fixture.plan(query), width = plan.loads[0].width
        let rows = (0..<3).map { row in (0..<width).map { ScriptedSession.Value.text("t\(row)-\($0)") } }
        // Each cell in turn is missing: some of them take the edge, or the whole list, with them.
        for cell in 0..<width {
            var broken = rows
            broken[1][cell] = .null
            var subject = try Subject(query, ["tickets": .rows(broken)])
            let box = Box()
            subject.box = box
            let answer = try #require(subject.answer(background: nil))
            #expect(try parses(answer), "\(answer)")
        }
    }

    /// Up to the errors behind it.
    private func parses(_ answer: String) throws -> Bool {
        guard let end = answer.range(of: "} [", options: .backwards) else { return false }
        _ = try parseJSON(Array((answer[..<end.lowerBound] + "}").utf8))
        return true
    }

    // MARK: Rows

    @Test func manyRowsAreLaidOpenBesideTheLoop() throws {
        let steps: [String: ScriptedSession.Step] = [
            "wordpress_sites": .rows((0..<50).map { [.text("s\($0)")] }),
            "tickets": .rows(
                (0..<50).flatMap { site in (0..<3).map { [.ordinal(Int64(site + 1)), .text("\(site)-\($0)")] } }),
        ]
        var subject = try Subject("{ sites { id tickets { id } } }", steps)
        let whole = subject.answer(background: nil), side = Side()
        #expect(subject.answer(background: side) == whole)
        #expect(side.pieces == 0)
        subject.bounds.cells = 100
        #expect(subject.answer(background: side) == whole)
        #expect(side.pieces == 2, "both results are many cells")
    }

    // MARK: Ends

    @Test func whatIsAbandonedIsNotAnswered() throws {
        var subject = try Subject("{ sites { id name } }", ["wordpress_sites": .rows(Self.sites(100))])
        subject.bounds.answerBytes = 5_000
        let side = Side()
        var answers = 0
        let execution = subject.start(background: side) { _ in answers += 1 }
        #expect(answers == 0 && side.pieces == 1)
        // What its load took is still known while its rows are with somebody else.
        #expect(execution.measurements().map(\.rows) == [100])
        execution.abandon()
        side.runAll()
        #expect(answers == 0)
    }
}
