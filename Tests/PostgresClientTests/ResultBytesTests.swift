import PostgresSQL
import SocketLoop
import TestCluster
import Testing

@testable import PostgresClient

/// Results that are counted while they come in, on a real server and both kinds of sockets.
@Suite(.timeLimit(.minutes(5))) struct ResultBytesTests {
    /// Rows of a megabyte that no compression makes shorter on the way.
    private static func rows(_ count: Int, bytes: Int = 1_000_000) -> Query {
        Query("SELECT repeat('x', \(bytes)) FROM generate_series(1, \(count))")
    }

    @Test(arguments: [false, true]) func `a result that is too large is given up while it comes in`(
        byTCP: Bool
    ) async throws {
        let address = "127.0.0.78", cluster = byTCP ? try TestCluster(listeningOn: address) : try TestCluster.shared()
        let byAddress = try ConnectionSettings("postgres://postgres@\(address)/postgres")
        try await withDatabase(cluster: cluster, change: { _, connection in if byTCP { connection = byAddress } }) {
            worker, _ in
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
            let metered = await worker.run(Self.rows(400), limit: 5_000_000)
            #expect(metered.outcome == .failure(.tooLarge, sqlState: ""))
            #expect(metered.most > 5_000_000, "the piece that was too much")
            // A piece is what the kernel keeps for a socket, and what libpq takes at once.
            #expect(metered.most < 12_000_000, "\(metered.most)")
            #expect(metered.left == 0)
            #expect(await worker.run(Query("SELECT 2::int4")) == .int(2), "the same connection goes on")
            let statistics = await worker.statistics
            #expect(statistics.resultsGivenUp == 1)
            #expect(statistics.cancels == 1)
            // By TCP the kernels hold more than is drained before a connection is given up, and may
            // or may not be full.
            #expect(statistics.connectionsLost <= (byTCP ? 1 : 0))
        }
    }

    @Test func `a result that fits is counted and given back`() async throws {
        try await withDatabase { worker, _ in
            let metered = await worker.run(Self.rows(40), limit: 50_000_000)
            guard case .rows(let rows) = metered.outcome else { return #expect(Bool(false), "\(metered)") }
            #expect(rows.count == 40)
            #expect(metered.most > 30_000_000 && metered.most <= 41_000_000, "\(metered.most)")
            #expect(metered.left == 0)
            #expect(metered.bytes >= 40_000_000 && metered.bytes < 42_000_000)
            // What comes in one piece is nobody's to count.
            let small = await worker.run(Query("SELECT 1::int4"), limit: 0)
            #expect(small.outcome == .int(1))
            #expect(small.most == 0)
        }
    }

    /// Bytes are those of the statement that is being received: its neighbours have their answers.
    @Test func `neighbours of a large result are answered`() async throws {
        try await withDatabase { worker, _ in
            async let before = worker.run((0..<4).map { _ in Query("SELECT 1::int4") })
            async let large = worker.run(Self.rows(400), limit: 2_000_000)
            async let after = worker.run((0..<4).map { _ in Query("SELECT 3::int4") })
            #expect(await before == Array(repeating: .int(1), count: 4))
            #expect(await large.outcome.kind == .tooLarge)
            #expect(await after == Array(repeating: .int(3), count: 4))
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    /// The server sends a row to its end, whatever it is told: the connection is given up rather
    /// than the memory, unless libpq has taken the whole row in one piece before anybody could
    /// look, as it does where PostgreSQL is fast.
    @Test func `one row that is larger than everything is refused`() async throws {
        try await withDatabase(change: { settings, _ in settings.unavailableAfter = 30_000 }) { worker, _ in
            let metered = await worker.run(Self.rows(1, bytes: 200_000_000), limit: 5_000_000)
            #expect(metered.outcome.kind == .tooLarge)
            #expect(await worker.wait { $0.statistics.resultsGivenUp == 1 })
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
            #expect(await worker.statistics.connectionsLost <= 1)
        }
    }

    /// Who is gone needs no rows: they are not gathered until the cancel request comes.
    @Test func `nobody's result is not kept`() async throws {
        try await withDatabase { worker, _ in
            async let outcomes = worker.run([Self.rows(2_000)])
            #expect(await worker.wait { $0.pool.heldConnections == 1 || $0.statistics.sent == 1 })
            await worker.cancel(0)
            #expect(await outcomes[0].kind == .cancelled)
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    /// A merged statement whose result is long is run apart, so that each is judged by its own
    /// limit.
    @Test func `a merged result that is too large is run apart`() async throws {
        // On a busy machine the statement would count as slow, and be run apart for that.
        try await withDatabase(change: { settings, _ in settings.slowAfter = 60_000 }) { worker, _ in
            let texts = (0..<4).map { number in Self.text(number == 2 ? 11_000_000 : 10) }
            let outcomes = await worker.run(texts)
            let lengths = outcomes.map { outcome -> Int in
                if case .rows(let rows) = outcome { rows.first?.first??.count ?? -1 } else { -2 }
            }
            #expect(lengths == [10, 10, 11_000_000, 10])
            let statistics = await worker.statistics
            #expect(statistics.merged == 4)
            // Where PostgreSQL is fast, libpq may take the last of a row in one piece, which
            // completes it.
            #expect(statistics.resultsGivenUp <= 1)
            #expect(statistics.runApart == 4 * statistics.resultsGivenUp, "\(statistics)")
        }
    }

    /// `repeat('x', $1)`, which goes together with its like.
    private static func text(_ length: Int) -> Query {
        var query = Query("", [.text(Array(String(length).utf8))])
        query.statement = repeated
        return query
    }

    private static let repeated = Statement(
        text: "SELECT repeat('x', $1::text::int)", parameterTypes: [25],
        merge: {
            StatementMerge(
                statement: Statement(
                    text: "SELECT ord, repeat('x', p1::int) FROM unnest($1::text[]) WITH ORDINALITY AS k0(p1, ord)",
                    parameterTypes: [1009]),
                roles: [.each(0)], hasOwnOrdinal: false)
        })
}

/// Takes so many bytes and no more.
private final class Meter: ResultMeter {
    let limit: Int
    var bytes = 0, most = 0
    init(limit: Int) { self.limit = limit }

    func grow(by more: Int) -> Bool {
        bytes += more
        most = max(most, bytes)
        return bytes <= limit
    }

    func shrink(by fewer: Int) { bytes -= fewer }
}

extension DatabaseWorker {
    fileprivate struct Metered: Sendable {
        var outcome: Outcome
        /// The most that the meter was told of, and what it was left with.
        var most: Int
        var left: Int
        /// Of the result, as it says itself.
        var bytes: Int
    }

    fileprivate func run(_ query: Query, limit: Int) async -> Metered {
        await withCheckedContinuation { continuation in
            let meter = Meter(limit: limit)
            pool.submit(
                query.statement, parameters: query.parameters, deadline: reactor.now + query.patience,
                fairnessKey: query.key, meter: meter
            ) { result in
                var bytes = 0
                if case .success(let rows) = result { bytes = rows.byteCount }
                continuation.resume(
                    returning: Metered(outcome: Outcome(result), most: meter.most, left: meter.bytes, bytes: bytes))
            }
        }
    }
}
