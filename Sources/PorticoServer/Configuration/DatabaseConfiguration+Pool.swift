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
