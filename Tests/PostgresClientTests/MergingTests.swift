import PostgresSQL
import Testing

@testable import PostgresClient

/// Runs of one statement that wait together: each has its own answer, error, deadline and
/// cancellation.
@Suite struct MergingTests {
    /// `12 / $1`, after waiting for `$2` seconds: what fails and what takes long is chosen by
    /// value.
    static let division: Statement = {
        let merged = Statement(
            text:
                "SELECT k0.ord, c0.v FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k0(p1, p2, ord) CROSS JOIN LATERAL (SELECT 12 / k0.p1::int AS v, pg_sleep(k0.p2::float8)) AS c0",
            parameterTypes: [1009, 1009])
        return Statement(
            text: "SELECT 12 / $1::text::int AS v FROM pg_sleep($2::text::float8)", parameterTypes: [25, 25],
            merge: {
                StatementMerge(statement: merged, roles: [.each(0), .each(1)], hasOwnOrdinal: false)
            })
    }()

    /// A list for each key, in the reverse of the keys' order: rows that do not come as they were
    /// asked for.
    static let lists: Statement = {
        func text(_ from: String, _ extra: String, limit: String) -> String {
            "SELECT k0.ord, k0.key || '-' || n FROM \(from) CROSS JOIN LATERAL (SELECT n FROM generate_series(1, length(k0.key)) n) c0 ORDER BY k0.ord DESC, n LIMIT \(limit)"
        }
        let merged = Statement(
            text: text("unnest($1::text[]) WITH ORDINALITY AS k0(key, ord)", "", limit: "$2"),
            parameterTypes: [1009, 20])
        return Statement(
            text: text("unnest($1::text[]) WITH ORDINALITY AS k0(key, ord)", "", limit: "$2"),
            parameterTypes: [1009, 20],
            merge: {
                StatementMerge(statement: merged, roles: [.keys(0), .rows(1)], hasOwnOrdinal: true)
            })
    }()

    private static func divide(_ value: String, seconds: String = "0", patience: Int = 30_000) -> Query {
        var query = Query("", [.text(Array(value.utf8)), .text(Array(seconds.utf8))], patience: patience)
        query.statement = division
        return query
    }

    private static func keys(_ keys: [String], rows: Int = 1_000) -> Query {
        var array = BinaryArray(elementType: 25, capacity: 0)
        for key in keys { Array(key.utf8).withUnsafeBytes { array.append($0) } }
        var query = Query("", [array.finish(), .text(Array(String(rows).utf8))])
        query.statement = lists
        return query
    }

