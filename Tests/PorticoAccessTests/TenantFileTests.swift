import Diagnostics
import PorticoAccess
import PorticoCatalog
import Testing

@Suite struct TenantFileTests {
    @Test(arguments: [
        ("", ["1:1 The file is empty. → Write `{}` for a file that says nothing."]),
        ("# nothing yet", ["1:1 The file is empty. → Write `{}` for a file that says nothing."]),
        ("clint: {}", ["1:1 `clint` is not a role. → Did you mean \"client\"?"]),
        (
            "client:\n  reach: subtree\n  crossTenant: true\n  isolation: none",
            [
                "2:3 A tenant's file can only narrow: `reach` is for roles.yaml.",
                "3:3 A tenant's file can only narrow: `crossTenant` is for roles.yaml.",
                "4:3 A tenant's file can only narrow: `isolation` is for roles.yaml.",
            ]
        ),
        (
            "client:\n  Ticket:\n    read: { fields: all, optional: true, hid: [] }",
            [
                "3:13 A tenant's file can only narrow: `fields` is for roles.yaml.",
                "3:26 A tenant's file can only narrow: `optional` is for roles.yaml.",
                "3:42 The key `hid` is not known in `read`. → Did you mean \"hide\"?",
            ]
        ),
        (
            "client: { Ticket: { write: {} } }",
            ["1:21 The key `write` is not known in the rules for Ticket. → Known are: read."]
        ),
        ("client: { Tiket: {} }", ["1:11 There is no type `Tiket`. → Did you mean \"Ticket\"?"]),
        (
            "client: { Ticket: { read: { hide: [assigne] } } }",
            ["1:36 Ticket has no field `assigne`. → Did you mean \"assignee\" or \"assigneeId\"?"]
        ),
        (
            "client: { Ticket: { read: { rows: { status: { eq: DONE } } } } }",
            ["1:51 TicketStatus has no value `DONE`. → It has OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED."]
        ),
        (
            "grants: [agency_agent.Payment.read, agency_agent.Paymnt.read, agency_agent.Ticket.read, agnt.Payment.read, Payment, client.Payment.read, agency_agent.Payment.write]",
            [
                "1:37 There is nothing called `agency_agent.Paymnt.read` to grant. → Did you mean \"agency_agent.Payment.read\"?",
                "1:63 `agency_agent.Ticket.read` cannot be granted: roles.yaml does not mark it optional. → Did you mean \"agency_agent.Payment.read\"?",
                "1:89 `agnt` is not a role. → Known are: agency_agent, agency_owner, anonymous, client, super_admin.",
                "1:108 A grant is written `role.Type.read`.",
                "1:117 `client.Payment.read` cannot be granted: roles.yaml does not mark it optional. → Nothing of client is optional.",
                "1:138 There is nothing called `agency_agent.Payment.write` to grant. → Did you mean \"agency_agent.Payment.read\"?",
            ]
        ),
        (
            "limits: { depth: 31, first: 501 }\nclient: { limits: { offset: 10001 } }",
            [
                "1:18 The limit `depth` can only be lowered: every role allows 30, not 31.",
                "1:29 The limit `first` can only be lowered: every role allows 500, not 501.",
                "2:29 The limit `offset` can only be lowered: the role client allows 10000, not 10001.",
            ]
        ),
        (
            "limits: { alises: 1, requestTimeout: 5, documentBytes: 2MiB }\nclient: { limits: { requestTimeout: 11s, requestsPerSecond: off } }",
            [
                "1:11 The key `alises` is not known in `limits`. → Did you mean \"aliases\"?",
                "1:38 Expected `requestTimeout` as a duration, found `5`. → Write it with its unit, such as `500ms`, `10s` or `5m`.",
                "1:56 The limit `documentBytes` can only be lowered: every role allows 1MiB, not 2MiB.",
                "2:37 The limit `requestTimeout` can only be lowered: the role client allows 10s, not 11s.",
            ]
        ),
    ]) func whatWouldWidenOrIsUnknownIsRefused(_ text: String, _ expected: [String]) throws {
        let found = try Spotex.problems(tenant: text)
        #expect(found == expected)
    }

