import Testing

@Suite struct AccessLintCommandTests {
    @Test func theProjectAsItIsHasNothingLeft() throws {
        let result = try ProjectFixture.seeded().run(["access", "lint"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(
            result.output
                == "no problem in 3 files of rules; 1 more is explained by comments, which --explained shows.\n")
        let explained = try ProjectFixture.seeded().run(["access", "lint", "--explained"])
        #expect(
            explained.output.contains("config/access/tenants/agency-002.yaml:")
                && explained.output.contains("\nmeant: "))
    }

    @Test func aFindingHasItsPlaceAndDecidesTheStatus() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(
            "client: { Ticket: { read: { rows: { status: { eq: OPEN, ne: CLOSED } } } } }\n",
            to: "config/access/tenants/agency-003.yaml")
        let result = try fixture.run(["access", "lint"])
        #expect(result.status == 1)
        #expect(
            result.output.contains("config/access/tenants/agency-003.yaml:1:57: warning: This follows from"),
            "\(result.output)")
        #expect(try fixture.run(["access", "lint", "--fail-on", "error"]).status == 0)
        #expect(try fixture.run(["access", "lint", "--fail-on", "never"]).status == 0)
    }

    /// PostgreSQL itself says whether an index finds the rows.
    @Test func rowsWithoutAnIndexAreFoundByThePlanner() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("DROP INDEX notifications_user_id_idx")
        let result = try fixture.run(["access", "lint"])
        #expect(result.status == 1)
        #expect(
            result.output.contains("[unsupported-rows]") && result.output.contains("reads all of notifications"),
            "\(result.output)")
    }

    @Test func filesOfTenantsThatAreNotThere() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write("{}\n", to: "config/access/tenants/agency-999.yaml")
        #expect(try fixture.run(["access", "lint"]).output.contains("There is no tenant \"agency-999\""))
        let alone = try fixture.run(["access", "lint", "--no-database"])
        #expect(alone.status == 0, "\(alone.output)")
    }

    @Test func whatTheReaderRefusesIsAFindingToo() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "agency_agent:", by: "agency_agent:\n    Tickt: { read: { fields: all } }", in: "config/access/roles.yaml")
        let result = try fixture.run(["access", "lint", "--fail-on", "error"])
        #expect(result.status == 1)
        #expect(result.output.contains("Did you mean \"Ticket\"?"))
    }
}
