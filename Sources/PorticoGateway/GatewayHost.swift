import Dispatch
import PorticoAccess
import PorticoCatalog
import PostgresClient
import SocketLoop

/// A gateway with its pool and loop, for programs other than the server. It belongs to the thread
/// or actor that turns the loop.
public final class GatewayHost {
    public let reactor: Reactor
    public let pool: ConnectionPool
    public let gateway: Gateway

    /// Creates a host with its own pool, which connects at once; ``ConnectionPool/close()`` ends
    /// it.
    /// - Parameters:
    ///   - reactor: The reactor of the actor that owns the host; without it, a thread turns the
    ///     loop.
    ///   - offload: Runs work that would block the loop; without it, the loop waits.
    public convenience init(
        catalog: Catalog, connection: ConnectionSettings, poolSettings: ConnectionPool.Settings = .init(),
        settings: GatewaySettings = GatewaySettings(), reactor: Reactor = Reactor(),
        offload: @escaping Offload = runWaiting
    ) {
        let pool = ConnectionPool(reactor: reactor, connection: connection, settings: poolSettings)
        self.init(catalog: catalog, pool: pool, reactor: reactor, settings: settings, offload: offload)
        pool.start()
    }

    /// Creates a host on a shared pool, which its owner starts and closes.
    public init(
        catalog: Catalog, pool: ConnectionPool, reactor: Reactor, settings: GatewaySettings = GatewaySettings(),
        offload: @escaping Offload = runWaiting
    ) {
        self.reactor = reactor
        self.pool = pool
        gateway = Gateway(catalog: catalog, pool: pool, reactor: reactor, settings: settings, offload: offload)
    }

    /// Calls `completion` while the loop is turned, at most `milliseconds` later.
    public func submit(
        _ request: GraphQLRequest, as viewer: Viewer, _ rules: CompiledPolicy, within milliseconds: Int,
        completion: @escaping (GatewayResponse) -> Void
    ) {
        gateway.respond(
            to: request, viewer: viewer, rules: rules, deadline: reactor.now + milliseconds, completion: completion)
    }

    /// Turns the loop on this thread and returns the answer; `nil` if there is none in time.
    public func respond(
        to request: GraphQLRequest, as viewer: Viewer, _ rules: CompiledPolicy, within milliseconds: Int
    ) -> GatewayResponse? {
        var response: GatewayResponse?
        submit(request, as: viewer, rules, within: milliseconds) { response = $0 }
        // The gateway refuses at its own deadline first.
        reactor.poll(until: { response != nil }, within: milliseconds + 1_000)
        return response
    }

    /// Runs offloaded work while the loop waits, for hosts that serve one request at a time.
    public static func runWaiting(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task.detached(executorPreference: BackgroundThreads.shared) {
            await work()
            done.signal()
        }
        done.wait()
        then()
    }
}
