import PorticoGateway
public import PostgresClient

public struct DatabaseConfiguration: Sendable, Equatable {
    /// In libpq's syntax: a URL or `key=value` pairs, including TLS. `nil` if not stated.
    public var url: String?
    /// Connections of one worker.
    public var connections = 4
    /// Connections for requests with one snapshot at the same time; `nil`: all but one.
    public var leases: Int?
    /// Statements and leases that wait in one worker; more are refused.
    public var queue = 10_000
    /// Keys of waiting loads that are merged into one statement; 0 disables merging.
    public var mergedKeys = 300
    /// Whether each statement or each request has a snapshot, unless the request states it.
    public var consistency = Consistency.statement
    /// `prepared` once per connection, or `unnamed` for a transaction pooler.
    public var statements = ConnectionSettings.StatementMode.prepared
    /// Milliseconds after which PostgreSQL itself cancels a statement.
    public var statementTimeout = 15_000
    /// Whether statements begin with a comment that names their operation and plan.
    public var tagsStatements = true

    public init() {}
}

extension ConnectionPool.Settings {
    /// The configured pool of one worker.
    public init(_ database: DatabaseConfiguration) {
        self.init()
        connections = database.connections
        leases = database.leases
        queueLimit = database.queue
        mergedKeys = database.mergedKeys
    }
}

extension DatabaseConfiguration {
    /// Applies the pool settings in a URL of Prisma's tools, which take precedence over those of
    /// the file. An unreadable URL is refused where it is used.
    mutating func followURL(workers: Int) {
        guard let url, let wishes = try? ConnectionSettings(url).poolWishes else { return }
        // Each worker has its own connections.
        if let all = wishes.connections { connections = min(100, max(1, all / max(1, workers))) }
        if let timeout = wishes.statementTimeoutMilliseconds { statementTimeout = timeout }
        if let mode = wishes.statements { statements = mode }
    }
}
