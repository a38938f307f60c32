import Foundation
import Testing

@Suite struct CheckCommandTests {
    @Test func theProjectAsItIsHasNoProblem() throws {
        let result = try ProjectFixture.seeded().run(["check"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.hasPrefix("no problem in "))
    }

    @Test(arguments: [
        (
            "ALTER TABLE tickets RENAME status TO state", "The table tickets has no column status for Ticket.status.",
            "Did you mean \"state\"?"
        ),
        (
            "ALTER TABLE tickets ALTER subject DROP NOT NULL",
            "The field Ticket.subject is never null in the schema, but tickets.subject can be.", "NOT NULL"
        ),
        (
            "ALTER TABLE domains ALTER auto_renew TYPE text",
            "domains.auto_renew is text in the database; the field Domain.autoRenew reads it as bool.",
            "schema.graphql:"
        ),
        (
            "ALTER TABLE notifications RENAME TO notification",
            "The database has no table notifications for the type Notification.", "Did you mean \"notification\"?"
        ),
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

    @Test func theCureOfAMissingIndexRunsAsItIsPrinted() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(
            #"DROP INDEX payments_subscription_id_idx; ALTER TABLE payments RENAME subscription_id TO "Sub ""Id""#)
        try fixture.project.replace("order:", by: "order:", in: "resolvers/Payment.yaml")
        try fixture.project.replace(
            "fields:", by: "fields:\n  subscriptionId: { column: 'Sub \"Id' }", in: "resolvers/Payment.yaml")
        let before = try fixture.run(["check"])
        let start = try #require(before.output.firstRange(of: "CREATE INDEX ON"), "\(before.output)").lowerBound
        let cure = String(before.output[start...].prefix { $0 != "\n" })
        try fixture.psql(cure)
        let after = try fixture.run(["check"])
        #expect(after.status == 0 && !after.output.contains("No index of payments"), "\(after.output)")
    }

    /// A type of the same name in another schema says nothing of this one.
    @Test func labelsAreThoseOfTheColumnsOwnType() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("CREATE SCHEMA other; CREATE TYPE other.ticket_status AS ENUM ('open', 'gone')")
        let result = try fixture.run(["check"])
        #expect(result.status == 0, "\(result.output)")
        try fixture.psql(
            "ALTER TYPE other.ticket_status RENAME TO site_states; ALTER TYPE ticket_status RENAME VALUE 'waiting' TO 'paused'; ALTER TYPE other.site_states RENAME TO ticket_status; ALTER TYPE other.ticket_status ADD VALUE 'waiting'"
        )
        let renamed = try fixture.run(["check"])
        #expect(renamed.status == 1 && renamed.output.contains("has no label waiting"), "\(renamed.output)")
    }

    @Test func aGetterByAColumnThatIsNotUniqueIsAnError() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "type Query {", by: "type Query {\n  ticketOf(subject: String!): Ticket", in: "schema.graphql")
        let result = try fixture.run(["check"])
        #expect(result.status == 1, "\(result.output)")
        #expect(
            result.output.contains(
                "The field ticketOf gives one row by tickets.subject, and nothing makes that unique"),
            "\(result.output)")
        try fixture.psql("DELETE FROM tickets; CREATE UNIQUE INDEX ON tickets (subject)")
        #expect(try fixture.run(["check"]).status == 0)
    }

    @Test func rowLevelSecurityThatHidesRowsIsTold() throws {
        let fixture = try ProjectFixture.seeded(), role = "guarded_\(UInt32.random(in: .min ... .max))"
        try fixture.psql(
            "CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA public TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role); ALTER TABLE tickets ENABLE ROW LEVEL SECURITY"
        )
        #expect(try fixture.run(["check"]).status == 0, "a superuser is not held to it")
        let url = fixture.url.replacing("user=postgres", with: "user=\(role)").replacing("postgres@", with: "\(role)@")
        let none = try fixture.run(["check"], url: url)
        #expect(
            none.status == 1 && none.output.contains("no policy lets it read a row: every list of Ticket is empty"),
            "\(none.output)\(none.errors)")
        try fixture.psql("CREATE POLICY all_rows ON tickets FOR SELECT TO \(role) USING (true)")
        let some = try fixture.run(["check"], url: url)
        #expect(
            some.status == 0
                && some.output.contains("warning: Row-level security of tickets applies to the role \(role)"),
            "\(some.output)")
    }

    @Test func everyFileIsLookedAtAndNothingStopsAtTheFirst() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE tickets RENAME subject TO subjet")
        try fixture.project.replace(
            "relations:", by: "fields:\n  name: { column: nam }\nrelations:", in: "resolvers/User.yaml")
        try fixture.project.write(
            "agency_agent:\n  Tickt: { read: { hide: [subject] } }\n", to: "config/access/tenants/agency-009.yaml")
        try fixture.project.write("counts: { tickets: lots }\n", to: "config/health.yaml")
        let result = try fixture.run(["check"])
        #expect(result.status == 1)
        for part in [
            "has no column subject", "resolvers/User.yaml:", "has no column nam",
            "config/access/tenants/agency-009.yaml:2:3", "config/health.yaml:1:20",
        ] {
            #expect(result.output.contains(part), "\(part) in \(result.output)")
        }
    }

    /// Rules of the types that are in order do not wait for the others; what is said of those may
    /// come of what is wrong there.
    @Test func rulesAreCheckedThoughAResolverIsWrong() throws {
        let fixture = try ProjectFixture.empty()
        try fixture.project.replace(
            "relations:", by: "fields:\n  nosuch: { column: nam }\nrelations:", in: "resolvers/User.yaml")
        try FileManager.default.removeItem(atPath: fixture.project.path + "/resolvers/Domain.yaml")
        try fixture.project.replace(
            "except: [assigneeId, assignee]", by: "except: [assigneId, assignee]", in: "config/access/roles.yaml")
        let result = try fixture.run(["check"], url: "host=/nowhere")
        #expect(result.status == 1)
        for part in [
            "User has no field `nosuch`", "Nothing says which table holds Domain.", "Ticket has no field `assigneId`.",
        ] {
            #expect(result.output.contains(part), "\(part) in \(result.output)")
        }
        #expect(!result.output.contains("`Domain` is neither a type"), "\(result.output)")
    }

    @Test func withoutADatabaseTheFilesAreCheckedAllTheSame() throws {
        let fixture = try ProjectFixture.empty()
        try fixture.project.write(
            "roles: { client: { Ticket: { read: { fields: [subjct] } } } }\n", to: "config/access/roles.yaml")
        let result = try fixture.run(["check"], url: "host=/nowhere")
        #expect(result.status == 1)
        #expect(result.output.contains("subjct") && result.errors.contains("the tables were not checked"))
    }

    @Test func trustedDocumentsAreHeldAgainstTheSchema() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(
            "query Tickets {\n  tickets(first: 5) { id subjct }\n}\n", to: "documents/Tickets.graphql")
        try fixture.project.write(#"{"ab12": "{ apiVersion }", "cd34": "{ apiVersio }"}"#, to: "documents/relay.json")
        try fixture.project.write("documents: { only: [clint] }\n", to: "config/gateway.yaml")
        let result = try fixture.run(["check"])
        #expect(result.status == 1)
        for part in [
            "documents/Tickets.graphql:2:26", "Did you mean \"subject\"?", "documents/relay.json:1:39",
            "config/gateway.yaml:1:21", "There is no role `clint`",
        ] {
            #expect(result.output.contains(part), "\(part) in \(result.output)")
        }
    }
}
