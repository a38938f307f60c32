import PorticoAccess
import PorticoCatalog
import PorticoConfiguration
public import PorticoDatabase
import PorticoGateway
import PorticoHTTP
import PorticoPolicy
import PorticoTelemetry
import SocketLoop
public import Tracing

/// What all workers share: immutable except for rules, replaced as a whole, and counters.
public struct ServerState: Sendable {
    public var configuration: GatewayConfiguration
    public var catalog: Catalog
    public var policy: PolicyStore
    /// The project's folder, where the files of ``policy`` are watched; `nil` to disable watching.
    public var watchedProject: String?
    /// The names of the project's migrations, which `/readyz` checks; may be empty.
    public var migrations: Set<String>
    /// The files' assumptions about the database, checked while the server runs; `nil` to disable.
    public var expectation: DatabaseExpectation?
    /// The database's tables as read before the start; `nil` if it was unreachable.
    public var database: DatabaseCatalog?
    public var gateway: GatewaySettings
    public var documents: DocumentStore
    /// Whether SIGHUP reloads files, if there are any to reload; otherwise it ends the server.
    public var readsAgainOnHangup = true
    /// The metrics; a program with its own backend passes one that uses it.
    public var metrics = ServerMetrics()
    /// The tracer of requests; `nil` uses the configured or bootstrapped one.
    public var tracer: (any Tracer)?
    /// Counts the requests of tenants.
    let admission = Admission()
    /// Intervals of checking the database's tables.
    var tableWatch = DatabaseWatch.Intervals()
    /// The current knowledge about the database's tables.
    let findings = Published(DatabaseFindings.unwatched)

    public init(
        configuration: GatewayConfiguration, catalog: Catalog, policy: PolicyStore, migrations: Set<String> = [],
        gateway: GatewaySettings = GatewaySettings(),
        documents: DocumentStore = DocumentStore(.none), watchedProject: String? = nil
    ) {
        self.configuration = configuration
        self.catalog = catalog
        self.policy = policy
        self.migrations = migrations
        self.gateway = gateway
        if let key = configuration.cursorKey { self.gateway.cursors = key }
        self.documents = documents
        self.watchedProject = watchedProject
    }
}