    @Test func eachGetsItsOwnAnswer() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run((1...12).map { Self.divide("\($0)") })
            #expect(outcomes == (1...12).map { .int(Int32(12 / $0)) })
            let statistics = await worker.statistics
            #expect(statistics.submitted == 12)
            #expect(statistics.sent == 1, "they came in one turn")
            #expect(statistics.merged == 12)
            #expect(statistics.waits == 0, "nothing is written before the end of a turn")
        }
    }

    @Test func anErrorStaysWithItsStatement() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run(["1", "2", "0", "4", "x"].map { Self.divide($0) })
            #expect(
                outcomes == [
                    .int(12), .int(6), .failure(.invalidInput, sqlState: "22012"), .int(3),
                    .failure(.invalidInput, sqlState: "22P02"),
                ])
            let statistics = await worker.statistics
            #expect(statistics.runApart == 5)
        }
    }

    @Test func nullsAndEmptyTextsTravel() async throws {
        try await withDatabase { worker, _ in
            let single = Statement(
                text: "SELECT $1::text, $1 IS NULL", parameterTypes: [25],
                merge: {
                    StatementMerge(
                        statement: Statement(
                            text: "SELECT ord, p1, p1 IS NULL FROM unnest($1::text[]) WITH ORDINALITY AS k0(p1, ord)",
                            parameterTypes: [1009]),
                        roles: [.each(0)], hasOwnOrdinal: false)
                })
            let values: [ParameterValue] = [.text([]), .null, .text(Array("ü\",{}".utf8)), .text([]), .null]
            let outcomes = await worker.run(
                values.map { value in
                    var query = Query("", [value])
                    query.statement = single
                    return query
                })
            #expect(
                outcomes == [
                    .rows([[[], [0]]]), .rows([[nil, [1]]]), .rows([[Array("ü\",{}".utf8), [0]]]), .rows([[[], [0]]]),
                    .rows([[nil, [1]]]),
                ])
        }
    }

    /// Each run's ordinals are counted on from those of the runs before it, and taken back.
    @Test func batchesKeepTheirOrdinals() async throws {
        try await withDatabase { worker, _ in
            let batches = [["a"], ["bb", "c"], [], ["ddd"], ["e", "", "ff"]]
            let together = await worker.run(batches.map { Self.keys($0) })
            var alone: [Outcome] = []
            for batch in batches { alone.append(await worker.run(Self.keys(batch))) }
            // Ordinals are told apart by their base: what the rows hold besides is the same.
            func texts(_ outcome: Outcome) -> [[UInt8]?] {
                if case .rows(let rows) = outcome { rows.map { $0[1] } } else { [] }
            }
            #expect(together.map(texts) == alone.map(texts))
            #expect(await worker.statistics.merged == 5)
            #expect(await worker.bases(batches.map { Self.keys($0) }) == [0, 1, 3, 3, 4])
        }
    }

    /// A result that reaches the common bound may lack rows of somebody: each is asked for again.
    @Test func aCutResultIsNotShared() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run([
                Self.keys(["a"], rows: 1), Self.keys(["bbbb"], rows: 2), Self.keys(["cc"], rows: 3),
            ])
            func count(_ outcome: Outcome) -> Int { if case .rows(let rows) = outcome { rows.count } else { -1 } }
            #expect(outcomes.map(count) == [1, 2, 2])
            #expect(await worker.statistics.runApart == 3)
        }
    }

    /// A value is repeated for each of its run's keys: long ones would fill the memory.
    @Test func longValuesGoAlone() async throws {
        try await withDatabase { worker, _ in
            let lengths = [1, 300_000, 2, 300_000, 3]
            #expect(
                await worker.run(lengths.map { Self.lengths(keys: 1, text: $0) }).map(Self.numbers)
                    == lengths.map { [Int32($0)] })
            #expect(await worker.statistics.merged == 3, "the short ones")
            let outcomes = await worker.run((0..<4).map { _ in Self.lengths(keys: 100, text: 1_000) })
            #expect(outcomes.map(Self.numbers) == Array(repeating: Array(repeating: 1_000, count: 100), count: 4))
            #expect(await worker.statistics.merged == 5, "two of 100 KB, and not three")
        }
    }

    /// What is given up while it waits is not kept for its like to find.
    @Test func whatIsGivenUpIsForgotten() async throws {
        try await withDatabase { worker, _ in
            // The only connection is busy with something else.
            async let outcomes = worker.run(
                [Query("SELECT 1 FROM pg_sleep(20)")] + (0..<300).map { _ in Self.divide("2") })
            #expect(await worker.wait { $0.waitingStatements == 300 })
            for index in 1...300 { await worker.cancel(index) }
            #expect(await worker.likes <= 64)
            await worker.cancel(0)
            #expect(await outcomes.count == 301)
            #expect(await outcomes.allSatisfy { $0.kind == .cancelled })
        }
    }

    /// The length of a text, for each of some keys.
    private static func lengths(keys: Int, text: Int) -> Query {
        var array = BinaryArray(elementType: 25, capacity: 0)
        for _ in 0..<keys { [UInt8(ascii: "k")].withUnsafeBytes { array.append($0) } }
        var query = Query("", [array.finish(), .text(Array(repeating: UInt8(ascii: "a"), count: text))])
        query.statement = length
        return query
    }

    private static let length = Statement(
        text: "SELECT k0.ord, length($2) FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord)",
        parameterTypes: [1009, 25],
        merge: {
            StatementMerge(
                statement: Statement(
                    text:
                        "SELECT k0.ord, length(k0.p2) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k0(key, p2, ord)",
                    parameterTypes: [1009, 1009]),
                roles: [.keys(0), .each(1)], hasOwnOrdinal: true)
        })

    private static func numbers(_ outcome: Outcome) -> [Int32] {
        guard case .rows(let rows) = outcome else { return [] }
        return rows.compactMap { $0[1].map { $0.reduce(0) { $0 << 8 | Int32($1) } } }
    }

    @Test func eachKeepsItsDeadline() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run([
                Self.divide("1", seconds: "0.1"), Self.divide("2", seconds: "1", patience: 400), Self.divide("3"),
                Self.divide("4"),
            ])
            #expect(outcomes == [.int(12), .failure(.timeout, sqlState: ""), .int(4), .int(3)])
        }
    }

    @Test func oneMayBeCancelledWithoutTheOthers() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run(
                [Self.divide("1", seconds: "0.1"), Self.divide("2"), Self.divide("3"), Self.divide("4")],
                cancelling: [2])
            #expect(outcomes == [.int(12), .int(6), .failure(.cancelled, sqlState: ""), .int(3)])
            // All of them: nothing is left that the server works for.
            async let abandoned = worker.run((0..<4).map { _ in Self.divide("1", seconds: "20") })
            _ = await worker.wait { $0.statistics.merged >= 5 || $0.waitingStatements >= 3 }
            for index in 0..<4 { await worker.cancel(index) }
            #expect(await abandoned.count == 4)
            #expect(await abandoned.allSatisfy { $0.kind == .cancelled })
            #expect(await worker.run(Self.divide("6")) == .int(2))
        }
    }

    /// The connection goes away under a merged statement: it is run again, as any statement that
    /// only reads.
    @Test func aLostConnectionIsNobodysError() async throws {
        try await withDatabase(change: { settings, _ in settings.unavailableAfter = 30_000 }) { worker, psql in
            async let outcomes = worker.run((1...6).map { Self.divide("\($0)", seconds: "0.5") })
            let killed = await eventually {
                try psql(
                    "SELECT 'killed ' || count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%k0.ord, c0.v%' AND pid <> pg_backend_pid() AND state = 'active'"
                ).contains("killed 1")
            }
            #expect(killed)
            #expect(await outcomes == (1...6).map { .int(Int32(12 / $0)) })
            #expect(await worker.statistics.moved >= 1)
        }
    }

    /// Few rows go together where connections idle; runs of many rows take one each, and only what
    /// waits for them goes together.
    @Test(arguments: [(keys: 10, sent: 1), (keys: 60, sent: 2), (keys: 100, sent: 6)])
    func manyRowsAreSharedAmongIdleConnections(keys: Int, sent: Int) async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 4 }) { worker, _ in
            _ = await worker.wait { $0.readyConnections == 4 }
            let outcomes = await worker.run((0..<8).map { _ in Self.lengths(keys: keys, text: 3) })
            #expect(outcomes.map(Self.numbers) == Array(repeating: Array(repeating: 3, count: keys), count: 8))
            let statistics = await worker.statistics
            #expect(statistics.sent == sent, "\(statistics.sent), \(statistics.merged)")
        }
    }

    /// No more keys than the limit go together.
    @Test func theNumberOfKeysIsBounded() async throws {
        try await withDatabase(change: { settings, _ in settings.mergedKeys = 5 }) { worker, _ in
            let outcomes = await worker.run((1...12).map { Self.divide("\($0)") })
            #expect(outcomes == (1...12).map { .int(Int32(12 / $0)) })
            #expect(await worker.statistics.sent == 3)  // 5 + 5 + 2
        }
    }
}

extension DatabaseWorker {
    /// Statements that their like can find.
    fileprivate var likes: Int { pool.likes.values.reduce(0) { $0 + $1.count } }

    /// The bases of the ordinals of several runs that are submitted in one turn.
    fileprivate func bases(_ queries: [Query]) async -> [Int] {
        final class Gathering {
            var bases: [Int]
            var left: Int
            init(_ count: Int) { bases = Array(repeating: -1, count: count); left = count }
        }
        return await withCheckedContinuation { continuation in
            let gathering = Gathering(queries.count)
            for (index, query) in queries.enumerated() {
                pool.submit(query.statement, parameters: query.parameters, deadline: reactor.now + query.patience) {
                    result in
                    if case .success(let set) = result { gathering.bases[index] = set.ordinalBase }
                    gathering.left -= 1
                    if gathering.left == 0 { continuation.resume(returning: gathering.bases) }
                }
            }
        }
    }
}
