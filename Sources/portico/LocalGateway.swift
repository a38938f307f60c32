import Dispatch
import GraphQLLanguage
import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoGateway
import PorticoServer
import PostgresClient
import PostgresSQL
import SocketLoop
import Synchronization

/// The gateway without its listener: one loop that this thread turns while it waits for an answer.
final class LocalGateway {
    /// Milliseconds that a command waits for one answer. Stands against a query that never ends;
    /// the server's own limit is shorter.
    static let patience = 300_000

    let reactor = Reactor()
    let pool: ConnectionPool
    private let gateway: Gateway
    private let lookup: ViewerLookup
    /// What seals the cursors that it gives and takes: as `portico serve` does, so that a cursor
    /// printed here is good there.
    let cursors: any CursorSealing
    /// Whether cursors were given or taken that end with this process.
    var hasPassingCursors: Bool { (cursors as? PassingCursors)?.wereUsed == true }

    /// - Parameters:
    ///   - cursors: What seals the cursors, where they are to be those of another gateway.
    ///   - asServed: With the pool, the limits of statements and the consistency that a worker of
    ///     the project's server has, instead of a command's own.
    init(
        _ api: API, _ project: Project, cursors: (any CursorSealing)? = nil, asServed: Bool = false
    ) throws(CommandFailure) {
        let database = project.configuration.database
        let text = try project.databaseText()
        var settings: ConnectionSettings
        do throws(DatabaseFailure) {
            settings = try ConnectionSettings(text)
        } catch {
            throw .wrongUsage("\(error.message).")
        }
        settings.statements = database.statements
        settings.statementTimeoutMilliseconds = asServed ? database.statementTimeout : Self.patience
        settings.readOnly = true
        pool = ConnectionPool(
            reactor: reactor, connection: settings,
            settings: asServed ? ConnectionPool.Settings(database) : ConnectionPool.Settings())
        if let cursors {
            self.cursors = cursors
        } else {
            self.cursors = try project.withDevSecret().cursorKey ?? PassingCursors()
        }
        var gatewaySettings = GatewaySettings()
        gatewaySettings.cursors = self.cursors
        if asServed {
            gatewaySettings.consistency = database.consistency
            gatewaySettings.tagsStatements = database.tagsStatements
        }
        gateway = Gateway(
            catalog: api.catalog, pool: pool, reactor: reactor, settings: gatewaySettings, offload: Self.runWaiting)
        lookup = ViewerLookup(
            authentication: project.configuration.authentication, policy: api.policy, pool: pool, reactor: reactor)
        pool.start()
        if asServed { gateway.readStatistics() }
    }

    deinit { pool.close() }

    /// Runs offloaded work to its end: a command has one request at a time, and nobody else to
    /// serve meanwhile.
    static func runWaiting(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task.detached(executorPreference: SideThreads.shared) {
            await work()
            done.signal()
        }
        done.wait()
        then()
    }

    /// The viewer that a user's id stands for; without one, whoever has not signed in.
    func viewer(_ user: String?) throws(CommandFailure) -> (viewer: Viewer, rules: RuleSet) {
        try viewer(of: user.map { TokenIssuer.Bearer(user: $0) })
    }

    /// The viewer that the bearer of a token would be.
    func viewer(of bearer: TokenIssuer.Bearer?) throws(CommandFailure) -> (viewer: Viewer, rules: RuleSet) {
        var result: Result<(viewer: Viewer, rules: RuleSet), ViewerLookup.Failure>?
        lookup.viewer(bearer) { result = $0 }
        wait { result != nil }
        switch result {
        case .success(let found)?: return found
        case .failure(let failure)?:
            if !pool.isUp, let reason = pool.lastFailure {
                throw .notInOrder("the database cannot be reached: \(reason.message)")
            }
            let subject = bearer.map { "there is no viewer for \"\($0.user)\"" } ?? "nobody may ask without signing in"
            throw .notInOrder("\(subject): \(failure.message)\(failure.detail.map { "\n\($0)" } ?? "")")
        case nil: throw .notInOrder("the database did not answer in time.")
        }
    }

    func respond(
        to request: GraphQLRequest, as viewer: Viewer, _ rules: RuleSet
    ) throws(CommandFailure) -> GatewayResponse {
        var response: GatewayResponse?
        gateway.respond(to: request, viewer: viewer, rules: rules, deadline: reactor.now + Self.patience) {
            response = $0
        }
        wait { response != nil }
        guard let response else { throw .notInOrder("the database did not answer in time.") }
        return response
    }

    /// Answers by `completion` while the loop is turned, beside other requests; within the time
    /// that the rules allow.
    func submit(
        _ request: GraphQLRequest, as viewer: Viewer, _ rules: RuleSet, completion: @escaping (GatewayResponse) -> Void
    ) {
        gateway.respond(
            to: request, viewer: viewer, rules: rules, deadline: reactor.now + Self.patience, completion: completion)
    }

    /// One turn of the loop, which waits at most so long for something to happen.
    func turn(milliseconds: Int) { reactor.poll(timeoutMilliseconds: milliseconds) }

    /// The first row of a statement whose columns are texts; `nil` where it has none.
    func firstRow(of statement: Statement, _ parameters: [ParameterValue]) throws(CommandFailure) -> [String?]? {
        var result: Result<ResultSet, DatabaseFailure>?
        pool.submit(statement, parameters: parameters) { result = $0 }
        wait { result != nil }
        switch result {
        case .success(let rows)?:
            guard rows.rowCount > 0 else { return nil }
            return withUnsafeTemporaryAllocation(of: Cell.self, capacity: rows.columnCount) { cells in
                guard let base = cells.baseAddress else { return [] }
                rows.cells(ofRow: 0, into: base)
                return (0..<rows.columnCount).map {
                    cells[$0].isNull ? nil : String(decoding: cells[$0].bytes, as: UTF8.self)
                }
            }
        case .failure(let failure)?: throw .notInOrder("the database refuses: \(String(reflecting: failure))")
        case nil: throw .notInOrder("the database did not answer in time.")
        }
    }

    /// Turns the loop until the condition holds, or patience ends.
    func wait(until isDone: () -> Bool) {
        let end = reactor.now + Self.patience + 1_000
        while !isDone(), reactor.now < end { reactor.poll(timeoutMilliseconds: 1_000) }
    }
}
