public import PostgresClient

extension ConnectionPool.Settings {
    /// The pool of one worker, as the configuration sizes it.
    public init(_ database: DatabaseConfiguration) {
        self.init()
        connections = database.connections
        leases = database.leases
        queueLimit = database.queue
        mergedKeys = database.mergedKeys
    }
}

extension DatabaseConfiguration {
    /// Takes over what a URL of Prisma's tools says of the pool: it goes with the database that it
    /// names, before what the file says of any. A URL that cannot be read is refused where it is
    /// used.
    mutating func followURL(workers: Int) {
        guard let url, let wishes = try? ConnectionSettings(url).poolWishes else { return }
        // Each worker has connections of its own.
        if let all = wishes.connections { connections = min(100, max(1, all / max(1, workers))) }
        if let timeout = wishes.statementTimeoutMilliseconds { statementTimeout = timeout }
        if let mode = wishes.statements { statements = mode }
    }
}
