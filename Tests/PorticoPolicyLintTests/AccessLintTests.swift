import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import PorticoPolicyLint
import TestFixtures
import Testing

@Suite struct AccessLintTests {
    private static let repository = Result { try ProjectFiles.read(folder: Fixture.folder) }

    /// The findings of rules of one role, as `line:column [name] severity`, with those that
    /// comments explain in parentheses.
    static func findings(
        roles: String, tenants: [(String, String)] = [], catalog: Catalog = Fixture.catalog,
        database: (any LintDatabase)? = nil
    ) throws -> [String] {
        var files = try repository.get()
        files.roles = SourceText(name: "roles.yaml", roles)
        files.tenants = tenants.map { SourceText(name: "tenants/\($0.0).yaml", $0.1) }
        return try AccessLint(files: files, catalog: catalog).findings(database).map { finding in
            let source = ([files.roles, files.schema] + files.tenants).first { $0.name == finding.diagnostic.file }
            let position = finding.diagnostic.range.flatMap { range in source.map { $0.position(at: Int(range.start)) }
            }
            let text =
                "\(finding.diagnostic.file):\(position.map { "\($0.line):\($0.column)" } ?? "?") \(finding.name.rawValue)"
            return finding.reason.map { "(\(text): \($0))" } ?? text
        }
    }

    private static func client(_ type: String, _ rows: String, reach: String = "tenant") -> String {
        "roles:\n  client:\n    reach: \(reach)\n    \(type):\n      read:\n        fields: all\n        rows: \(rows)\n"
    }

    /// What a `rows` of Ticket gives, by the names alone.
    private func names(_ rows: String, type: String = "Ticket", reach: String = "tenant") throws -> [String] {
        try Self.findings(roles: Self.client(type, rows, reach: reach)).map {
            String($0.split(separator: " ", maxSplits: 1)[1])
        }
    }

    // MARK: Contradictions

    @Test(arguments: [
        "{ status: { eq: OPEN }, and: [{ status: { eq: CLOSED } }] }",
        "{ status: { in: [] } }",
        "{ or: [] }",
        "{ status: { in: [OPEN, CLOSED], ne: OPEN }, and: [{ status: { ne: CLOSED } }] }",
        "{ status: { notIn: [OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED] } }",
        "{ siteId: { isNull: true, eq: s-1 } }",
        "{ siteId: { isNull: true }, not: { siteId: { ne: s-1 } } }",
        "{ createdAt: { lt: \"2024-01-01T00:00:00Z\", gt: \"2025-01-01T00:00:00Z\" } }",
        "{ createdAt: { lt: \"2024-01-01T00:00:00Z\", gte: \"2024-01-01T00:00:00Z\" } }",
        "{ creatorId: { eq: $viewer.id }, not: { creatorId: { eq: $viewer.id } } }",
        "{ creatorId: { eq: $viewer.id }, assigneeId: { ne: $viewer.id }, or: [{ creatorId: { ne: $viewer.id } }, { assigneeId: { eq: $viewer.id } }] }",
        "{ or: [{ status: { eq: OPEN } }, { status: { eq: CLOSED } }], and: [{ status: { eq: WAITING } }] }",
        "{ messages: { some: { internal: { eq: true }, and: [{ internal: { eq: false } }] } } }",
        "{ messages: { some: { internal: { eq: true } }, none: { internal: { eq: true } } } }",
        "{ not: { or: [{ status: { eq: OPEN } }, { status: { ne: OPEN } }, { status: { isNull: true } }] } }",
    ])
    func whatCanNeverBe(_ rows: String) throws {
        #expect(try names(rows) == ["contradiction"], "\(rows)")
    }

    @Test(arguments: [
        "{ status: { ne: CLOSED } }",
        "{ or: [{ status: { eq: OPEN } }, { status: { eq: CLOSED } }] }",
        "{ status: { notIn: [OPEN, IN_PROGRESS, WAITING, RESOLVED] } }",
        "{ siteId: { isNull: true }, creatorId: { eq: $viewer.id } }",
        "{ createdAt: { gte: \"2024-01-01T00:00:00Z\", lte: \"2024-01-01T00:00:00Z\" } }",
        "{ createdAt: { gt: \"2024-01-01T00:00:00Z\", lt: \"2024-01-01T00:00:00.5Z\" } }",
        "{ creatorId: { ne: $viewer.id }, assigneeId: { eq: $viewer.id } }",
        "{ messages: { some: { internal: { eq: true } }, every: { internal: { eq: true } } } }",
        "{ messages: { some: {} } }",
        "{ not: { status: { eq: OPEN } } }",
        "{ creatorId: { eq: $viewer.claims.a, ne: $viewer.claims.b } }",
    ])
    func whatCanBe(_ rows: String) throws {
        #expect(try names(rows) == [], "\(rows)")
    }

