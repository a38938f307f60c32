import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoProof

@Suite struct IsolationProofTests {
    private static func policy(_ catalog: Catalog = Fixture.catalog) throws -> Policy {
        let files = try ProjectFiles.read(folder: Fixture.folder)
        return try Policy.load(catalog: catalog, roles: files.roles, tenants: files.tenants)
    }

    private static func rules(_ policy: Policy, _ role: String, _ tenant: String?) throws -> CompiledPolicy {
        let found: CompiledPolicy? =
            if case .rules(let rules) = policy.rules(role: role, tenant: tenant) { rules } else { nil }
        return try #require(found, "\(role) has rules in \(tenant ?? "no tenant")")
    }

    @Test func theRepositorysOwnAPIIsProven() throws {
        let report = IsolationProof(catalog: Fixture.catalog).prove(try Self.policy())
        #expect(report.failures() == [])
        #expect(report.crossTenant == ["super_admin"])
        #expect(report.parts.map(\.role) == [nil, "agency_owner", "agency_agent", "client", "anonymous"])
        #expect(report.exempt == [])
        #expect(report.paths.map { "\($0.source).\($0.field)" } == ["Notification.user", "TicketMessage.ticket"])
        // What a later change of the generator must not lose without notice.
        #expect(report.statements > 1_500)
    }

    /// At a start what narrows another role's rules is proven with it.
    @Test func aStartProvesEachContentOnce() throws {
        let report = IsolationProof(catalog: Fixture.catalog).prove(try Self.policy(), isBrief: true)
        #expect(report.isProven)
        #expect(report.parts.map(\.provenWith) == [nil, nil, "agency_owner", "agency_owner", "agency_owner"])
        #expect(report.statements < 1_500)
    }

    @Test func rulesThatAreNotProvenAreRefused() throws {
        let policy = try Self.policy()
        try IsolationProof(catalog: Fixture.catalog).accept(PolicyCandidate(policy))
        let faulty = IsolationProof(catalog: Fixture.catalog, planning: Self.catalog("Site", isolation: .none))
        #expect(throws: Diagnostics.self) { try faulty.accept(PolicyCandidate(policy)) }
        #expect(throws: Diagnostics.self) { try faulty.accept(PolicyCandidate(policy, former: policy)) }
        try faulty.accept(PolicyCandidate(policy, former: policy, tenants: ["agency-001"]))
    }

