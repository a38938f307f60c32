import PorticoAccess
import PorticoGateway
import PostgresClient
import TestAllocations
import TestWorkloads

/// A gateway of its own on the rows of the workloads, all of whose connections stand, and which has
/// seen every workload before.
struct CostSubject: Sendable {
    /// The rows, which never change.
    static let database = Result { try SpotexDatabase(extra: Workload.sql) }

    let gateway: EmbeddedGateway
    private let database: SpotexDatabase

    /// - Parameter connections: With several, independent loads of a request may travel side by
    ///   side.
    init(connections: Int, workloads: [Workload]) async throws {
        database = try Self.database.get()
        var pool = ConnectionPool.Settings()
        // On a crowded machine quick statements are slow at times, and then go by themselves: what
        // is counted here is what they cost otherwise.
        pool.slowAfter = 60_000
        pool.connections = connections
        // A busy machine takes its time to connect.
        pool.unavailableAfter = 60_000
        gateway = EmbeddedGateway(
            catalog: database.catalog, connection: try ConnectionSettings(database.url), poolSettings: pool,
            settings: SpotexDatabase.settings)
        _ = gateway.start()
        for workload in workloads { _ = try await ask(workload) }
        while await gateway.poolStatistics.connects < connections { try await Task.sleep(for: .milliseconds(5)) }
        for workload in workloads { for _ in 0..<4 { _ = try await ask(workload) } }
    }

    /// - Parameter tenant: By its number. Its owner asks, for what is the tenant's own.
    func ask(_ workload: Workload, tenant: Int = 1) async throws -> EmbeddedGateway.Answer {
        try await ask(workload.document, tenant: tenant)
    }

    func ask(_ document: String, tenant: Int = 1) async throws -> EmbeddedGateway.Answer {
        let (request, viewer, rules) = try question(document, tenant)
        return await gateway.respond(to: request, viewer: viewer, rules: rules, timeoutMilliseconds: 60_000)
    }

    /// Requests of the given number of clients, alternating tenants, that arrive in one turn of the
    /// loop.
    ///
    /// - Parameter unlike: Whether each tenant has rules of its own, which differ in a limit.
    func askTogether(_ workload: Workload, clients: Int, unlike: Bool = false) async throws -> [EmbeddedGateway.Answer]
    {
        let questions = try (0..<clients).map { client in
            let tenant = 1 + client % Workload.tenants
            let (request, viewer, rules) = try question(workload.document, tenant)
            return (request, viewer, unlike ? Self.ownRules(rules, tenant) : rules)
        }
        return await gateway.answers(to: questions)
    }

    private static func ownRules(_ rules: CompiledPolicy, _ tenant: Int) -> CompiledPolicy {
        var limits = rules.limits
        limits[.first] += tenant
        return CompiledPolicy(
            fingerprint: rules.fingerprint ^ UInt64(tenant), role: rules.role, reach: rules.reach,
            catalog: rules.catalog, schema: rules.schema, types: rules.types, limits: limits)
    }

    /// What the loop's thread takes from the heap for one request: the least of some, since a turn
    /// of the loop more or less is not the request's doing.
    func allocations(_ document: String) async throws -> Allocations {
        var least = Allocations(own: .max, libpq: .max)
        for _ in 0..<8 {
            let (request, viewer, rules) = try question(document, 1)
            let counts = await gateway.allocations(of: request, viewer: viewer, rules: rules)
            least = Allocations(own: min(least.own, counts.own), libpq: min(least.libpq, counts.libpq))
        }
        return least
    }

    private func question(_ document: String, _ tenant: Int) throws -> (GraphQLRequest, Viewer, CompiledPolicy) {
        let id = "cost-\(tenant)"
        let viewer = Viewer(id: id + "-owner", role: "agency_owner", tenant: id, tenants: [id])
        return (
            GraphQLRequest(query: Array(document.utf8), variables: try JSONText.members(#"{"tenant": "\#(id)"}"#)),
            viewer, try database.rules(viewer)
        )
    }
}

/// Blocks that were taken from the heap.
struct Allocations: Sendable, Equatable {
    var own: Int
    var libpq: Int
}

extension EmbeddedGateway {
    /// The tasks are queued by the loop itself, and all of them begin before it looks at a socket
    /// again.
    fileprivate func answers(to questions: [(GraphQLRequest, Viewer, CompiledPolicy)]) async -> [Answer] {
        let tasks = questions.map { request, viewer, rules in
            Task { await respond(to: request, viewer: viewer, rules: rules, timeoutMilliseconds: 60_000) }
        }
        var answers: [Answer] = []
        for task in tasks { answers.append(await task.value) }
        return answers
    }

    /// On the loop, from the request's arrival until its answer is there.
    fileprivate func allocations(of request: GraphQLRequest, viewer: Viewer, rules: CompiledPolicy) async -> Allocations
    {
        portico_allocations_begin()
        _ = await respond(to: request, viewer: viewer, rules: rules, timeoutMilliseconds: 60_000)
        let counts = portico_allocations_end()
        return Allocations(own: Int(counts.own), libpq: Int(counts.libpq))
    }
}
