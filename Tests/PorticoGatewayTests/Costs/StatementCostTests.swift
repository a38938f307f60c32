import PorticoGateway
import PostgresClient
import TestWorkloads
import Testing

/// What a request costs the database and its connections, counted.
@Suite struct StatementCostTests {
    private static let requests = 5

    /// One statement for each load, each in a batch of its own, prepared before: whatever the
    /// number of rows.
    @Test(arguments: Workload.allCases) func aWarmRequestSendsEachLoadOnce(_ workload: Workload) async throws {
        let subject = try await CostSubject(connections: 1, workloads: [workload])
        let before = await (pool: subject.gateway.poolStatistics, gateway: subject.gateway.statistics)
        for _ in 0..<Self.requests {
            let answer = try await subject.ask(workload)
            #expect(answer.outcome == .data)
            #expect(answer.observation.planCacheHit)
            #expect(answer.observation.loads == workload.loads)
            #expect(answer.observation.statements == workload.loads)
            #expect(answer.observation.rows == workload.rows)
        }
        let after = await (pool: subject.gateway.poolStatistics, gateway: subject.gateway.statistics)
        let statements = Self.requests * workload.loads
        #expect(after.pool.submitted - before.pool.submitted == statements)
        #expect(after.pool.sent - before.pool.sent == statements)
        #expect(after.pool.flushes - before.pool.flushes <= statements)
        #expect(after.pool.syncs - before.pool.syncs <= statements)
        #expect(after.pool.preparedHits - before.pool.preparedHits == statements)
        #expect(after.pool.prepared == before.pool.prepared)
        #expect(after.gateway.documentHits - before.gateway.documentHits == Self.requests)
        #expect(after.gateway.planHits - before.gateway.planHits == Self.requests)
        #expect(after.gateway.documentMisses == 1 && after.gateway.planMisses == 1, "one plan serves all requests")
        await subject.gateway.stop()
    }

    /// Twelve clients of three tenants in one turn of the loop, on one connection: their loads go
    /// as one, level by level. Filtered lists, as `inbox` begins with, go one by one.
    @Test(arguments: [(Workload.point, 2), (.nested, 9), (.inbox, 20), (.export, 24)])
    func whatWaitsTogetherGoesTogether(_ workload: Workload, mostSent: Int) async throws {
        let clients = 12
        let subject = try await CostSubject(connections: 1, workloads: [workload])
        // The merged statements are prepared by the first round.
        _ = try await subject.askTogether(workload, clients: clients)
        let before = await subject.gateway.poolStatistics
        let answers = try await subject.askTogether(workload, clients: clients)
        let after = await subject.gateway.poolStatistics
        #expect(after.submitted - before.submitted == clients * workload.loads)
        #expect(after.sent - before.sent <= mostSent)
        #expect(after.merged - before.merged >= clients * workload.loads - mostSent)
        #expect(after.prepared == before.prepared)
        for (index, answer) in answers.enumerated() {
            let isSame = try await subject.ask(workload, tenant: 1 + index % Workload.tenants).body == answer.body
            #expect(isSame)
        }
        await subject.gateway.stop()
    }

    /// Tenants with files of their own have plans of their own, whose statements are the same: they
    /// go together as well as those of one plan.
    @Test func tenantsWithRulesOfTheirOwnGoTogether() async throws {
        let clients = 12, subject = try await CostSubject(connections: 1, workloads: [.point])
        let documents = await subject.gateway.statistics.documentMisses
        for _ in 0..<2 { _ = try await subject.askTogether(.point, clients: clients, unlike: true) }
        #expect(
            await subject.gateway.statistics.documentMisses == documents + Workload.tenants,
            "each set of rules has its own operations")
        let before = await subject.gateway.poolStatistics
        let answers = try await subject.askTogether(.point, clients: clients, unlike: true)
        let after = await subject.gateway.poolStatistics
        #expect(after.submitted - before.submitted == clients)
        #expect(after.sent - before.sent <= 2)
        for (index, answer) in answers.enumerated() {
            let isSame = try await subject.ask(.point, tenant: 1 + index % Workload.tenants).body == answer.body
            #expect(isSame)
        }
        await subject.gateway.stop()
    }
}
