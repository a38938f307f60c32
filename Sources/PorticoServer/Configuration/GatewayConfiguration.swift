import Diagnostics
import Logging
import PorticoAccess
import PorticoGateway
import PostgresClient
import TLSTransport

/// Everything that `config/gateway.yaml`, the environment and the flags say, checked and complete.
/// Immutable; one for all workers.
public struct GatewayConfiguration: Sendable, Equatable {
    public var listener = ListenerConfiguration()
    public var database = DatabaseConfiguration()
    public var authentication = AuthenticationConfiguration()
    public var access = AccessConfiguration()
    public var documents = DocumentConfiguration()
    /// Whether answers are compressed for clients that take gzip, and compressed bodies are read.
    public var compression = true
    /// `nil` where pages of other origins may read nothing.
    public var cors: CORSConfiguration?
    public var limits = GatewayLimits()
    public var cursors = CursorConfiguration()
    public var logging = LoggingConfiguration()
    public var metrics = MetricsConfiguration()
    public var tracing = TracingConfiguration()

    public init() {}

    /// What is wrong with the roles that it names, given those that there are.
    public func problems(_ policy: Policy) -> [Diagnostic] {
        access.problems(policy) + authentication.requirements.claims.problems(policy)
    }
}

/// Where and by how many loops HTTP is served.
public struct ListenerConfiguration: Sendable, Equatable {
    /// A name or an address; `nil` serves no TCP.
    public var host: String? = "127.0.0.1"
    public var port: UInt16 = 8080
    /// Also, or instead.
    public var unixSocket: UnixSocketConfiguration?
    /// How TCP is secured; `nil` where it is not. A Unix socket never is.
    public var tls: TLSSettings?
    /// Loops, each with its own connections to the database and caches.
    public var workers = 1

    public init() {}
}

public struct UnixSocketConfiguration: Sendable, Equatable {
    public var path: String
    /// Of the socket's file, such as 0o660.
    public var mode: UInt32

    public init(path: String, mode: UInt32 = 0o660) {
        self.path = path
        self.mode = mode
    }
}

public struct DatabaseConfiguration: Sendable, Equatable {
    /// As libpq takes it: a URL or `key=value` pairs; TLS is a matter of its own settings in there.
    /// `nil` where nobody said.
    public var url: String?
    /// Connections of one worker.
    public var connections = 4
    /// Those of them that requests with one snapshot may have for themselves at the same time;
    /// `nil`: all but one.
    public var leases: Int?
    /// Statements, and requests for a connection of their own, that wait in one worker; more are
    /// refused.
    public var queue = 10_000
    /// Keys of loads of different requests that wait together and are then run as one statement; 0:
    /// each is run by itself.
    public var mergedKeys = 300
    /// Whether each statement or each request sees one moment, where the request does not say.
    public var consistency = Consistency.statement
    /// `prepared` once per connection, or `unnamed` for a pooler that gives every transaction
    /// another connection.
    public var statements = ConnectionSettings.StatementMode.prepared
    /// Milliseconds after which PostgreSQL itself ends a statement.
    public var statementTimeout = 15_000
    /// Whether statements begin with a comment that names their operation and plan.
    public var tagsStatements = true

    public init() {}
}

/// How a request's sender is known.
public struct AuthenticationConfiguration: Sendable, Equatable {
    public var keys: [KeyConfiguration] = []
    public var jwks: JWKSConfiguration?
    public var requirements = TokenRequirements()
    /// `nil` where there is no such table: the claims of tokens are the authority then.
    public var users: UserTable? = UserTable()
    /// `nil` where nobody is below a tenant, and no tenant is ever switched off.
    public var tenants: TenantTable? = TenantTable()
    public var apiKeys: [APIKeyBinding] = []
    public var certificates: [CertificateBinding] = []

    public init() {}

    /// Whether anyone can sign in at all; `portico serve` does not start without.
    public var hasKey: Bool { !keys.isEmpty || jwks != nil }

    /// What the operator should know when the server starts: one sentence each.
    var warnings: [String] {
        guard users == nil, jwks != nil, requirements.audience.isEmpty else { return [] }
        return [
            "authentication.users is null and no authentication.audience is stated: a token that the issuer has made for "
                + "any other program says who may read what here."
        ]
    }
}

public struct KeyConfiguration: Sendable, Equatable {
    public var kid: String?
    public var algorithm: TokenAlgorithm
    public var material: KeyMaterial

    public init(kid: String?, algorithm: TokenAlgorithm, material: KeyMaterial) {
        self.kid = kid
        self.algorithm = algorithm
        self.material = material
    }
}

public struct JWKSConfiguration: Sendable, Equatable {
    public enum Source: Sendable, Equatable {
        case file(path: String)
        case url(String)
    }

    public var source: Source
    /// Milliseconds between two readings.
    public var refresh = 600_000
    /// Milliseconds between two readings before their time, because a token names a key that is not
    /// known. Stands against made-up names of keys that would have the issuer asked for ever.
    public var earlyFetch = 30_000

    public init(source: Source) { self.source = source }
}

/// The table, and the columns of it, that say who a user is.
public struct UserTable: Sendable, Equatable {
    /// As written, such as `users` or `app.users`.
    public var table = "users"
    public var id = "id"
    public var role = "role"
    public var tenant = "tenant_id"
    /// `nil` where every row is an active user.
    public var status: StatusColumn? = StatusColumn(column: "status", active: "active")

    public init() {}
}

/// The table, and the columns of it, that say how tenants stand below each other.
public struct TenantTable: Sendable, Equatable {
    public var table = "tenants"
    public var id = "id"
    /// `nil` where no tenant is below another.
    public var parent: String? = "parent_id"
    public var status: StatusColumn? = StatusColumn(column: "status", active: "active")

    public init() {}
}

/// A column and the value in it that lets its row take part; compared as text.
public struct StatusColumn: Sendable, Equatable {
    public var column: String
    public var active: String

    public init(column: String, active: String) {
        self.column = column
        self.active = active
    }
}

public struct LoggingConfiguration: Sendable, Equatable {
    /// `nil` is off.
    public var level: Logger.Level? = .info
    public var format = LogFormat.text
    /// Milliseconds from which on a request is logged with its loads; `nil` is never.
    public var slowRequest: Int? = 1000
    /// Whether the log records what is asked, documents and variables with their values, for
    /// `portico access diff --replay`.
    public var documents = false

    public init() {}
}

public enum LogFormat: String, Sendable, CaseIterable { case json, text }
