import Diagnostics
import PorticoAccess
import PorticoCatalog
import Testing

@Suite struct ProvenanceTests {
    private static let roles = """
        roles:
          boss: { crossTenant: true, Ticket: { read: { fields: all } }, User: { read: { fields: all } } }
          agent:
            Tenant: { read: { fields: [id, payments] } }
            User: { read: { fields: [id, email] } }
            Payment: { read: { fields: all, optional: true } }
          client:
            User: { read: { fields: [id, role] } }
            Ticket:
              read:
                fields: { except: [assigneeId, assignee] }
          anonymous: {}
        """
    private static let tenant = """
        grants: [agent.Payment.read]
        client:
          Ticket: { read: { hide: [subject,
            slaResponseDueAt] } }
        """

    /// Type, field, and which line decides why; `t` has a file of its own, `u` has none.
    private static let fields: [(role: String, tenant: String?, field: String, expected: String)] = [
        ("boss", nil, "User.email", "all @ roles.yaml:2:89"),
        ("boss", nil, "Ticket.assignee", "all @ roles.yaml:2:56"),
        ("boss", nil, "Ticket.messages", "target(TicketMessage notStated) @ roles.yaml:2:3"),
        ("agent", "u", "User.email", "listed @ roles.yaml:5:34"),
        ("agent", "u", "User.notifications", "notListed @ roles.yaml:5:29"),
        ("client", "u", "Ticket.subject", "notExcepted @ roles.yaml:11:19"),
        ("client", "u", "Ticket.assignee", "excepted @ roles.yaml:11:40"),
        ("client", "t", "Ticket.assignee", "excepted @ roles.yaml:11:40"),
        ("client", "t", "Ticket.subject", "hidden @ tenants/t.yaml:3:28"),
        ("client", "t", "Ticket.slaResponseDueAt", "hidden @ tenants/t.yaml:4:5"),
        ("client", "t", "Payment.id", "type(Payment notStated) @ roles.yaml:7:3"),
        ("agent", "u", "Payment.id", "type(Payment notGranted) @ roles.yaml:6:37"),
        ("agent", "t", "Payment.id", "all @ roles.yaml:6:32, granted @ tenants/t.yaml:1:10"),
        ("agent", "u", "Tenant.payments", "target(Payment notGranted) @ roles.yaml:6:37"),
        ("agent", "t", "Tenant.payments", "listed @ roles.yaml:4:36"),
        (
            "agent", "t", "Payment.subscription",
            "target(TenantSubscription notStated) @ roles.yaml:3:3, granted @ tenants/t.yaml:1:10"
        ),
        ("anonymous", nil, "User.id", "type(User notStated) @ roles.yaml:12:3"),
    ]

    @Test(arguments: fields) func everyFieldHasTheLineThatDecides(
        _ role: String, _ tenant: String?, _ field: String, _ expected: String
    ) throws {
        let tenants = [SourceText(name: "tenants/t.yaml", Self.tenant)]
        let policy = try Policy.load(
            catalog: Spotex.catalog.get(), roles: SourceText(name: "roles.yaml", Self.roles), tenants: tenants)
        let provenance = try #require(policy.provenance(role: role, tenant: tenant))
        let parts = field.split(separator: ".").map(String.init)
        let verdict = try #require(provenance.verdict(type: parts[0], field: parts[1]))
        #expect(show(verdict) == expected)
    }

