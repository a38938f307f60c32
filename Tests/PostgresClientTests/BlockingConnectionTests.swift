import TestCluster
import Testing

@testable import PostgresClient

@Suite struct BlockingConnectionTests {
    private func connect() throws -> BlockingConnection {
        try BlockingConnection(ConnectionSettings(TestCluster.shared().createDatabase()))
    }

    @Test func `queries give texts with the names of their columns`() throws {
        let connection = try connect()
        let rows = try connection.query("SELECT $1::int4 + 1 AS next, $2::text AS nothing", parameters: ["41", nil])
        #expect(rows == TextRows(columns: ["next", "nothing"], rows: [["42", nil]], affectedRows: 1))
        #expect(rows.scalar == "42")
        #expect(try connection.query("SELECT current_setting('TimeZone')").scalar == "UTC")
        #expect(connection.serverVersion >= 130_000)
    }

    @Test func `a script of several statements is one transaction`() throws {
        let connection = try connect()
        let failure = #expect(throws: DatabaseFailure.self) {
            try connection.execute("CREATE TABLE t (a int4); INSERT INTO t VALUES (1); SELECT 1 / 0;")
        }
        #expect(failure?.sqlState == "22012")
        #expect(try connection.query("SELECT to_regclass('t')").scalar == nil)
        try connection.execute("CREATE TABLE t (a int4); INSERT INTO t VALUES (1), (2);")
        #expect(try connection.query("DELETE FROM t").affectedRows == 2)
    }

    @Test func `what cannot be sent or answered is a failure`() throws {
        let connection = try connect()
        #expect(throws: DatabaseFailure.self) { _ = try connection.query("SELECT $1::text", parameters: ["a\0b"]) }
        #expect(throws: DatabaseFailure.self) { try connection.execute("COPY pg_class TO STDOUT") }
        #expect(throws: DatabaseFailure.self) { _ = try connection.query("SELECT * FROM missing") }
    }

    @Test func `a server that is not there is unavailable`() throws {
        let failure = #expect(throws: DatabaseFailure.self) {
            _ = try BlockingConnection(ConnectionSettings("host=/nonexistent"))
        }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.message.contains("/nonexistent") == true)
        #expect(failure?.description.contains("/nonexistent") == false)
    }
}
