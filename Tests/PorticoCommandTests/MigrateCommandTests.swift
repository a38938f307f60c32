import Foundation
import Testing

@Suite struct MigrateCommandTests {
    @Test func migratesAnEmptyDatabaseOnce() throws {
        let fixture = try ProjectFixture.empty()
        let before = try fixture.run(["migrate", "--status"])
        #expect(before.status == 1 && before.output.hasPrefix("pending"))
        let preview = try fixture.run(["migrate", "--dry-run"])
        #expect(preview.status == 0 && preview.output.contains("nothing was done"))
        #expect(try fixture.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0\n")
        let first = try fixture.run(["migrate"])
        #expect(first.status == 0 && first.output.contains("applied  "), "\(first.errors)")
        let second = try fixture.run(["migrate"])
        #expect(second.status == 0 && second.output.contains("up to date"))
        #expect(try fixture.run(["migrate", "--status"]).status == 0)
    }

    @Test func aChangedMigrationIsRefused() throws {
        let fixture = try ProjectFixture.seeded()
        let name = try fixture.psql("SELECT migration_name FROM _prisma_migrations ORDER BY 1 LIMIT 1")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let file = "migrations/\(name)/migration.sql"
        try fixture.project.write(try fixture.project.read(file) + "\n", to: file)
        let result = try fixture.run(["migrate"])
        #expect(result.status == 1)
        #expect(result.errors.contains(file) && result.errors.contains("has changed"))
        let status = try fixture.run(["migrate", "--status"])
        #expect(status.status == 1 && status.output.contains("changed  \(name)"))
    }

    @Test func aRefusedStatementIsShownInItsPlace() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(
            "-- one\nALTER TABLE tickets\n  ADD COLUMN x nosuchtype;\n",
            to: "migrations/99990101000000_bad/migration.sql")
        let result = try fixture.run(["migrate"])
        #expect(result.status == 1)
        #expect(
            result.errors.contains(
                """
                migrations/99990101000000_bad/migration.sql:3:16: error: type "nosuchtype" does not exist
                      ADD COLUMN x nosuchtype;
                                   ^
                """), "\(result.errors)")
    }

    @Test func anExistingDatabaseNeedsABaseline() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("DROP TABLE _prisma_migrations")
        let refused = try fixture.run(["migrate"])
        #expect(refused.status == 1 && refused.errors.contains("portico migrate --baseline"))
        #expect(try fixture.run(["migrate", "--baseline"]).status == 0)
        #expect(try fixture.run(["migrate", "--status"]).status == 0)
    }

    @Test func theSeedCanBeLoadedTwice() throws {
        let fixture = try ProjectFixture.seeded()
        let count =
            "SELECT (SELECT count(*) FROM tenants), (SELECT count(*) FROM users), (SELECT count(*) FROM payments)"
        #expect(try fixture.psql(count) == "3|4|2\n")
        #expect(try fixture.run(["seed"]).status == 0)
        #expect(try fixture.psql(count) == "3|4|2\n")
    }
}