    /// For every role, tenant, type and field: a verdict that disagreed with what is compiled would
    /// be worse than none.
    @Test func verdictsAgreeWithTheCompiledRules() throws {
        let policy = try Spotex.policy(), catalog = try Spotex.catalog.get()
        var compared = 0
        for role in policy.roles {
            for tenant in ["agency-001", "agency-002", "agency-003", nil] {
                let rules = try #require(policy.ruleSet(role, tenant)),
                    provenance = try #require(policy.provenance(role: role, tenant: tenant))
                for (name, type) in catalog.types {
                    #expect(provenance.verdict(type: name)?.isReadable == (rules.types[name] != nil), "\(role) \(name)")
                    for field in type.fields.keys {
                        compared += 1
                        #expect(
                            provenance.verdict(type: name, field: field)?.isAllowed
                                == (rules.types[name]?.fields.contains(field) == true), "\(role) \(name).\(field)")
                    }
                }
            }
        }
        #expect(compared > 1_000)
    }

    @Test func aTypeOfWhichNothingIsLeftSaysSoAndItsFieldsSayWhy() throws {
        let roles = SourceText(
            name: "roles.yaml",
            "roles:\n  a:\n    Payment: { read: { fields: [subscription] } }\n    TenantSubscription: { read: { fields: [tenant] } }"
        )
        let provenance = try #require(
            try Policy.load(catalog: Spotex.catalog.get(), roles: roles, tenants: []).provenance(role: "a", tenant: nil)
        )
        #expect(provenance.verdict(type: "Payment").map(show) == "Payment nothingLeft @ roles.yaml:3:16")
        #expect(
            provenance.verdict(type: "Payment", field: "subscription").map(show)
                == "target(TenantSubscription nothingLeft) @ roles.yaml:4:27")
        #expect(
            provenance.verdict(type: "TenantSubscription", field: "tenant").map(show)
                == "target(Tenant notStated) @ roles.yaml:2:3")
        #expect(provenance.verdict(type: "Payment", field: "id").map(show) == "notListed @ roles.yaml:3:32")
    }

    @Test func aTypeWithoutIsolationNamesItsOwnFile() throws {
        let files = try Spotex.files.get()
        let resolvers = files.resolvers.map {
            $0.name.hasSuffix("/Payment.yaml") ? SourceText(name: $0.name, "table: payments") : $0
        }
        let catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: resolvers)
        let roles = SourceText(
            name: "roles.yaml", "roles: { a: { Tenant: { read: { fields: all } } }, root: { crossTenant: true } }")
        let policy = try Policy.load(catalog: catalog, roles: roles, tenants: [])
        #expect(
            policy.provenance(role: "a", tenant: nil)?.verdict(type: "Payment").map(show)
                == "Payment withoutIsolation @ resolvers/Payment.yaml:1:1")
        #expect(
            policy.provenance(role: "root", tenant: nil)?.verdict(type: "Payment").map(show)
                == "Payment notStated @ roles.yaml:1:52")
        #expect(
            policy.provenance(role: "anonymous", tenant: nil)?.verdict(type: "Payment").map(show)
                == "Payment withoutIsolation @ resolvers/Payment.yaml:1:1")
        #expect(
            policy.provenance(role: "anonymous", tenant: nil)?.verdict(type: "Tenant").map(show)
                == "Tenant notStated @ ?")
    }

    /// Files that differ in their lines alone have the same rules, and each its own lines.
    @Test func equalRulesAtDifferentLinesAreOneSetOfRules() throws {
        let text = "client: { Ticket: { read: { hide: [status] } } }"
        let policy = try Spotex.policy(tenants: [("a", text), ("b", "# ours\n\n" + text), ("c", text)])
        let first = try #require(policy.ruleSet("client", "a"))
        #expect(policy.ruleSet("client", "b") === first)
        #expect(policy.ruleSet("client", "c") === first)
        for (tenant, line) in [("a", 1), ("b", 3), ("c", 1)] {
            #expect(
                policy.provenance(role: "client", tenant: tenant)?.verdict(type: "Ticket", field: "status").map(show)
                    == "hidden @ tenants/\(tenant).yaml:\(line):36")
            #expect(policy.provenance(role: "client", tenant: tenant)?.tenantFile == "tenants/\(tenant).yaml")
        }
    }

    @Test func nobodyIsExplainedWhoIsNotServed() throws {
        let policy = try Spotex.policy(tenants: [("bad", "client: { Ticket: { read: { fields: all } } }")])
        #expect(policy.provenance(role: "client", tenant: "bad") == nil)
        #expect(policy.provenance(role: "clown", tenant: nil) == nil)
        let provenance = try #require(policy.provenance(role: "client", tenant: "other"))
        #expect(provenance.tenantFile == nil)
        #expect(provenance.verdict(type: "Tiket") == nil)
        #expect(provenance.verdict(type: "Ticket", field: "subjekt") == nil)
    }

    @Test func placesCountAsDiagnosticsDo() throws {
        let policy = try Policy.load(
            catalog: Spotex.catalog.get(),
            roles: SourceText(
                name: "roles.yaml",
                "roles:\r\n  a:\r    # è\n    Ticket: { read: { fields: [\"id\", 'subject'] } } # é\n"), tenants: [])
        let provenance = try #require(policy.provenance(role: "a", tenant: nil))
        #expect(provenance.verdict(type: "Ticket", field: "id").map(show) == "listed @ roles.yaml:4:32")
        #expect(provenance.verdict(type: "Ticket", field: "subject").map(show) == "listed @ roles.yaml:4:38")
    }
}

private func show(_ verdict: TypeVerdict) -> String {
    "\(verdict.type) \(verdict.reason)" + place(verdict.origin, verdict.grant)
}

private func show(_ verdict: FieldVerdict) -> String {
    let reason =
        switch verdict.reason {
        case .target(let target): "target(\(target.type) \(target.reason))"
        case .type(let type): "type(\(type.type) \(type.reason))"
        default: "\(verdict.reason)"
        }
    return reason + place(verdict.origin, verdict.grant)
}

private func place(_ origin: RuleOrigin?, _ grant: RuleOrigin?) -> String {
    " @ \(origin?.description ?? "?")" + (grant.map { ", granted @ \($0)" } ?? "")
}
