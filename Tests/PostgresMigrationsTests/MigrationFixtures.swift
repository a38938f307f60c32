import Foundation
import PostgresClient
import TestCluster

@testable import PostgresMigrations

/// A database of its own and the migrations that a test writes down, without files.
struct MigrationFixture {
    let connection: BlockingConnection

    init() throws {
        let url = try TestCluster.shared().createDatabase()
        connection = try BlockingConnection(ConnectionSettings(url))
    }

    var ledger: MigrationLedger { MigrationLedger(connection) }

    /// The cells of all rows, parted by commas, rows by semicolons.
    func text(_ sql: String) throws -> String {
        try connection.query(sql).rows.map { row in row.map { $0 ?? "NULL" }.joined(separator: ",") }.joined(
            separator: ";")
    }
}

func folder(_ files: KeyValuePairs<String, String>) -> MigrationFolder {
    MigrationFolder(
        migrations: files.map { name, sql in
            Migration(name: name, script: SQLScript(path: "migrations/\(name)/migration.sql", bytes: Array(sql.utf8)))
        })
}

/// A folder on disk that is removed when the test lets go of it.
final class TemporaryFolder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "portico-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