    /// Every way in which a type's rows can enter a statement is there, for every type.
    @Test func operationsUseEveryField() throws {
        let rules = try #require(Self.policy().widestRules(role: "agency_owner"))
        let text = ProofOperations(schema: rules.schema, catalog: Fixture.catalog).pieces().map {
            $0.opening + $0.field
        }.joined(separator: "\n")
        #expect(Fixture.catalog.types.count == 10 && rules.schema.queryType.fields.count > 40)
        for (type, binding) in Fixture.catalog.types {
            for case .relation(let relation) in binding.fields.values {
                #expect(text.contains("\(relation.field)"), "\(type).\(relation.field)")
            }
        }
        for field in rules.schema.queryType.fields { #expect(text.contains(field.name)) }
        for word in [
            "some", "every", "none", "or:", "not:", "groupBy", "min {", "sum {", "avg {", "after:", "before:", "last:",
            "totalCount", "hasPreviousPage", "offset:", "orderBy:", "nodeId:",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    // MARK: A planner with different information

    /// The bindings with one type's isolation changed: what a faulty planner might take for it.
    private static func catalog(_ type: String, isolation: Isolation) -> Catalog {
        let all = Fixture.catalog
        var types = all.types
        if let old = types[type] {
            types[type] = TypeBinding(
                name: old.name, table: old.table, key: old.key, fields: old.fields, isolation: isolation,
                defaultOrder: old.defaultOrder, file: old.file)
        }
        return Catalog(
            schema: all.schema, types: types, root: all.root, derived: all.derived, derivedFields: all.derivedFields,
            nodeKeys: all.nodeKeys)
    }

    static let faults: [(String, Isolation)] = [
        ("Ticket", .none),
        ("Ticket", .column(Fixture.field("Ticket", "creatorId"))),
        ("Tenant", .column(Fixture.field("Tenant", "parentId"))),
        ("TicketMessage", .none),
        ("TicketMessage", .path([Fixture.relation("TicketMessage", "author")], Fixture.field("User", "tenantId"))),
        ("TicketMessage", .path([Fixture.relation("TicketMessage", "ticket")], Fixture.field("Ticket", "creatorId"))),
        ("Notification", .path([Fixture.relation("Notification", "user")], Fixture.field("User", "id"))),
    ]

    @Test(arguments: faults) func aPlannerThatTakesAnotherIsolationIsRefuted(
        _ type: String, _ isolation: Isolation
    ) throws {
        let proof = IsolationProof(catalog: Fixture.catalog, planning: Self.catalog(type, isolation: isolation))
        let rules = try #require(Self.policy().widestRules(role: "agency_owner"))
        let report = proof.prove(rules)
        #expect(!report.isProven)
        let found = report.parts.flatMap(\.counterexamples)
        #expect(found.contains { $0.type == type && $0.isConfirmed }, "\(report.failures())")
        // The row is really outside: its tenant is not the viewer's.
        #expect(found.filter { $0.type == type }.allSatisfy { !$0.rows.isEmpty })
    }

    @Test func aCounterexampleTellsQueryLoadAndRow() throws {
        let proof = IsolationProof(catalog: Fixture.catalog, planning: Self.catalog("Domain", isolation: .none))
        let rules = try #require(Self.policy().widestRules(role: "agency_agent"))
        let found = try #require(proof.prove(rules).parts.first?.counterexamples.first)
        #expect(
            found.text.contains(
                "A viewer of the role agency_agent, who reaches one tenant, depends on a row of Domain outside them"))
        #expect(found.query.contains("domains"))
        #expect(found.sql.contains(#"FROM "domains""#))
        #expect(
            found.rows.first?.hasPrefix("domains(") == true
                && found.rows.first?.contains(#"tenant_id: "another tenant")"#) == true)
        #expect(found.isConfirmed)
    }

    /// A type that states that it has no tenant is listed, and its rows are not looked for.
    @Test func typesWithoutIsolationAreExemptByStatement() throws {
        let open = Self.catalog("Domain", isolation: .none)
        let report = IsolationProof(catalog: open).prove(try Self.policy(open), isBrief: true)
        #expect(report.isProven)
        #expect(report.exempt == ["Domain"])
    }

    /// A type without a statement is closed to all viewers.
    @Test func typesThatStateNothingAreShut() {
        let shut = Self.catalog("Domain", isolation: .unstated)
        let report = IsolationProof(catalog: shut).prove(Fixture.rules(.tenant))
        #expect(report.isProven, "\(report.failures())")
        #expect(
            !IsolationProof(catalog: shut, planning: Fixture.catalog).prove(Fixture.rules(.tenant)).isProven,
            "one tenant's rows are not nobody's")
    }

    // MARK: Tenants

    @Test func rulesOfATenantNarrowThoseOfItsRole() throws {
        let policy = try Self.policy()
        #expect(policy.roles.count == 5)
        for role in policy.roles {
            let wide = try #require(policy.widestRules(role: role))
            for tenant in [nil, "agency-001", "agency-002", "elsewhere"] {
                let rules = try Self.rules(policy, role, tenant)
                #expect(IsolationProof.narrows(rules, wide), "\(role) of \(tenant ?? "-")")
            }
        }
        let narrowed = try Self.rules(policy, "client", "agency-002")
        #expect(IsolationProof(catalog: Fixture.catalog).prove(narrowed).isProven)
        #expect(
            try !IsolationProof.narrows(#require(policy.widestRules(role: "client")), narrowed),
            "the tenant's file takes something away")
        let owner = try #require(policy.widestRules(role: "agency_owner")),
            client = try #require(policy.widestRules(role: "client"))
        #expect(!IsolationProof.narrows(owner, client))
    }

    @Test func theWidestRulesHaveWhatIsOptional() throws {
        let policy = try Self.policy()
        #expect(policy.widestRules(role: "agency_agent")?.types["Payment"] != nil)
        #expect(policy.widestRules(role: "agency_agent")?.schema.queryType.fields["payments"] != nil)
        #expect(policy.widestRules(role: "nobody") == nil)
    }

    /// The work follows the roles; how many tenants there are does not matter.
    @Test func tenantsCostNothing() throws {
        let files = try ProjectFiles.read(folder: Fixture.folder)
        let tenants = (0..<200).map {
            SourceText(name: "t\($0).yaml", "client: { Ticket: { read: { rows: { subject: { ne: \"\($0)\" } } } } }")
        }
        let few = try Policy.load(catalog: Fixture.catalog, roles: files.roles, tenants: []),
            many = try Policy.load(catalog: Fixture.catalog, roles: files.roles, tenants: tenants)
        let proof = IsolationProof(catalog: Fixture.catalog)
        #expect(proof.prove(few, isBrief: true).statements == proof.prove(many, isBrief: true).statements)
        #expect(many.compiledCount <= few.compiledCount)
    }
}
