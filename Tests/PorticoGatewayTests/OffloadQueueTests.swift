import PorticoGateway
import PostgresClient
import SocketLoop
import Testing

/// Large requests are processed off the loop, few at a time.
@Suite struct OffloadQueueTests {
    /// A queue whose work runs when the test says so.
    private final class Bench {
        let reactor = Reactor()
        let queue: OffloadQueue
        private let box = Box()
        var outcomes: [String] = []

        private final class Box { var started: [(@Sendable () async -> Void, () -> Void)] = [] }

        init(_ change: (inout OffloadQueue.Limits) -> Void = { _ in }) {
            var limits = OffloadQueue.Limits()
            change(&limits)
            queue = OffloadQueue(reactor: reactor, limits: limits) { [box] work, then in
                box.started.append((work, then))
            }
        }

        var started: Int { box.started.count }

        func submit(
            _ name: String, lane: UInt64 = 1, bytes: Int = 10, within milliseconds: Int = 60_000,
            isAdmitted: Bool = false, isWanted: @escaping () -> Bool = { true }, then: @escaping () -> Void = {}
        ) {
            let owner = OffloadQueue.Owner(
                lane: lane, deadline: reactor.now + milliseconds, isAdmitted: isAdmitted, isWanted: isWanted)
            queue.run(bytes: bytes, for: owner, { name }) { [unowned self] outcome in
                let outcome =
                    switch outcome {
                    case .done(let value): "done \(value)"
                    case .expired: "expired \(name)"
                    case .full: "full \(name)"
                    case .dropped: "dropped \(name)"
                    }
                outcomes.append(outcome)
                then()
            }
        }

        func finishFirst() async {
            let (work, then) = box.started.removeFirst()
            await work()
            then()
        }
    }

    @Test(arguments: 1...3)
    func noMoreThanAllowedRunAtATime(_ limit: Int) async {
        let bench = Bench { $0.running = limit }
        for number in 0..<6 { bench.submit("\(number)") }
        for left in (0..<6).reversed() {
            #expect(bench.started == min(limit, left + 1) && bench.queue.running == bench.started)
            await bench.finishFirst()
        }
        #expect(bench.outcomes == (0..<6).map { "done \($0)" })
        #expect(bench.queue.finished == 6 && bench.queue.waiting == 0)
    }

    @Test func tenantsTakeTurns() async {
        let bench = Bench()
        for number in 0..<3 { bench.submit("a\(number)", lane: 1) }
        bench.submit("b", lane: 2)
        for _ in 0..<4 { await bench.finishFirst() }
        #expect(bench.outcomes == ["done a0", "done a1", "done b", "done a2"])
    }

    /// A request that was read is also coerced, planned and bound before the next one is read: no
    /// more of them are in the middle of it than may run.
    @Test func whatHasBegunGoesOnFirstAndCannotBeRefused() async {
        let bench = Bench { $0.waiting = 1 }
        for name in ["a", "b"] {
            bench.submit(name, then: { if name == "a" { bench.submit("more of a", bytes: 1 << 40, isAdmitted: true) } })
        }
        bench.submit("c")
        for _ in 0..<3 { await bench.finishFirst() }
        #expect(bench.outcomes == ["full c", "done a", "done more of a", "done b"])
        #expect(bench.started == 0 && bench.queue.waiting == 0 && bench.queue.running == 0)
    }

    @Test func whatIsBeyondTheBytesIsRefusedUntilThereIsRoomAgain() async {
        let bench = Bench { $0.bytes = 100 }
        bench.submit("one of any size", bytes: 1_000)
        bench.submit("a", bytes: 1)
        await bench.finishFirst()
        bench.submit("b", bytes: 60)
        bench.submit("c", bytes: 40)
        bench.submit("d", bytes: 1)
        await bench.finishFirst()
        await bench.finishFirst()
        #expect(bench.outcomes == ["full a", "done one of any size", "full d", "done b", "done c"])
    }

    @Test func whatIsBeyondTheNumberIsRefused() {
        let bench = Bench { $0.waiting = 2 }
        for number in 0..<4 { bench.submit("\(number)") }
        #expect(bench.outcomes == ["full 3"])
    }

    @Test func whatNobodyWantsAnyMoreIsNotRun() async {
        let bench = Bench()
        var isWanted = true
        bench.submit("a")
        bench.submit("b", isWanted: { isWanted })
        bench.submit("c")
        isWanted = false
        await bench.finishFirst()
        await bench.finishFirst()
        #expect(bench.outcomes == ["done a", "dropped b", "done c"])
        #expect(bench.queue.finished == 2)
    }

    private final class Rows: Sendable {}

    /// What a piece holds on to goes as soon as nobody wants it, and not when its turn would have
    /// come.
    @Test func whatIsWithdrawnLetsGoAtOnce() async {
        let bench = Bench()
        bench.submit("running")
        weak var held: Rows?
        var outcomes = 0
        var pieces: [OffloadQueue.Piece] = []
        do {
            let rows = Rows()
            held = rows
            let owner = OffloadQueue.Owner(lane: 2, deadline: bench.reactor.now + 60_000)
            for _ in 0..<2 {
                let piece = bench.queue.run(bytes: 10, for: owner, { withExtendedLifetime(rows) { "rows" } }) { _ in
                    outcomes += 1
                }
                if let piece { pieces.append(piece) }
            }
        }
        #expect(pieces.count == 2 && held != nil)
        for piece in pieces { piece.withdraw() }
        #expect(held == nil && bench.reactor.timerCount == 1)
        bench.submit("behind", lane: 2)
        await bench.finishFirst()
        await bench.finishFirst()
        #expect(outcomes == 0 && bench.outcomes == ["done running", "done behind"])
    }

