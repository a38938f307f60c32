import Dispatch
import Glibc
import SocketLoop
import Synchronization
import TestCluster
import Testing

@testable import PostgresClient

/// Names are looked up beside the loop: by threads of a scripted system, whose results come back
/// through the loop.
@Suite(.onBlockingThreads) struct HostResolverTests {
    /// A system that answers when the test says so.
    private final class Script: Sendable {
        let asked = Mutex<[String]>([])
        let mayAnswer = DispatchSemaphore(value: 0)

        var lookup: HostLookup {
            HostLookup { [self] host in
                asked.withLock { $0.append(host) }
                mayAnswer.wait()
                return host.hasPrefix("bad") ? .failure(.init("not known")) : .success(["192.0.2.1"])
            }
        }
    }

    private final class Bench {
        let reactor = Reactor()
        let script = Script()
        let resolver: HostResolver
        var answers: [[String: HostResolver.Answer]] = []

        init(_ limits: HostResolver.Limits = .init()) {
            resolver = HostResolver(reactor: reactor, lookup: script.lookup, limits: limits)
        }

        deinit { for _ in 0..<20 { script.mayAnswer.signal() } }

        func find(_ names: String...) { resolver.find(names) { [unowned self] in answers.append($0) } }

        func turn(until holds: () -> Bool) {
            let end = reactor.now + 60_000
            while !holds(), reactor.now < end { reactor.poll(timeoutMilliseconds: 5) }
            #expect(holds())
        }

        var asked: [String] { script.asked.withLock { $0 } }
    }

    @Test func theLoopTurnsMeanwhile() {
        let bench = Bench()
        bench.find("a", "bad")
        var ticks = 0
        func tick() {
            _ = bench.reactor.after(milliseconds: 1) {
                ticks += 1; tick()
            }
        }
        tick()
        bench.turn { ticks > 5 && bench.asked.count == 2 }
        #expect(bench.answers.isEmpty)
        for _ in 0..<2 { bench.script.mayAnswer.signal() }
        bench.turn { !bench.answers.isEmpty }
        #expect(bench.answers == [["a": .success(["192.0.2.1"]), "bad": .failure(.init("not known"))]])
    }

    @Test func oneNameIsAskedForOnceAtATime() {
        let bench = Bench()
        for _ in 0..<3 { bench.find("a") }
        bench.script.mayAnswer.signal()
        bench.turn { bench.answers.count == 3 }
        #expect(bench.asked == ["a"])
        bench.find("a")
        bench.script.mayAnswer.signal()
        bench.turn { bench.answers.count == 4 }
        #expect(bench.asked == ["a", "a"])
    }

