import Foundation
import TestCluster
import Testing

/// A project without a table of users: what commands take instead of a user, and what a token of
/// theirs opens.
@Suite(.onBlockingThreads) struct ClaimAuthorityCommandTests {
    private static let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]

    private func withoutUsers(_ project: ProjectCopy) throws {
        let users = "  users: { table: users, id: id, role: role, tenant: tenant_id, status: status, active: active }\n"
        try project.replace(users, by: "  users: null\n", in: "config/gateway.yaml")
        try project.replace(
            "  tenants: { table: tenants, id: id, parent: parent_id, status: status, active: active }\n", by: "",
            in: "config/gateway.yaml")
    }

    private func fixture() throws -> ProjectFixture {
        let fixture = try ProjectFixture.seeded()
        try withoutUsers(fixture.project)
        return fixture
    }

    @Test func aRoleAndATenantStandForAUser() throws {
        let fixture = try fixture()
        let words = ["query", "-", "--role", "agency_owner", "--tenant", "agency-001"]
        let answer = try fixture.run(words, input: "{ tickets(orderBy: [{id: ASC}]) { id } viewer { id } }")
        #expect(
            answer.status == 0
                && answer.output.contains(#"{"tickets":[{"id":"ticket-001"},{"id":"ticket-002"}],"viewer":null}"#),
            "\(answer)")
        let own = try fixture.run(
            ["query", "-", "--as", "user-client-001", "--role", "client", "--tenant", "agency-001"],
            input: "{ viewer { id } }")
        #expect(own.status == 0 && own.output.contains(#"{"viewer":{"id":"user-client-001"}}"#), "\(own)")
        let plan = try fixture.run(["explain"] + words.dropFirst(), input: "{ tickets { id } }")
        #expect(plan.status == 0 && plan.output.contains("tenant_id"), "\(plan)")
        let all = try fixture.run(["query", "-", "--role", "super_admin"], input: "{ tenants { id } }")
        #expect(
            all.status == 0 && all.output.contains(#"{"id":"agency-001"}"#)
                && all.output.contains(#"{"id":"agency-002"}"#), "\(all)")
    }

    @Test func rowsAreExplainedToARole() throws {
        let fixture = try fixture()
        let seen = try fixture.run([
            "access", "explain", "--role", "agency_owner", "--tenant", "agency-001", "--row", "Ticket:ticket-001",
        ])
        #expect(seen.status == 0 && seen.output.contains("ticket-001"), "\(seen)")
        let other = try fixture.run([
            "access", "explain", "--role", "agency_owner", "--tenant", "agency-002", "--row", "Ticket:ticket-001",
        ])
        #expect(other.status == 1 && other.output.contains("ticket-001"), "\(other)")
    }

    @Test(arguments: [
        (
            ["query", "-", "--as", "user-client-001"], 2,
            "there is no table of users (`authentication: { users: null }`) that would say the role of \"user-client-001\": give --role ROLE"
        ),
        (["query", "-", "--tenant", "agency-001"], 2, "--tenant goes with --role."),
        (["query", "-", "--role", "client"], 1, "The token has no claim \"tenant\"."),
        (["query", "-", "--role", "clint", "--tenant", "agency-001"], 1, "The user's role has no access."),
        (
            ["token"], 2,
            "a token needs a role, as there is no table of users that says it: give --role ROLE, and --tenant TENANT-ID."
        ),
        (
            ["token", "--role", "clint"], 2,
            "there is no role \"clint\" in config/access/roles.yaml. Did you mean \"client\"?"
        ),
        (
            ["access", "explain", "--as", "user-client-001", "--row", "Ticket:ticket-001"], 1,
            "There is no table of users"
        ),
    ]) func whatIsMissingIsSaid(_ words: [String], _ status: Int32, _ told: String) throws {
        let fixture = try fixture(), place = ["--project", fixture.project.path, "--database-url", fixture.url]
        let result = try CommandProcess.run(words + place, input: "{ apiVersion }", environment: Self.secret)
        #expect(result.status == status && result.errors.contains(told), "\(result)")
    }

    @Test func aTableOfUsersNeedsNoRole() throws {
        for command in [["query", "-"], ["explain", "-"], ["token"]] {
            let result = try ProjectFixture.seeded().run(command + ["--role", "client"], input: "{ apiVersion }")
            #expect(
                result.status == 2 && result.errors.contains("--role is for projects without a table of users"),
                "\(result)")
        }
    }

    @Test func aTokenOfTheCommandOpensTheGateway() async throws {
        let fixture = try fixture()
        let server = try RunningCommand(
            ["serve", "--project", fixture.project.path, "--database-url", fixture.url, "--port", "0"],
            environment: Self.secret)
        let port = try await server.port()
        func token(_ words: String...) throws -> String {
            let result = try CommandProcess.run(
                ["token", "--project", fixture.project.path] + words, environment: Self.secret)
            try #require(result.status == 0, "\(result)")
            return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let query = #"{"query":"{ tickets(orderBy: [{id: ASC}]) { id } }"}"#
        #expect(
            try post(query, token: try token("--role", "agency_owner", "--tenant", "agency-001"), port: port).contains(
                #"{"data":{"tickets":[{"id":"ticket-001"},{"id":"ticket-002"}]}}"#))
        let all = #"{"query":"{ tenants(orderBy: [{id: ASC}]) { id } }"}"#
        #expect(try post(all, token: try token("--role", "super_admin"), port: port).contains(#""agency-002""#))
        let refused = try post(query, token: try token("--role", "client"), port: port)
        #expect(
            refused.hasPrefix("HTTP/1.1 401 ") && refused.contains(#"The token has no claim \"tenant\"."#), "\(refused)"
        )
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test func aDifferenceOfRulesCountsRowsForNoUser() throws {
        let fixture = try fixture(), rules = fixture.project.path + "/config/access/roles.yaml"
        let former = fixture.project.path + "/former"
        try FileManager.default.createDirectory(atPath: former, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: rules, toPath: former + "/roles.yaml")
        try fixture.project.write(
            "client: { Ticket: { read: { hide: [subject] } } }\n", to: "config/access/tenants/agency-001.yaml")
        let result = try fixture.run(["access", "diff", former])
        #expect(result.output.contains("Rows are counted for no user: there is no table"), "\(result)")
    }

    @Test func devMakesATokenForEachRoleThatNeedsNoTenant() async throws {
        let project = try ProjectCopy()
        try withoutUsers(project)
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        let lines = dev.text.split(separator: "\n").map(String.init)
        #expect(
            lines.contains("There is no table of users: `portico token --role ROLE --tenant TENANT-ID` makes a token."))
        let role = try #require(lines.firstIndex { $0.hasPrefix("  super_admin  (of all tenants") })
        let token = lines[role + 1].trimmingCharacters(in: .whitespaces)
        #expect(try post(#"{"query":"{ tenants { id } }"}"#, token: token, port: port).contains(#""agency-002""#))
        dev.signal(SIGINT)
        #expect(try await dev.end() == 0)
    }

    @Test func rolesThatNoFileDefinesAreFoundInTheConfiguration() throws {
        let fixture = try fixture()
        try fixture.project.replace(
            "  users: null\n", by: "  users: null\n  claims: { roles: { Admin: suker_admin } }\n",
            in: "config/gateway.yaml")
        for command in ["check", "query"] {
            let result = try fixture.run(command == "query" ? ["query", "-"] : [command], input: "{ apiVersion }")
            #expect(
                result.status != 0
                    && (result.output + result.errors).contains(
                        "There is no role `suker_admin` for the value `Admin` of the role claim."),
                "\(result)")
        }
    }
}
