import Testing

@Suite struct CheckCommandTests {
    @Test func theProjectAsItIsHasNoProblem() throws {
        let result = try ProjectFixture.seeded().run(["check"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.hasPrefix("no problem in "))
    }

    @Test(arguments: [
        ("ALTER TABLE tickets RENAME status TO state", "The table tickets has no column status for Ticket.status.", "Did you mean \"state\"?"),
        ("ALTER TABLE tickets ALTER subject DROP NOT NULL", "The field Ticket.subject is never null in the schema, but tickets.subject can be.", "NOT NULL"),
        ("ALTER TABLE domains ALTER auto_renew TYPE text", "domains.auto_renew is text in the database; the field Domain.autoRenew reads it as bool.", "schema.graphql:"),
        ("ALTER TABLE notifications RENAME TO notification", "The database has no table notifications for the type Notification.", "Did you mean \"notification\"?"),
        ("ALTER TABLE users RENAME status TO state", "which `authentication.users` names", "config/gateway.yaml"),
    ])
    func whatTheDatabaseLacksIsAnError(_ sql: String, _ message: String, _ hint: String) throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(sql)
        let result = try fixture.run(["check"])
        #expect(result.status == 1)
        #expect(result.output.contains(message) && result.output.contains(hint), "\(result.output)")
    }

    @Test func aMissingIndexIsAWarning() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("DROP INDEX payments_subscription_id_idx")
        let result = try fixture.run(["check"])
        #expect(result.status == 0)
        #expect(result.output.contains("warning: No index of payments begins with subscription_id"))
        #expect(result.output.contains("1 warning in "))
    }

    @Test func everyFileIsLookedAtAndNothingStopsAtTheFirst() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE tickets RENAME subject TO subjet")
        try fixture.project.replace("relations:", by: "fields:\n  name: { column: nam }\nrelations:", in: "resolvers/User.yaml")
        try fixture.project.write("agency_agent:\n  Tickt: { read: { hide: [subject] } }\n", to: "config/access/tenants/agency-009.yaml")
        try fixture.project.write("counts: { tickets: lots }\n", to: "config/health.yaml")
        let result = try fixture.run(["check"])
        #expect(result.status == 1)
        for part in ["has no column subject", "resolvers/User.yaml:", "has no column nam", "config/access/tenants/agency-009.yaml:2:3", "config/health.yaml:1:20"] {
            #expect(result.output.contains(part), "\(part) in \(result.output)")
        }
    }

    @Test func withoutADatabaseTheFilesAreCheckedAllTheSame() throws {
        let fixture = try ProjectFixture.empty()
        try fixture.project.write("roles: { client: { Ticket: { read: { fields: [subjct] } } } }\n", to: "config/access/roles.yaml")
        let result = try fixture.run(["check"], url: "host=/nowhere")
        #expect(result.status == 1)
        #expect(result.output.contains("subjct") && result.errors.contains("the tables were not checked"))
    }

    @Test func trustedDocumentsAreHeldAgainstTheSchema() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write("query Tickets {\n  tickets(first: 5) { id subjct }\n}\n", to: "documents/Tickets.graphql")
        try fixture.project.write(#"{"ab12": "{ apiVersion }", "cd34": "{ apiVersio }"}"#, to: "documents/relay.json")
        try fixture.project.write("documents: { only: [clint] }\n", to: "config/gateway.yaml")
        let result = try fixture.run(["check"])
        #expect(result.status == 1)
        for part in ["documents/Tickets.graphql:2:26", "Did you mean \"subject\"?", "documents/relay.json:1:39", "config/gateway.yaml:1:21", "There is no role `clint`"] {
            #expect(result.output.contains(part), "\(part) in \(result.output)")
        }
    }
}
