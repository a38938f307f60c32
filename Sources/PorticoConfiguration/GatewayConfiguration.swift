import Diagnostics
import PorticoAccess

/// The complete, validated configuration from `config/gateway.yaml`, the environment and the flags.
/// Immutable; one for all workers.
public struct GatewayConfiguration: Sendable, Equatable {
    public var listener = ListenerConfiguration()
    public var database = DatabaseConfiguration()
    public var authentication = AuthenticationConfiguration()
    public var access = AccessConfiguration()
    public var documents = DocumentConfiguration()
    /// Whether answers are compressed for clients that accept gzip, and compressed bodies are read.
    public var compression = true
    /// `nil` if pages of other origins may read nothing.
    public var cors: CORSConfiguration?
    public var limits = GatewayLimits()
    public var cursors = CursorConfiguration()
    public var logging = LoggingConfiguration()
    public var metrics = MetricsConfiguration()
    public var tracing = TracingConfiguration()

    public init() {}

    /// Problems with the roles that it names.
    public func problems(_ policy: Policy) -> [Diagnostic] {
        access.problems(policy) + authentication.requirements.claims.problems(policy)
    }
}