    // MARK: Redundancy

    @Test(arguments: [
        ("{ status: { eq: OPEN, ne: CLOSED } }", "tenant"),
        ("{ status: { in: [OPEN] }, and: [{ status: { in: [OPEN, CLOSED] } }] }", "tenant"),
        ("{ creatorId: { eq: $viewer.id }, and: [{ creatorId: { eq: $viewer.id } }] }", "tenant"),
        ("{ tenantId: { in: $viewer.tenants } }", "tenant"),
        ("{ tenantId: { in: $viewer.tenants } }", "subtree"),
        ("{ tenantId: { eq: $viewer.tenant } }", "tenant"),
        ("{}", "tenant"),
        ("{ and: [], creatorId: { eq: $viewer.id } }", "tenant"),
        ("{ status: { notIn: [] } }", "tenant"),
        ("{ site: { status: { eq: ACTIVE, ne: ERROR } } }", "tenant"),
        ("{ or: [{ status: { eq: OPEN, ne: CLOSED } }, { creatorId: { eq: $viewer.id } }] }", "tenant"),
    ])
    func whatSaysNothingNew(_ rows: String, _ reach: String) throws {
        #expect(try names(rows, reach: reach) == ["redundant"], "\(rows)")
    }

    @Test func whatNarrowsIsolationIsNotRedundant() throws {
        #expect(try names("{ tenantId: { eq: $viewer.tenant } }", reach: "subtree") == [])
        #expect(try names("{ ticket: { tenantId: { in: $viewer.tenants } } }", type: "TicketMessage") == ["redundant"])
        #expect(
            try names("{ author: { tenantId: { in: $viewer.tenants } } }", type: "TicketMessage") == [],
            "the author's tenant is another matter than the ticket's")
    }

    @Test func branchesThatOthersContain() throws {
        #expect(
            try names(
                "{ or: [{ creatorId: { eq: $viewer.id } }, { creatorId: { eq: $viewer.id }, status: { eq: OPEN } }] }")
                == ["swallowed"])
        #expect(try names("{ or: [{ status: { eq: OPEN } }, { status: { in: [OPEN, CLOSED] } }] }") == ["swallowed"])
        #expect(try names("{ or: [{ status: { eq: OPEN } }, { status: { eq: OPEN } }] }") == ["swallowed"])
        #expect(try names("{ or: [{ status: { eq: OPEN } }, { status: { eq: CLOSED } }] }") == [])
    }

    // MARK: Places

    @Test func aFindingStandsWhereTheConditionDoes() throws {
        let roles = Self.client(
            "Ticket", "{ status: { eq: OPEN }, creatorId: { eq: $viewer.id }, and: [{ status: { ne: CLOSED } }] }")
        #expect(try Self.findings(roles: roles) == ["roles.yaml:7:78 redundant"])
    }

    @Test func everyFindingSaysWhatItMeansAndWhatToDo() throws {
        var files = try Self.repository.get()
        files.roles = SourceText(
            name: "roles.yaml", Self.client("Ticket", "{ status: { eq: OPEN }, and: [{ status: { eq: CLOSED } }] }"))
        files.tenants = []
        let finding = try #require(try AccessLint(files: files, catalog: Fixture.catalog).findings().first)
        #expect(
            finding.diagnostic.message
                == "This can never be together with line 7, column 17: status is OPEN, and status is CLOSED. [contradiction]"
        )
        #expect(finding.diagnostic.hint?.contains("leave it out of the role") == true)
        #expect(finding.diagnostic.severity == .error)
    }

    // MARK: Tenants

    private static let roles = """
        roles:
          client:
            reach: tenant
            Ticket: { read: { fields: { except: [assignee] }, rows: { creatorId: { eq: $viewer.id } } } }
            TicketMessage: { read: { fields: all, rows: { internal: { eq: false }, ticket: { creatorId: { eq: $viewer.id } } } } }
            Payment: { read: { fields: all, optional: true } }

        """

    @Test func aTenantsRowsAreHeldAgainstTheRoles() throws {
        func names(_ rows: String) throws -> [String] {
            try Self.findings(
                roles: Self.roles,
                tenants: [
                    ("a", "grants: [client.Payment.read]\nclient:\n  TicketMessage: { read: { rows: \(rows) } }\n")
                ])
        }
        #expect(try names("{ internal: { eq: false } }") == ["tenants/a.yaml:3:36 redundant"])
        #expect(try names("{ internal: { eq: true } }") == ["tenants/a.yaml:3:36 contradiction"])
        #expect(try names("{ body: { ne: x } }") == [])
    }

    @Test func whatIsHiddenAlreadyAndWhatNobodyGrants() throws {
        let hiding = "client: { Ticket: { read: { hide: [assignee, subject] } } }\n"
        #expect(
            try Self.findings(roles: Self.roles, tenants: [("a", hiding)]) == [
                "roles.yaml:6:37 unused-optional", "tenants/a.yaml:1:36 hidden-already",
            ])
    }

    /// The messages of tickets that a tenant hides.
    @Test func rowsThatStayReachableBesideTheHiddenOnes() throws {
        let narrowed =
            "grants: [client.Payment.read]\nclient:\n  Ticket: { read: { rows: { status: { ne: CLOSED } } } }\n"
        #expect(
            try Self.findings(roles: Self.roles, tenants: [("a", narrowed)]) == [
                "tenants/a.yaml:3:21 reachable-elsewhere"
            ])
        let both = narrowed + "  TicketMessage: { read: { rows: { ticket: { status: { ne: CLOSED } } } } }\n"
        #expect(try Self.findings(roles: Self.roles, tenants: [("a", both)]) == [])
        let role = Self.roles.replacing(", ticket: { creatorId: { eq: $viewer.id } }", with: "")
        #expect(
            try Self.findings(roles: role, tenants: [("a", "grants: [client.Payment.read]")]) == [
                "roles.yaml:4:55 reachable-elsewhere"
            ])
    }

    @Test func equalFilesAreLookedAtOnce() throws {
        var files = try Self.repository.get()
        files.roles = SourceText(name: "roles.yaml", Self.roles)
        files.tenants = (0..<50).map {
            SourceText(
                name: "tenants/t\($0).yaml",
                "grants: [client.Payment.read]\nclient: { Ticket: { read: { hide: [assignee] } } }\n")
        }
        let findings = try AccessLint(files: files, catalog: Fixture.catalog).findings()
        #expect(findings.map(\.name) == [.hiddenAlready])
        #expect(findings.first?.diagnostic.hint?.hasSuffix("49 other tenants have the same file.") == true)
    }

    @Test func wrongFilesAreFindingsToo() throws {
        let found = try Self.findings(
            roles: Self.roles,
            tenants: [("a", "grants: [client.Payment.read]"), ("b", "client: { Tickt: { read: {} } }")])
        #expect(found == ["tenants/b.yaml:1:11 invalid"])
        #expect(
            try Self.findings(roles: "roles: { client: { Ticket: { read: { fields: [subjct] } } } }") == [
                "roles.yaml:1:47 invalid"
            ])
    }

    // MARK: Comments

    @Test func aCommentWithAReasonExplainsAFinding() throws {
        func findings(_ comment: String, above: Bool) throws -> [String] {
            let line = "  Ticket: { read: { rows: { status: { ne: CLOSED } } } }"
            let text = above ? "  \(comment)\n\(line)\n" : "\(line)  \(comment)\n"
            return try Self.findings(
                roles: Self.roles, tenants: [("a", "grants: [client.Payment.read]\nclient:\n\(text)")])
        }
        #expect(
            try findings("# lint: reachable-elsewhere: they may read on", above: true) == [
                "(tenants/a.yaml:4:21 reachable-elsewhere: they may read on)"
            ])
        #expect(
            try findings("# lint: reachable-elsewhere: they may read on", above: false) == [
                "(tenants/a.yaml:3:21 reachable-elsewhere: they may read on)"
            ])
        #expect(
            try findings("# lint: reachable-elsewhere", above: true) == [
                "tenants/a.yaml:3:3 switch", "tenants/a.yaml:4:21 reachable-elsewhere",
            ])
        #expect(
            try findings("# lint: reachable-elswhere: they may", above: true) == [
                "tenants/a.yaml:3:3 switch", "tenants/a.yaml:4:21 reachable-elsewhere",
            ])
        #expect(
            try findings("# lint: redundant: it is not", above: true) == [
                "tenants/a.yaml:3:3 switch", "tenants/a.yaml:4:21 reachable-elsewhere",
            ])
        #expect(try findings("# lint: invalid: never", above: true).first == "tenants/a.yaml:3:3 switch")
    }

    // MARK: The schema

    @Test func aRowThatMayBeHiddenIsNotPromised() throws {
        let files = try Self.repository.get()
        let schema = String(decoding: files.schema.bytes, as: UTF8.self).replacing(
            "  creator: User\n", with: "  creator: User!\n"
        ).replacing("  ticket: Ticket\n", with: "  ticket: Ticket!\n")
        let catalog = try CatalogLoader.load(
            schemaFile: SourceText(name: files.schema.name, schema), resolvers: files.resolvers)
        let open =
            "roles: { client: { Ticket: { read: { fields: all } }, User: { read: { fields: all } }, TicketMessage: { read: { fields: all } } } }"
        func names(_ roles: String) throws -> [String] {
            try Self.findings(roles: roles, catalog: catalog).map { String($0.split(separator: " ", maxSplits: 1)[1]) }
        }
        // A message's tenant is its ticket's, so that isolation never hides one without the other.
        #expect(try names(open) == ["hideable-non-null"])
        // At the field itself, not at its description.
        let line = schema.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
            $0 == "  creator: User!"
        }.map { $0 + 1 }
        #expect(
            try Self.findings(roles: open, catalog: catalog).map { $0.split(separator: " ")[0] } == [
                "schema.graphql:\(line ?? 0):3"
            ])
        #expect(
            try names(
                open.replacing(
                    "Ticket: { read: { fields: all }",
                    with: "Ticket: { read: { fields: all, rows: { status: { eq: OPEN } } }")) == [
                    "hideable-non-null", "hideable-non-null", "reachable-elsewhere",
                ])
        #expect(
            try names(
                "roles: { root: { crossTenant: true, Ticket: { read: { fields: all } }, User: { read: { fields: all } } } }"
            ) == [])
    }

    @Test func typesThatBelongToNobody() throws {
        let files = try Self.repository.get()
        let resolvers = files.resolvers.map {
            $0.name.hasSuffix("Domain.yaml")
                ? SourceText(
                    name: $0.name,
                    String(decoding: $0.bytes, as: UTF8.self).replacing("isolation: tenantId", with: "isolation: none"))
                : $0
        }
        let catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: resolvers)
        #expect(
            try Self.findings(roles: "roles:\n  client:\n    Domain: { read: { fields: all } }\n", catalog: catalog)
                == ["roles.yaml:3:5 across-tenants"])
        #expect(
            try Self.findings(
                roles: "roles:\n  root:\n    crossTenant: true\n    Domain: { read: { fields: all } }\n",
                catalog: catalog) == [])
    }

    // MARK: The database

    private struct Answers: LintDatabase {
        var tenants: Set<ExactString> = []
        var plan = "[]"

        func existing(tenants: [String]) throws -> Set<ExactString> { self.tenants }
        func explain(_ statement: String, _ parameters: [String?]) throws -> String {
            statement.contains("creator_id") ? plan : "[]"
        }
    }

    @Test(arguments: [
        (
            #"[{"Plan": {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "tickets"}]}}]"#,
            true
        ),
        (#"[{"Plan": {"Node Type": "Index Scan", "Relation Name": "tickets", "Filter": "x"}}]"#, true),
        (#"[{"Plan": {"Node Type": "Index Scan", "Relation Name": "tickets", "Index Cond": "x"}}]"#, false),
        (
            #"[{"Plan": {"Node Type": "Bitmap Heap Scan", "Relation Name": "tickets", "Plans": [{"Node Type": "Bitmap Index Scan", "Index Cond": "x"}]}}]"#,
            false
        ),
    ])
    func rowsThatNoIndexFinds(_ plan: String, _ isFound: Bool) throws {
        let roles =
            "roles:\n  client:\n    Ticket: { read: { fields: all, rows: { creatorId: { eq: $viewer.id } } } }\n"
        #expect(
            try Self.findings(roles: roles, database: Answers(plan: plan))
                == (isFound ? ["roles.yaml:3:36 unsupported-rows"] : []))
    }

    @Test func filesOfTenantsThatAreNotThere() throws {
        let tenants = [("a", "{}"), ("b", "{}")]
        let roles = "roles:\n  client:\n    Ticket: { read: { fields: all } }\n"
        #expect(
            try Self.findings(roles: roles, tenants: tenants, database: Answers(tenants: ["a"])) == [
                "tenants/b.yaml:1:1 unknown-tenant"
            ])
    }

    // MARK: The repository

    @Test func theRepositorysOwnRulesHaveNothingLeft() throws {
        let findings = try AccessLint(files: try Self.repository.get(), catalog: Fixture.catalog).findings()
        #expect(findings.filter { $0.reason == nil } == [])
        #expect(findings.map(\.name) == [.reachableElsewhere])
    }
}
