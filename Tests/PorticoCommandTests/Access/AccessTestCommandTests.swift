import Foundation
import TestCluster
import Testing

@Suite(.onBlockingThreads) struct AccessTestCommandTests {
    private static let small = """
        viewers: { client: { user: user-client-001 }, nobody: { role: anonymous } }
        tests:
          - { name: tickets, query: "{ tickets { id } }", expect: { client: [ticket-001, ticket-002], nobody: refused } }

        """

    /// The suite of this repository: it passes, exercises every rule, and notices every change of
    /// one.
    @Test func theSpotexRulesAreTestedWhole() throws {
        let fixture = try ProjectFixture.seeded()
        let junit = fixture.project.path + "/junit.xml"
        let result = try fixture.run([
            "access", "test", "--min-coverage", "100", "--min-score", "100", "--junit", junit,
        ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("expectations met."))
        #expect(
            result.output.contains("rules exercised, 100 %.")
                && result.output.contains("changes of a rule noticed, 100 %"))
        let xml = try String(contentsOfFile: junit, encoding: .utf8)
        #expect(xml.contains("<property name=\"mutationScore\" value=\"100\"/>") && xml.contains(" failures=\"0\""))
        #expect(XMLIsWellFormed(xml))
        // Nothing of the fixtures stays.
        #expect(try fixture.psql("SELECT count(*) FROM users WHERE id LIKE 'test-%'").contains("0"))
    }