    @Test func noMoreThanAllowedAtATimeAlsoWhenNobodyWaitsAnyMore() {
        let bench = Bench(.init(lookups: 2, patience: 30))
        bench.find("a", "b", "c")
        bench.turn { bench.answers.count == 1 }
        #expect(
            bench.answers[0].count == 3
                && bench.answers[0].values.allSatisfy { $0 == .failure(.init("no answer within 30 ms")) })
        // Two threads hang; "c" is not wanted any more, "d" has to wait for one of them.
        bench.find("d")
        bench.turn { bench.answers.count == 2 }
        #expect(bench.asked.sorted() == ["a", "b"] && bench.resolver.running == 2)
        for _ in 0..<2 { bench.script.mayAnswer.signal() }
        bench.turn { bench.resolver.running == 0 }
        #expect(bench.asked.count == 2)
        bench.script.mayAnswer.signal()
        bench.find("d")
        bench.turn { bench.answers.count == 3 }
        #expect(bench.answers[2] == ["d": .success(["192.0.2.1"])])
    }

    /// What comes back after the pool is gone finds nobody, and harms nobody.
    @Test func aResolverThatIsGoneIsNotCalled() {
        let reactor = Reactor(), script = Script()
        var resolver: HostResolver? = HostResolver(reactor: reactor, lookup: script.lookup, limits: .init(patience: 20))
        resolver?.find(["a"]) { _ in Issue.record("somebody was called") }
        resolver = nil
        script.mayAnswer.signal()
        for _ in 0..<10 { reactor.poll(timeoutMilliseconds: 5) }
    }

    // MARK: The pool

    /// A cluster that listens on an address of the loopback network which no other test has.
    private static let address = "127.\(1 + UInt32(getpid()) % 250).\(UInt32(getpid()) / 250 % 250).7"
    private static let cluster = Result { try TestCluster(listeningOn: address) }

    private func answers(
        _ text: String, _ lookup: HostLookup, patience: Int = 20_000
    ) async throws -> (outcome: Outcome, failure: DatabaseFailure?) {
        _ = try Self.cluster.get()
        var settings = ConnectionPool.Settings()
        settings.connections = 2
        settings.connectTimeout = patience
        settings.unavailableAfter = patience
        let worker = DatabaseWorker(connection: try ConnectionSettings(text), settings: settings, lookup: lookup)
        let thread = worker.executor.spawnThread(name: "test-worker", polling: worker)
        defer { thread.join() }
        defer { worker.executor.stop() }
        await worker.start()
        let outcome = await worker.run(Query("SELECT 7::int4"))
        let failure = await worker.lastFailure
        await worker.close()
        return (outcome, failure)
    }

    @Test func aNameLeadsToTheDatabase() async throws {
        let asked = Mutex<[String]>([])
        let lookup = HostLookup { host in
            asked.withLock { $0.append(host) }
            return .success([Self.address])
        }
        #expect(
            try await answers("postgres://postgres@db.portico.invalid/postgres?sslmode=disable", lookup).outcome
                == .int(7))
        // Both connections of the pool wait for one look-up, or ask one after the other.
        #expect(asked.withLock { $0.allSatisfy { $0 == "db.portico.invalid" } && (1...2).contains($0.count) })
    }

    /// Nobody listens on the first address, the first host has none: libpq goes on as it does with
    /// its own look-ups.
    @Test func hostsAndAddressesAreTriedInOrder() async throws {
        let lookup = HostLookup { host in
            host == "gone" ? .failure(.init("not known")) : .success(["127.255.255.254", Self.address])
        }
        #expect(
            try await answers("host=gone,here user=postgres dbname=postgres sslmode=disable", lookup).outcome == .int(7)
        )
    }

    @Test(arguments: ["host=ADDRESS", "host=any.name hostaddr=ADDRESS", "host=FOLDER"])
    func whatIsNoNameIsNotLookedUp(host: String) async throws {
        let host = host.replacing("ADDRESS", with: Self.address).replacing(
            "FOLDER", with: try Self.cluster.get().folder)
        let lookup = HostLookup { host in
            Issue.record("\(host) was looked up")
            return .failure(.init("never"))
        }
        #expect(try await answers("\(host) user=postgres dbname=postgres sslmode=disable", lookup).outcome == .int(7))
    }

    @Test func aNameWithoutAnAddressIsAFailureToConnect() async throws {
        let answer = try await answers(
            "host=nowhere user=postgres dbname=postgres", HostLookup { _ in .failure(.init("not known")) })
        #expect(answer.outcome.kind == .unavailable)
        #expect(answer.failure?.message == "could not translate host name \"nowhere\" to address: not known")
    }

    @Test func aNameThatTakesTooLongIsOneToo() async throws {
        let hang = DispatchSemaphore(value: 0)
        defer { for _ in 0..<4 { hang.signal() } }
        let lookup = HostLookup { _ in
            hang.wait()
            return .failure(.init("never"))
        }
        let answer = try await answers("host=slow user=postgres dbname=postgres", lookup, patience: 200)
        #expect(answer.outcome.kind == .unavailable)
        #expect(answer.failure?.message == "could not translate host name \"slow\" to address: no answer within 160 ms")
    }
}