    @Test func anEmptyMappingSaysNothing() throws {
        let policy = try Spotex.policy(tenants: [("t", "{}")])
        let own = try #require(policy.ruleSet("client", "t")), other = try #require(policy.ruleSet("client", "other"))
        #expect(own === other)
    }

    @Test func aBadFileStopsItsOwnTenantAlone() throws {
        let policy = try Spotex.policy(tenants: [
            ("bad", "client: { Ticket: { read: { fields: all } } }"), ("good", "{}"),
        ])
        #expect(Array(policy.tenantProblems.keys) == ["bad"])
        guard case .tenantUnavailable = policy.rules(role: "client", tenant: "bad") else {
            Issue.record("served"); return
        }
        guard case .rules = policy.rules(role: "client", tenant: "good") else { Issue.record("not served"); return }
        guard case .unknownRole = policy.rules(role: "clown", tenant: "good") else { Issue.record("known"); return }
    }

    @Test func limitsOfRoleTenantAndGatewayTakeTheLowest() throws {
        let policy = try Spotex.policy(
            tenants: [("t", "limits: { depth: 8, first: 20 }\nclient: { limits: { depth: 6 } }")],
            limits: [.defaultFirst: 40, .first: 100])
        #expect(policy.ruleSet("client", "t")?.limits == [.defaultFirst: 20, .first: 20, .depth: 6])
        #expect(policy.ruleSet("agency_owner", "t")?.limits == [.defaultFirst: 20, .first: 20, .depth: 8])
        #expect(policy.ruleSet("client", "other")?.limits == [.defaultFirst: 40, .first: 100])
    }

    /// By scope: requests at the same time, requests a second, burst; 0 for none.
    @Test(
        arguments: [
            ("{}", [], []),
            ("client: { limits: { concurrentRequests: 2 } }", ["role 2 0 1"], []),
            ("limits: { concurrentRequests: 5, requestsPerSecond: 10 }", ["tenant 5 10 10"], ["tenant 5 10 10"]),
            ("limits: { requestsPerSecond: 10, requestBurst: 20 }", ["tenant 0 10 20"], ["tenant 0 10 20"]),
            (
                "limits: { concurrentRequests: 5, requestsPerSecond: 10 }\nclient: { limits: { requestsPerSecond: 3 } }",
                ["tenant 5 10 10", "role 0 3 3"], ["tenant 5 10 10"]
            ),
            (
                "limits: { requestsPerSecond: 10 }\nclient: { limits: { requestBurst: 1 } }",
                ["tenant 0 10 10", "role 0 10 1"], ["tenant 0 10 10"]
            ),
            ("limits: { requestBurst: 5 }", [], []),
            ("limits: { concurrentRequests: off, requestsPerSecond: off }", [], []),
        ] as [(String, [String], [String])])
    func requestsAreCountedForTheTenantAndBelowItForARole(file: String, client: [String], owner: [String]) throws {
        let policy = try Spotex.policy(tenants: [("t", file)])
        func rules(_ role: String) -> [String]? {
            policy.ruleSet(role, "t")?.admission.map { rule in
                "\(rule.scope == .tenant ? "tenant" : "role") \(rule.concurrent ?? 0) \(rule.perSecond ?? 0) \(rule.burst)"
            }
        }
        #expect(rules("client") == client)
        #expect(rules("agency_owner") == owner)
    }