    /// Behind a transaction pooler: one transaction holds the rows of the fixtures and all tests,
    /// those behind an error too.
    @Test func theTestsRunWithoutNamedStatements() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace("statements: prepared", by: "statements: unnamed", in: "config/gateway.yaml")
        let result = try fixture.run(["access", "test"])
        #expect(result.status == 0 && result.output.contains("expectations met."), "\(result.output)\(result.errors)")
        #expect(try fixture.psql("SELECT count(*) FROM users WHERE id LIKE 'test-%'").contains("0"))
    }

    @Test func aWeakenedRuleFailsWithItsLine() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "fields: { except: [assigneeId, assignee] }", by: "fields: { except: [assigneeId] }",
            in: "config/access/roles.yaml")
        let result = try fixture.run(["access", "test", "--filter", "fields of Ticket,"])
        #expect(result.status == 1)
        for line in [
            "✗ the fields of Ticket, as client\n", "too many  assignee",
            "Ticket.assignee: client may read it, by config/access/roles.yaml:", "config/access/tests.yaml:",
        ] {
            #expect(result.output.contains(line), "\(result.output)")
        }
    }

    @Test func whatIsExpectedAndFoundIsTold() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(
            Self.small.replacingOccurrences(of: "ticket-002]", with: "ticket-003]"), to: "config/access/tests.yaml")
        let result = try fixture.run(["access", "test"])
        #expect(result.status == 1)
        for line in [
            "missing   ticket-003", "too many  ticket-002",
            "Ticket: creatorId is the viewer's id, by config/access/roles.yaml:", "only rows of agency-001",
            "1 of 2 expectations met, 1 not.",
        ] {
            #expect(result.output.contains(line), "\(result.output)")
        }
    }

    @Test func survivorsAndUntestedRulesAreNamedAndThresholdsFail() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(Self.small, to: "config/access/tests.yaml")
        let result = try fixture.run(["access", "test", "--min-score", "100", "--coverage"])
        #expect(result.status == 1)
        for line in [
            "no test notices a field added: client may read Ticket.assignee",
            "no test notices an isolation removed: rows of Payment belong to no tenant",
            "no test exercises: agency_agent reads Domain",
        ] {
            #expect(result.output.contains(line), "\(line)\n\(result.output)")
        }
        #expect(!result.output.contains("anonymous may read Ticket\n"), "this one is noticed")
        #expect(result.errors.contains("less than the 100 % that are asked for"))
        #expect(try fixture.run(["access", "test", "--mutants"]).status == 0)
    }

    @Test func aWrongFileHasStatusTwoAndAPicture() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write("viewers: { a: { rol: client } }\n", to: "config/access/tests.yaml")
        let result = try fixture.run(["access", "test"])
        #expect(result.status == 2)
        #expect(
            result.errors.contains(
                "config/access/tests.yaml:1:17: error: The key `rol` is not known in the viewer `a`.")
                && result.errors.contains("^~~"), "\(result.errors)")
        try fixture.project.write(
            "fixtures: { Tenant: [{ id: t, parentId: nobody, name: n, domain: d }] }\n", to: "config/access/tests.yaml")
        let refused = try fixture.run(["access", "test"])
        #expect(refused.status == 2)
        #expect(
            refused.errors.contains("config/access/tests.yaml:1:22: error: PostgreSQL refuses this row of tenants"),
            "\(refused.errors)")
        #expect(try fixture.run(["access", "test", "nowhere.yaml"]).status == 2)
        #expect(try fixture.run(["access", "test", "--min-score", "101"]).status == 2)
    }

    @Test func fixturesNeedARoleThatMayWriteAndTestsWithoutThemDoNot() throws {
        let fixture = try ProjectFixture.seeded()
        let role = "reader_\(fixture.database)"
        try fixture.psql("CREATE ROLE \(role) LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)")
        let url = try TestCluster.shared().url(database: fixture.database, user: role)
        let result = try fixture.run(["access", "test"], url: url)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("the fixtures cannot be inserted as the role of \(role)@")
                && result.errors.contains("permission denied for table tenants"), "\(result.errors)")
        try fixture.project.write(Self.small, to: "config/access/tests.yaml")
        #expect(try fixture.run(["access", "test"], url: url).status == 0)
    }

    /// A statement that PostgreSQL refuses ends a transaction; the tests behind it go on.
    @Test(arguments: ["prepared", "unnamed"]) func aStatementThatFailsLeavesTheOtherTestsTheirFixtures(
        _ statements: String
    ) throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace("statements: prepared", by: "statements: \(statements)", in: "config/gateway.yaml")
        let role = "half_\(fixture.database)"
        try fixture.psql(
            "CREATE ROLE \(role) LOGIN; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO \(role); REVOKE SELECT ON domains FROM \(role)"
        )
        try fixture.project.write(
            """
            viewers: { admin: { user: user-admin-001 } }
            fixtures: { Tenant: [{ id: t, name: n, domain: d }] }
            tests:
              - { name: before, query: "{ tenant(id: \\"t\\") { id } }", expect: { admin: [t] } }
              - { name: domains, query: "{ domains { id } }", expect: { admin: { error: INTERNAL } } }
              - { name: after, query: "{ tenant(id: \\"t\\") { id } tenants { id } }", at: tenant, expect: { admin: [t] } }

            """, to: "config/access/tests.yaml")
        let result = try fixture.run(
            ["access", "test"], url: try TestCluster.shared().url(database: fixture.database, user: role))
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test func theTimeOfTheTestsIsFixed() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "rows: { creatorId: { eq: $viewer.id } }", by: "rows: { createdAt: { lt: $now } }",
            in: "config/access/roles.yaml")
        func suite(_ now: String, _ count: Int) -> String {
            "now: \(now)\nviewers: { client: { user: user-client-001 }, ghost: { user: nobody } }\ntests:\n  - { name: tickets, query: \"{ tickets { id } }\", expect: { client: \(count) } }\n"
        }
        for (now, count) in [("2020-01-01T00:00:00Z", 0), ("2999-01-01T00:00:00Z", 2)] {
            try fixture.project.write(suite(now, count), to: "config/access/tests.yaml")
            let result = try fixture.run(["access", "test"])
            #expect(result.status == 0, "\(result.output)\(result.errors)")
        }
        try fixture.project.write(
            suite("2020-01-01T00:00:00Z", 0).replacingOccurrences(of: "expect: { client", with: "expect: { ghost"),
            to: "config/access/tests.yaml")
        let result = try fixture.run(["access", "test"])
        #expect(
            result.status == 1
                && result.output.contains(
                    "there is no such viewer\n                There is no such user, or it is not active."),
            "\(result.output)")
    }

    private func XMLIsWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        for part in text.split(separator: "<", omittingEmptySubsequences: true) where !part.hasPrefix("?") {
            guard let end = part.lastIndex(of: ">") else { return false }
            let tag = part[..<end], name = tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" && $0 != ">" }
            if tag.hasPrefix("/") {
                if open.popLast() != name { return false }
            } else if !tag.hasSuffix("/") {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}
