import PorticoAccess
import PorticoCatalog
public import PorticoDatabase
import PorticoGateway
public import Tracing

/// What all workers share: immutable but for the rules, which are replaced as a whole, and for what
/// is counted.
public struct ServerState: Sendable {
    public var configuration: GatewayConfiguration
    public var catalog: Catalog
    public var policy: PolicyStore
    /// The project's folder, where the files of ``policy`` are watched; `nil` where the rules stay
    /// what they are.
    public var watchedProject: String?
    /// The names of the project's migrations, which `/readyz` looks for; empty where none are.
    public var migrations: Set<String>
    /// What the files take for granted of the database, which is compared with it while the server
    /// runs; `nil` where nobody looks.
    public var expectation: DatabaseExpectation?
    /// The database's tables as they were read before the start; `nil` where it could not be
    /// reached.
    public var database: DatabaseCatalog?
    public var gateway: GatewaySettings
    public var documents: DocumentStore
    /// Whether SIGHUP has files read again, where there are some that can be; else it ends the
    /// server.
    public var readsAgainOnHangup = true
    /// Where workers count. A program with a metrics backend of its own gives one that has it.
    public var metrics = ServerMetrics()
    /// What requests are traced by; `nil` leaves it to the configuration, and where that says
    /// nothing to the tracer that the program has bootstrapped.
    public var tracer: (any Tracer)?
    /// Where workers count the requests of tenants.
    let admission = Admission()
    /// How often the database's tables are looked at.
    var tableWatch = DatabaseWatch.Intervals()
    /// What is known of the database's tables.
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
