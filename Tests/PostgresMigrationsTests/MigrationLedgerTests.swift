import Foundation
import PostgresClient
import Synchronization
import TestCluster
import Testing

@testable import PostgresMigrations

@Suite struct MigrationLedgerTests {
    @Test func appliesInOrderAndRecordsAsPrismaDoes() throws {
        let fixture = try MigrationFixture()
        let files = folder(["1_a": "CREATE TABLE a (id int);", "2_b": "ALTER TABLE a ADD COLUMN name text;"])
        #expect(try fixture.ledger.apply(files).map(\.name) == ["1_a", "2_b"])
        let columns = try fixture.text(
            """
            SELECT column_name, data_type, is_nullable, coalesce(character_maximum_length, 0) FROM information_schema.columns
            WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position
            """)
        #expect(
            columns == """
                id,character varying,NO,36;checksum,character varying,NO,64;finished_at,timestamp with time zone,YES,0;migration_name,character varying,NO,255;\
                logs,text,YES,0;rolled_back_at,timestamp with time zone,YES,0;started_at,timestamp with time zone,NO,0;applied_steps_count,integer,NO,0
                """)
        let rows = try fixture.text(
            """
            SELECT migration_name, checksum, length(id), finished_at >= started_at, logs, rolled_back_at, applied_steps_count FROM _prisma_migrations ORDER BY 1
            """)
        #expect(rows == files.migrations.map { "\($0.name),\($0.checksum),36,t,NULL,NULL,1" }.joined(separator: ";"))
        #expect(try fixture.ledger.apply(files).isEmpty)
    }

    @Test func statusTellsBothSides() throws {
        let fixture = try MigrationFixture()
        try fixture.ledger.apply(folder(["1_a": "SELECT 1", "2_gone": "SELECT 1"]))
        let states = try fixture.ledger.status(of: folder(["1_a": "SELECT 2", "3_new": "SELECT 3"]))
        #expect(states.map(\.name) == ["1_a", "2_gone", "3_new"])
        guard case .changed = states[0].state, case .missing = states[1].state, case .pending = states[2].state else {
            Issue.record("\(states)")
            return
        }
    }

    @Test func aChangedFileIsRefusedWithBothChecksums() throws {
        let fixture = try MigrationFixture()
        let before = folder(["1_a": "CREATE TABLE a (id int)"])
        try fixture.ledger.apply(before)
        let after = folder(["1_a": "CREATE TABLE a (id bigint)", "2_b": "CREATE TABLE b (id int)"])
        let error = #expect(throws: MigrationError.self) { try fixture.ledger.apply(after) }
        let text = error?.description ?? ""
        #expect(text.contains("migrations/1_a/migration.sql"))
        #expect(text.contains(before.migrations[0].checksum) && text.contains(after.migrations[0].checksum))
        #expect(try fixture.text("SELECT to_regclass('b')") == "NULL")
    }

    @Test func aFailureLeavesNothingOfItsFile() throws {
        let fixture = try MigrationFixture()
        let sql = "CREATE TABLE ä (id int);\nSELECT nope;"
        let error = #expect(throws: MigrationError.self) {
            try fixture.ledger.apply(folder(["1_ok": "CREATE TABLE ok (id int)", "2_bad": sql]))
        }
        guard case .refused(let failure, _, let offset, false)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.sqlState == "42703")
        // Characters are counted, bytes are given: the `ä` before it has two.
        #expect(offset == sql.utf8.count - "nope;".utf8.count)
        #expect(try fixture.text("SELECT to_regclass('ä'), to_regclass('ok')") == "NULL,ok")
    }

    @Test func aFailureLeavesTheRowThatPrismaExpectsAndTheNextRunTriesAgain() throws {
        let fixture = try MigrationFixture()
        let bad = folder([
            "1_ok": "CREATE TABLE ok (id int)",
            "2_bad": "CREATE TABLE b (id int); SET search_path = nowhere; SELECT nope",
        ])
        #expect(throws: MigrationError.self) { try fixture.ledger.apply(bad) }
        let row = """
            SELECT length(id), checksum, finished_at, rolled_back_at, applied_steps_count, started_at <= clock_timestamp(), logs LIKE '%"nope"%'
            FROM _prisma_migrations WHERE migration_name = '2_bad'
            """
        #expect(try fixture.text(row) == "36,\(bad.migrations[1].checksum),NULL,NULL,0,t,t")
        guard case .failed(let failed)? = try fixture.ledger.status(of: bad).last?.state else {
            return #expect(Bool(false), "it is failed")
        }
        #expect(failed.leftNothing && failed.table == "public._prisma_migrations")
        #expect(try fixture.ledger.pending(of: bad).map(\.name) == ["2_bad"])
        #expect(throws: MigrationError.self) { try fixture.ledger.apply(bad) }
        let cured = folder(["1_ok": "CREATE TABLE ok (id int)", "2_bad": "CREATE TABLE b (id int)"])
        #expect(try fixture.ledger.apply(cured).map(\.name) == ["2_bad"])
        let counts =
            "SELECT count(*), count(rolled_back_at), count(finished_at), count(logs) FROM _prisma_migrations WHERE migration_name = '2_bad'"
        #expect(try fixture.text(counts) == "3,2,1,2")
        #expect(try fixture.text("SELECT to_regclass('b')") == "b")
    }

    @Test func aFailedRowOfAnotherToolStopsTheRunWithStatementsThatWork() throws {
        let fixture = try MigrationFixture()
        try fixture.ledger.apply(folder(["1_a": "CREATE SCHEMA \"My Schema\""]))
        _ = try fixture.connection.query("ALTER TABLE _prisma_migrations SET SCHEMA \"My Schema\"")
        _ = try fixture.connection.query("SET search_path = \"My Schema\"")
        _ = try fixture.connection.query(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('it''s', '', '2_b', 'no luck')"
        )
        let files = folder(["1_a": "CREATE SCHEMA \"My Schema\"", "2_b": "CREATE TABLE b (id int)"])
        let error = #expect(throws: MigrationError.self) { try fixture.ledger.apply(files) }
        let statements = (error?.description ?? "").split(separator: "\n").filter { $0.hasPrefix("  UPDATE ") }
        #expect(statements.count == 2)
        _ = try fixture.connection.query("SET search_path = public")
        _ = try fixture.connection.query(String(try #require(statements.first)))
        _ = try fixture.connection.query("SET search_path = \"My Schema\"")
        #expect(try fixture.ledger.apply(files).map(\.name) == ["2_b"])
    }

    @Test(arguments: ["\r\n", "\n"]) func endsOfLinesAreNoChange(_ end: String) throws {
        let lines = ["CREATE TABLE a (", "  id int /* a\rb */", ");", ""]
        let fixture = try MigrationFixture()
        try fixture.ledger.apply(folder(["1_a": lines.joined(separator: end)]))
        for other in ["\r\n", "\n"] {
            #expect(try fixture.ledger.apply(folder(["1_a": lines.joined(separator: other)])).isEmpty)
        }
        // A mixture is neither, but the file that it was made of.
        #expect(try fixture.ledger.apply(folder(["1_a": "CREATE TABLE a (\n  id int /* a\rb */\r\n);\r\n"])).isEmpty)
        #expect(throws: MigrationError.self) {
            try fixture.ledger.apply(folder(["1_a": lines.joined(separator: end) + end]))
        }
        #expect(throws: MigrationError.self) {
            try fixture.ledger.apply(folder(["1_a": lines.joined(separator: end).replacing("\rb", with: "\nb")]))
        }
    }

    @Test func checksumsThatEarlyToolsWroteWithoutZerosAreTheFiles() throws {
        let fixture = try MigrationFixture()
        // Its SHA-256 has bytes below 16.
        let files = folder(["1_a": "SELECT 1"])
        try fixture.ledger.apply(files)
        let digits = Array(files.migrations[0].checksum)
        let short = stride(from: 0, to: digits.count, by: 2).map {
            digits[$0] == "0" ? String(digits[$0 + 1]) : String(digits[$0...($0 + 1)])
        }.joined()
        try #require(short != files.migrations[0].checksum)
        _ = try fixture.connection.query("UPDATE _prisma_migrations SET checksum = $1", parameters: [short])
        #expect(try fixture.ledger.apply(files).isEmpty)
    }

    @Test func whatEndsTheTransactionIsRefusedBeforeAnythingRuns() throws {
        let fixture = try MigrationFixture()
        let error = #expect(throws: MigrationError.self) {
            try fixture.ledger.apply(folder(["1_a": "CREATE TABLE a (id int);\nCOMMIT;"]))
        }
        guard case .transactionControl(_, let offset, "COMMIT")? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offset == 25)
        #expect(try fixture.text("SELECT to_regclass('a')") == "NULL")
    }

    @Test func outsideATransactionEachStatementStandsAlone() throws {
        let fixture = try MigrationFixture()
        let files = folder([
            "1_a": "CREATE TABLE a (id int)",
            "2_b": "-- portico: no transaction\nCREATE INDEX CONCURRENTLY a_idx ON a (id); INSERT INTO a VALUES (1);",
        ])
        try fixture.ledger.apply(files)
        #expect(try fixture.text("SELECT to_regclass('a_idx'), count(*) FROM a") == "a_idx,1")
        #expect(
            try fixture.text(
                "SELECT applied_steps_count, finished_at IS NOT NULL FROM _prisma_migrations WHERE migration_name = '2_b'"
            ) == "1,t")
    }

    @Test func outsideATransactionAFailureIsKeptAndStopsTheNextRun() throws {
        let fixture = try MigrationFixture()
        let files = folder([
            "1_a": "-- portico: no transaction\nCREATE TABLE a (id int);\nSELECT nope;\nCREATE TABLE b (id int);"
        ])
        let first = #expect(throws: MigrationError.self) { try fixture.ledger.apply(files) }
        guard case .refused(_, _, let offset, true)? = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        #expect(offset == 59)
        #expect(try fixture.text("SELECT to_regclass('a'), to_regclass('b')") == "a,NULL")
        let second = #expect(throws: MigrationError.self) { try fixture.ledger.apply(files) }
        guard case .failedEarlier(let failed)? = second else {
            Issue.record("\(String(describing: second))")
            return
        }
        #expect(failed.logs.contains("nope"))
        // What the message tells to do is done: undone by hand, and said so.
        _ = try fixture.connection.query("DROP TABLE a")
        _ = try fixture.connection.query(
            "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = $1", parameters: [failed.id])
        let cured = folder(["1_a": "-- portico: no transaction\nCREATE TABLE a (id int);"])
        #expect(try fixture.ledger.apply(cured).count == 1)
        #expect(
            try fixture.text("SELECT count(*), count(rolled_back_at), count(finished_at) FROM _prisma_migrations")
                == "2,1,1")
    }

    @Test func baselineRecordsWithoutRunning() throws {
        let fixture = try MigrationFixture()
        let files = folder(["1_a": "CREATE TABLE a (id int)"])
        #expect(throws: MigrationError.nothingToBaseline) { try fixture.ledger.baseline(files) }
        try fixture.connection.execute("CREATE TABLE a (id int)")
        #expect(throws: MigrationError.notEmpty(tables: ["a"])) { try fixture.ledger.apply(files) }
        #expect(throws: MigrationError.notEmpty(tables: ["a"])) { try fixture.ledger.pending(of: files) }
        #expect(try fixture.text("SELECT to_regclass('_prisma_migrations')") == "NULL")
        #expect(try fixture.ledger.baseline(files).map(\.name) == ["1_a"])
        #expect(
            try fixture.text(
                "SELECT migration_name, applied_steps_count, finished_at IS NOT NULL FROM _prisma_migrations")
                == "1_a,0,t")
        #expect(try fixture.ledger.apply(files).isEmpty)
    }

    @Test func pendingChangesNothing() throws {
        let fixture = try MigrationFixture()
        #expect(try fixture.ledger.pending(of: folder(["1_a": "CREATE TABLE a (id int)"])).map(\.name) == ["1_a"])
        #expect(try fixture.text("SELECT to_regclass('a'), to_regclass('_prisma_migrations')") == "NULL,NULL")
    }

    /// A dump empties the search path of its session; the record must go where it belongs all the
    /// same.
    @Test func settingsOfAFileDoNotReachTheNext() throws {
        let fixture = try MigrationFixture()
        try fixture.ledger.apply(
            folder([
                "1_a": "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a (id int);",
                "2_b": "CREATE TABLE b (id int)",
            ]))
        #expect(try fixture.text("SELECT to_regclass('public.b'), count(*) FROM public._prisma_migrations") == "b,2")
    }

    @Test func aSecondRunWaitsForTheFirst() throws {
        let url = try TestCluster.shared().createDatabase()
        let holder = try BlockingConnection(ConnectionSettings(url))
        _ = try holder.query("SELECT pg_advisory_lock(72707369)")
        // On a thread of its own: a wait for the database must not hold one of the few that tasks
        // have.
        let second = SecondRun(url)
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        while second.result == nil, try holder.query(waiting).scalar == "0" { usleep(5_000) }
        _ = try holder.query("SELECT pg_advisory_unlock(72707369)")
        while second.result == nil { usleep(5_000) }
        #expect(second.result == "waited, applied 1")
    }

    @Test func theSeedIsAllOrNothing() throws {
        let fixture = try MigrationFixture()
        try fixture.connection.execute("CREATE TABLE a (id int PRIMARY KEY)")
        let bad = SQLScript(
            path: "migrations/seed.sql", bytes: Array("INSERT INTO a VALUES (1); INSERT INTO a VALUES (1);".utf8))
        #expect(throws: MigrationError.self) { try SeedLoader(fixture.connection).load(bad) }
        #expect(try fixture.text("SELECT count(*) FROM a") == "0")
        let good = SQLScript(
            path: "migrations/seed.sql", bytes: Array("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;".utf8))
        for _ in 0..<2 { try SeedLoader(fixture.connection).load(good) }
        #expect(try fixture.text("SELECT count(*) FROM a") == "1")
    }
}

/// A run on another thread and what came of it.
private final class SecondRun: Sendable {
    private let outcome = Mutex<String?>(nil)

    var result: String? { outcome.withLock { $0 } }

    init(_ url: String) {
        Thread.detachNewThread { [self] in
            var text = ""
            do {
                let connection = try BlockingConnection(ConnectionSettings(url))
                let ledger = MigrationLedger(connection) { if $0 == .waitingForLock { text = "waited, " } }
                text += "applied \(try ledger.apply(folder(["1_a": "SELECT 1"])).count)"
            } catch {
                text += "\(error)"
            }
            outcome.withLock { $0 = text }
        }
    }
}
