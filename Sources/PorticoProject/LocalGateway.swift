import GraphQLLanguage
import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoGateway
import PorticoIdentity
import PostgresClient
import PostgresSQL
import SocketLoop

/// The gateway without its listener: one loop that this thread turns while it waits for an answer.
package final class LocalGateway {
    /// Milliseconds that a command waits for one answer. Guards against an endless query; the
    /// server's own limit is shorter.
    package static let patience = 300_000

    private let host: GatewayHost
    package var pool: ConnectionPool { host.pool }
    private let lookup: ViewerLookup
    /// Seals cursors like `portico serve`, so that a cursor printed here is valid there.
    package let cursors: any CursorSealing
    /// Whether cursors were used that are valid only in this process.
    package var hasPassingCursors: Bool { (cursors as? PassingCursors)?.wereUsed == true }

    /// - Parameters:
    ///   - cursors: Seals the cursors, if they must be valid in another gateway.
    ///   - asServed: Whether to use the pool, the limits of statements and the consistency of a
    ///     worker of the project's server, instead of a command's own.
    package init(
        _ api: API, _ project: Project, cursors: (any CursorSealing)? = nil, asServed: Bool = false
    ) throws(CommandFailure) {
        let database = project.configuration.database
        var settings = try project.connectionSettings()
        settings.statements = database.statements
        settings.statementTimeoutMilliseconds = asServed ? database.statementTimeout : Self.patience
        settings.readOnly = true
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
        host = GatewayHost(
            catalog: api.catalog, connection: settings,
            poolSettings: asServed ? ConnectionPool.Settings(database) : ConnectionPool.Settings(),
            settings: gatewaySettings)
        lookup = ViewerLookup(
            authentication: project.configuration.authentication, policy: api.policy, pool: host.pool,
            reactor: host.reactor)
        if asServed { host.gateway.readStatistics() }
    }

    deinit { pool.close() }

    /// The viewer of a user's id; the anonymous viewer without one.
    package func viewer(_ user: String?) throws(CommandFailure) -> (viewer: Viewer, rules: CompiledPolicy) {
        try viewer(of: user.map { TokenIssuer.Bearer(user: $0) })
    }

    /// The viewer of a token's bearer.
    package func viewer(
        of bearer: TokenIssuer.Bearer?
    ) throws(CommandFailure) -> (viewer: Viewer, rules: CompiledPolicy) {
        var result: Result<(viewer: Viewer, rules: CompiledPolicy), ViewerLookup.Failure>?
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

    package func respond(
        to request: GraphQLRequest, as viewer: Viewer, _ rules: CompiledPolicy
    ) throws(CommandFailure) -> GatewayResponse {
        guard let response = host.respond(to: request, as: viewer, rules, within: Self.patience) else {
            throw .notInOrder("the database did not answer in time.")
        }
        return response
    }

    /// Calls `completion` while the loop is turned, within the time that the rules allow.
    package func submit(
        _ request: GraphQLRequest, as viewer: Viewer, _ rules: CompiledPolicy,
        completion: @escaping (GatewayResponse) -> Void
    ) {
        host.submit(request, as: viewer, rules, within: Self.patience, completion: completion)
    }

    /// One turn of the loop, which waits at most so long for an event.
    package func turn(milliseconds: Int) { host.reactor.poll(timeoutMilliseconds: milliseconds) }

    /// The first row of a statement whose columns are text; `nil` if it has none.
    package func firstRow(of statement: Statement, _ parameters: [ParameterValue]) throws(CommandFailure) -> [String?]?
    {
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
    package func wait(until isDone: () -> Bool) { host.reactor.poll(until: isDone, within: Self.patience + 1_000) }
}