    @Test func theDeadlineHoldsForWhatRunsAndForWhatWaits() async {
        let bench = Bench()
        bench.submit("late", within: 0)
        bench.submit("running", within: 1)
        bench.submit("waiting", within: 1)
        bench.submit("patient")
        while bench.outcomes.count < 3 { bench.reactor.poll(timeoutMilliseconds: 5) }
        #expect(Set(bench.outcomes) == ["expired late", "expired running", "expired waiting"])
        // Its thread is still busy: the place is free only afterwards.
        #expect(bench.queue.running == 1 && bench.started == 1)
        await bench.finishFirst()
        await bench.finishFirst()
        #expect(bench.outcomes.last == "done patient" && bench.outcomes.count == 4)
        #expect(bench.queue.running == 0 && bench.queue.waiting == 0)
    }

    /// A few lines may ask for megabytes of the schema, which is written when the plan is made.
    @Test func introspectionIsAnsweredBesideTheLoop() async throws {
        let database = try SpotexDatabase.shared.get()
        let before = await database.gateway.offloadedPieces
        let answer = try await database.ask(
            "{ __schema { queryType { name } } besideTheLoop: apiVersion }",
            as: SpotexDatabase.viewer("user-agency-001"))
        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""queryType":{"name":"Query"}"#))
        #expect(await database.gateway.offloadedPieces > before)
    }

    /// What asks the database nothing is answered by the same bytes again; other rules have others.
    @Test func introspectionIsKeptAsItGoesOut() async throws {
        let database = try SpotexDatabase.shared.get()
        let query = "{ kept: __schema { types { name description fields { name description type { name } } } } }"
        let first = try await database.ask(query, as: SpotexDatabase.viewer("user-agency-001"))
        let again = try await database.ask(query, as: SpotexDatabase.viewer("user-agency-001"))
        let areEqual = first.body == again.body
        #expect(first.body.count > 16 << 10 && areEqual && first.outcome == .data && again.outcome == .data)
        let other = try await database.ask(query, as: SpotexDatabase.viewer("user-client-001"))
        let isAnother = other.body != first.body
        #expect(other.body.count > 16 << 10 && isAnother)
    }

    /// A few lines may ask for a long filter in many loads: the request is prepared anew off the
    /// loop, and so is each later one with so many values.
    @Test(arguments: [(5, 10, 0, 0), (10, 100, 1, 0), (30, 100, 1, 1)])
    func longPlansAreMadeBesideTheLoop(_ loads: Int, _ conditions: Int, _ first: Int, _ later: Int) async throws {
        let database = try SpotexDatabase.shared.get()
        let gateway = EmbeddedGateway(
            catalog: database.catalog, connection: try ConnectionSettings(database.url),
            settings: SpotexDatabase.settings)
        _ = gateway.start()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let query =
            "query($w: TicketFilter) { tenants { \((0..<loads).map { "a\($0): tickets(where: $w) { id }" }.joined(separator: " ")) } }"
        let filter = (0..<conditions).map { #"{"id": {"eq": "ticket-00\#($0)"}}"# }.joined(separator: ", ")
        let request = try GraphQLRequest(
            query: Array(query.utf8), variables: JSONText.members(#"{"w": {"or": [\#(filter)]}}"#))
        for pieces in [first, later] {
            let before = await gateway.offloadedPieces
            let answer = await gateway.respond(to: request, viewer: viewer, rules: try database.rules(viewer))
            #expect(answer.outcome == .data)
            #expect(await gateway.offloadedPieces == before + pieces)
        }
        await gateway.stop()
    }

    /// The same answers for requests that are large, all of whose preparation is one piece of work
    /// in the queue.
    @Test func largeRequestsAreAnsweredAsSmallOnes() async throws {
        let database = try SpotexDatabase.shared.get()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let query =
            "query($ids: [ID!], $n: Int) { tickets(where: {id: {in: $ids}}, first: $n) { id subject } offloaded: apiVersion }"
        for variables in [
            #"{"ids": ["ticket-001", "ticket-002"], "n": 5}"#, #"{"ids": ["ticket-001"], "n": 5}"#, #"{"ids": 1.5}"#,
            #"{"ids": ["a"], "n": -1}"#,
        ] {
            var request = try GraphQLRequest(query: Array(query.utf8), variables: JSONText.members(variables))
            request.isLarge = true
            let before = await database.gateway.offloadedPieces
            let large = await database.gateway.respond(to: request, viewer: viewer, rules: try database.rules(viewer))
            let used = await database.gateway.offloadedPieces - before
            // Other tests may use the queue at the same time.
            #expect(used >= 1)
            #expect(try await database.ask(query, as: viewer, variables: variables).body == large.body)
        }
    }
}