    @Test func whatTheGatewaySaysOfATenantHoldsForItAsAWhole() throws {
        let policy = try Spotex.policy(
            tenants: [("t", "client: { limits: { concurrentRequests: 2 } }")], limits: [.concurrentRequests: 8])
        #expect(
            policy.ruleSet("client", "t")?.admission == [
                AdmissionRule(.tenant, concurrent: 8), AdmissionRule(.role("client"), concurrent: 2),
            ])
        #expect(policy.ruleSet("agency_owner", "t")?.admission == [AdmissionRule(.tenant, concurrent: 8)])
        #expect(policy.ruleSet("agency_owner", "other")?.admission == [AdmissionRule(.tenant, concurrent: 8)])
    }

    @Test func originsNameTheTenantsOwnFile() throws {
        let policy = try Spotex.policy(tenants: [
            ("t", "client:\n  Ticket:\n    read:\n      rows: { status: { ne: CLOSED } }")
        ])
        let origins = try #require(policy.ruleSet("client", "t")?.types["Ticket"]?.rows?.origins)
        #expect(origins.count == 2)
        #expect(origins.first?.file == "config/access/roles.yaml")
        #expect(origins.last?.resolved(tenant: "t") == RuleOrigin(file: "tenants/t.yaml", line: 4, column: 7))
    }
}

@Suite struct PolicyTests {
    private static let narrowing = "client: { Ticket: { read: { rows: { status: { ne: CLOSED } } } } }"

    @Test func equalFilesAreCompiledOnce() throws {
        let policy = try Spotex.policy(tenants: (0..<1_000).map { ("tenant-\($0)", Self.narrowing) })
        #expect(policy.compiledCount == 0)
        let sets = (0..<1_000).compactMap { policy.ruleSet("client", "tenant-\($0)") }
        #expect(sets.count == 1_000)
        #expect(Set(sets.map(ObjectIdentifier.init)).count == 1)
        #expect(policy.compiledCount == 1)
    }

    @Test func whatDoesNotTouchARoleIsSharedWithoutIt() throws {
        let policy = try Spotex.policy(tenants: [
            ("a", Self.narrowing), ("b", "agency_owner: { User: { read: { hide: [email] } } }"),
        ])
        let plain = try #require(policy.ruleSet("agency_owner", nil))
        #expect(policy.ruleSet("agency_owner", "a") === plain)
        #expect(policy.ruleSet("agency_owner", "b") !== plain)
        #expect(policy.ruleSet("client", "b") === policy.ruleSet("client", nil))
    }

    @Test func fingerprintsTellRulesApartAndOutliveAReload() throws {
        let first = try Spotex.policy(tenants: [("a", Self.narrowing)]),
            second = try Spotex.policy(tenants: [("b", Self.narrowing)])
        let narrowed = try #require(first.ruleSet("client", "a")), plain = try #require(first.ruleSet("client", nil))
        #expect(narrowed.fingerprint != plain.fingerprint)
        #expect(second.ruleSet("client", "b")?.fingerprint == narrowed.fingerprint)
        #expect(narrowed.schema === plain.schema)
    }

    @Test func anonymousNeedsNoRule() throws {
        let policy = try Policy.load(
            catalog: Spotex.catalog.get(), roles: SourceText(name: "roles.yaml", "roles: {}"), tenants: [])
        #expect(policy.ruleSet("anonymous", nil)?.schema.queryType.fields.names == ["apiVersion"])
    }

    @Test func aRoleThatMaySeeUsersSeesItselfUnlessItIsAnonymous() throws {
        let roles = SourceText(
            name: "roles.yaml",
            "roles: { anonymous: { User: { read: { fields: [id] } } }, guest: { User: { read: { fields: [id] } } } }")
        let policy = try Policy.load(catalog: Spotex.catalog.get(), roles: roles, tenants: [])
        #expect(
            policy.ruleSet("anonymous", nil)?.schema.queryType.fields.names == [
                "apiVersion", "user", "users", "usersConnection", "usersAggregate", "node",
            ])
        #expect(
            policy.ruleSet("guest", nil)?.schema.queryType.fields.names == [
                "apiVersion", "viewer", "user", "users", "usersConnection", "usersAggregate", "node",
            ])
    }

    @Test func manyThreadsCompileOnce() async throws {
        let policy = try Spotex.policy(tenants: [("a", Self.narrowing)])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = policy.rules(role: "client", tenant: "a") } }
        }
        #expect(policy.compiledCount == 1)
    }
}
