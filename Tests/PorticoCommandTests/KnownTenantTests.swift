import Testing

@Suite struct KnownTenantTests {
    private static let commands = [
        ["schema", "--role", "client"], ["access", "matrix"], ["access", "explain", "-", "--role", "client"],
    ]

    @Test(arguments: commands) func withADatabaseItsRowCountsAndAnUnknownTenantIsRefused(_ words: [String]) throws {
        let fixture = try ProjectFixture.seeded()
        // No file names it: its row alone does.
        #expect(try fixture.run(words + ["--tenant", "spotex-platform-001"], input: "{ tickets { id } }").status == 0)
        let unknown = try fixture.run(words + ["--tenant", "spotex-platfrm-001"], input: "{ tickets { id } }")
        #expect(unknown.status == 2 && unknown.output.isEmpty)
        #expect(unknown.errors.contains("the tenant \"spotex-platfrm-001\" is not known"), "\(unknown.errors)")
        #expect(
            unknown.errors.contains("no row of \"tenants\" in the database")
                && unknown.errors.contains("Did you mean \"spotex-platform-001\"?"))
    }

    @Test(arguments: commands) func withoutADatabaseAFileCounts(_ words: [String]) throws {
        let project = try ProjectCopy()
        func run(_ tenant: String) throws -> CommandProcess.Result {
            try CommandProcess.run(
                words + ["--tenant", tenant, "--project", project.path], input: "{ tickets { id } }")
        }
        #expect(try run("agency-002").status == 0)
        let similar = try run("agency-003")
        #expect(similar.status == 2)
        #expect(
            similar.errors.contains(
                "no file in config/access/tenants/ names it, and the database could not be asked: no database is named")
        )
        #expect(similar.errors.contains("Did you mean \"agency-001\" or \"agency-002\"?"), "\(similar.errors)")
        let other = try run("somebody else")
        #expect(other.status == 2 && other.errors.contains("leave --tenant out"), "\(other.errors)")
    }

    @Test func whereNoTableHoldsTenantsTheUsersNameThem() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "  tenants: { table: tenants, id: id, parent: parent_id, status: status, active: active }",
            by: "  tenants: null", in: "config/gateway.yaml")
        #expect(try fixture.run(["schema", "--role", "client", "--tenant", "spotex-platform-001"]).status == 0)
        let unknown = try fixture.run(["schema", "--role", "client", "--tenant", "agency-999"])
        #expect(unknown.status == 2 && unknown.errors.contains("no row of \"users\""), "\(unknown.errors)")
    }

    @Test(arguments: [["schema"], ["access", "explain", "-"]]) func anUnknownRoleIsSaidBeforeItsTenant(
        _ words: [String]
    ) throws {
        let project = try ProjectCopy()
        let result = try CommandProcess.run(
            words + ["--role", "clint", "--tenant", "nobody", "--project", project.path], input: "{ tickets { id } }")
        #expect(
            result.status == 2 && result.errors.contains("there is no role \"clint\"")
                && result.errors.contains("Did you mean \"client\"?"))
        #expect(!result.errors.contains("nobody"))
    }
}
