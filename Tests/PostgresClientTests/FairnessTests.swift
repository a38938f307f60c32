import PostgresSQL
import TestCluster
import Testing

@testable import PostgresClient

/// A flood of one key on a real server, counted there: each statement says which one of its
/// connection, and of all, it is.
@Suite(.timeLimit(.minutes(5))) struct FairnessTests {
    /// Numbers the statements of each session, in the order in which the server runs them.
    private static let counting =
        "SELECT set_config('test.served', (coalesce(nullif(current_setting('test.served', true), ''), '0')::int + 1)::text, false)::int4"

    @Test func `a flood stands before nobody's statement by more than its share`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 4 }) { worker, psql in
            _ = try psql("CREATE SEQUENCE served")
            // Two are known to be about; what they ask now is answered before the flood begins.
            _ = await worker.run([Query("SELECT 1::int4", key: 1), Query("SELECT 1::int4", key: 2)])
            let flood = (0..<600).map { _ in Query("SELECT nextval('served')::int4", key: 1) }
            let outcomes = await worker.run(flood + [Query("SELECT nextval('served')::int4", key: 2)])
            let numbers = outcomes.compactMap(\.number)
            #expect(Set(numbers) == Set(1...601))
            #expect(await worker.statistics.waits >= 580)
            // The flood has three connections, and may go on there while the other one sends its
            // statement.
            #expect(try #require(numbers.last) < 300)
        }
    }

    @Test func `with one connection a flood stands before another's statement with four`() async throws {
        try await withDatabase { worker, _ in
            _ = await worker.run([Query("SELECT 1::int4", key: 1), Query("SELECT 1::int4", key: 2)])
            let flood = (0..<200).map { _ in Query(Self.counting, key: 1) }
            let outcomes = await worker.run(
                flood + (0..<3).map { _ in Query(Self.counting, key: 2) } + [Query(Self.counting, key: 3)])
            let numbers = outcomes.compactMap(\.number)
            #expect(Set(numbers) == Set(1...204))
            #expect(Array(numbers[200...]) == [5, 6, 7, 8])
        }
    }
}

extension Outcome {
    /// Of one row with one `int4`.
    fileprivate var number: Int? {
        guard case .rows(let rows) = self, let bytes = rows.first?.first ?? nil, bytes.count == 4 else { return nil }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
