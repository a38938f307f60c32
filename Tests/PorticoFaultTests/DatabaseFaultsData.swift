import Foundation
import PostgresClient
import TestCluster

/// The Spotex database on a cluster, as the gateway of these tests finds it.
struct DatabaseFaultsData {
    /// Two levels; the second reads `ticket_messages`.
    static let query = "{ tickets { id subject messages { body } } }"

    let cluster: TestCluster
    let name: String

    /// On the cluster of all tests, or on one of its own for a test that stops it. In `extra`,
    /// `:name` is the database's name.
    init(cluster: TestCluster? = nil, extra: String = "") throws {
        self.cluster = try cluster ?? TestCluster.shared()
        name = "fault_\(UInt32.random(in: .min ... .max))"
        _ = try self.cluster.createDatabase(name: name)
        let migrations = DatabaseFaultsGateway.repository + "/migrations"
        for folder in try FileManager.default.contentsOfDirectory(atPath: migrations).sorted() {
            if let sql = try? String(contentsOfFile: "\(migrations)/\(folder)/migration.sql", encoding: .utf8) {
                try psql(sql)
            }
        }
        try psql(String(contentsOfFile: migrations + "/seed.sql", encoding: .utf8))
        if !extra.isEmpty { try psql(extra.replacingOccurrences(of: ":name", with: name)) }
        // These clusters do not wait for the disk: without this a killed one would forget what was
        // written last.
        try psql("CHECKPOINT")
    }

    @discardableResult func psql(_ sql: String) throws -> String {
        try cluster.psql(sql, database: name).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var url: String { cluster.url(database: name) }

    /// The same database as a role that has no more than a gateway needs.
    func url(ofNewRole role: String, password: String? = nil) throws -> String {
        try psql(
            "CREATE ROLE \(role) LOGIN \(password.map { "PASSWORD '\($0)'" } ?? ""); GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)"
        )
        let url = cluster.url(database: name, user: role)
        return password.map { url.replacingOccurrences(of: "\(role)@", with: "\(role):\($0)@") } ?? url
    }

    // MARK: Sessions

    /// A session that keeps everybody from reading a table until it commits.
    func lock(_ table: String) throws -> BlockingConnection {
        let session = try BlockingConnection(ConnectionSettings(url + "&application_name=writer"))
        try session.execute("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
        return session
    }

    /// Sessions of the gateway that wait for a lock.
    func waiting() throws -> Int {
        Int(
            try psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portico' AND wait_event_type = 'Lock'"
            )) ?? -1
    }

    /// Sessions of the gateway that run something.
    func active() throws -> Int {
        Int(
            try psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portico' AND state = 'active'"
            )) ?? -1
    }

    /// Sessions of the gateway whose transaction is open.
    func openTransactions() throws -> Int {
        Int(
            try psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portico' AND xact_start IS NOT NULL"
            )) ?? -1
    }

    func sessions() throws -> [Int] {
        try psql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portico' ORDER BY random()"
        ).split(separator: "\n").compactMap { Int($0) }
    }

    func terminate(_ sessions: [Int]) throws {
        for session in sessions { try psql("SELECT pg_terminate_backend(\(session))") }
    }
}
