import Testing

@Suite struct AccessProveCommandTests {
    @Test func theProjectAsItIsIsProven() throws {
        let result = try ProjectFixture.seeded().run(["access", "prove"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("agency_owner") && result.output.contains("super_admin"))
        #expect(
            result.output.contains("lead to one row each, by unique indexes: Notification.user, TicketMessage.ticket"))
        #expect(result.output.contains("\nproven: "))
    }

    /// Where nothing keeps a step of a path unique, a row may belong to two tenants: the row is
    /// shown where there is one.
    @Test func aPathThatMayLeadToTwoTenantsIsNotProven() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE tickets DROP CONSTRAINT tickets_pkey CASCADE")
        let alone = try fixture.run(["access", "prove"])
        #expect(alone.status == 1)
        #expect(
            alone.output.contains("nothing keeps tickets.id unique")
                && alone.output.contains("Today no value stands twice."), "\(alone.output)")
        try fixture.psql("INSERT INTO tickets SELECT * FROM tickets ORDER BY id LIMIT 1")
        let twice = try fixture.run(["access", "prove"])
        #expect(twice.status == 1)
        #expect(twice.output.contains("stands twice.") && !twice.output.contains("no value"), "\(twice.output)")
    }

    /// A row is given by a column of any type that can be compared.
    @Test(arguments: ["amount: Decimal!", "createdAt: DateTime!", "status: PaymentStatus!", "day: Date!"])
    func aGetterByAnyColumnIsProven(_ argument: String) throws {
        let project = try ProjectCopy()
        try project.replace(
            "type Query {", by: "scalar Date\ntype Query {\n  paymentBy(\(argument)): Payment", in: "schema.graphql")
        if argument.hasPrefix("day") {
            try project.replace("type Payment {", by: "type Payment {\n  day: Date", in: "schema.graphql")
        }
        let result = try CommandProcess.run([
            "access", "prove", "--project", project.path, "--database-url", "host=/nowhere",
        ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test func withoutADatabaseItSaysWhatItHasNotLookedAt() throws {
        let fixture = try ProjectFixture.empty()
        let result = try fixture.run(["access", "prove"], url: "host=/nowhere")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("not looked at, for want of a database"))
    }

    /// A type whose file says that its rows are nobody's is named.
    @Test func exemptTypesAreNamed() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace("isolation: tenantId", by: "isolation: none", in: "resolvers/Domain.yaml")
        let result = try fixture.run(["access", "prove"])
        #expect(result.status == 0)
        #expect(result.output.contains("because their rows belong to no tenant: Domain"))
    }
}
