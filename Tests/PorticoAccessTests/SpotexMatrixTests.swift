import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import Testing

/// The rules as the product's owner states them, written down once more and not derived from the
/// files: role × type × field.
@Suite struct SpotexMatrixTests {
    static let all: [String: String] = [
        "Tenant":
            "id parentId name domain tier status settings createdAt updatedAt parent children users sites tickets domains subscription payments auditLogs",
        "User":
            "id tenantId email name role status lastLoginAt createdAt updatedAt tenant createdTickets assignedTickets notifications",
        "Site":
            "id tenantId name domain status wordpressVersion phpVersion plugins sslStatus sslExpiresAt backupFrequency lastBackupAt createdAt updatedAt tenant tickets domains",
        "Ticket":
            "id tenantId siteId creatorId assigneeId subject description priority status slaResponseDueAt slaResolutionDueAt firstResponseAt resolvedAt createdAt updatedAt tenant site creator assignee messages",
        "TicketMessage": "id ticketId authorId body internal createdAt ticket author",
        "Domain":
            "id tenantId siteId name registrar status expiresAt autoRenew sslStatus sslExpiresAt createdAt updatedAt tenant site",
        "TenantSubscription":
            "id tenantId tier status amount currency currentPeriodStart currentPeriodEnd createdAt updatedAt tenant payments",
        "Payment":
            "id tenantId subscriptionId amount currency status provider providerReference paidAt createdAt tenant subscription",
        "Notification": "id userId kind title body data readAt createdAt user",
        "AuditLog": "id tenantId userId action entityType entityId changes createdAt tenant user",
    ]

    static func all(but names: String..., of type: String) -> String {
        (all[type] ?? "").split(separator: " ").filter { !names.contains(String($0)) }.joined(separator: " ")
    }

    /// By role, and behind a slash the tenant whose file acts.
    static let readable: [String: [String: String]] = [
        "super_admin": all,
        "agency_owner": all,
        "agency_agent": agent,
        "agency_agent/agency-002": agent.merging([
            "Tenant": agent["Tenant"]! + " payments", "Payment": all(but: "subscription", of: "Payment"),
        ]) { $1 },
        "client": client,
        "client/agency-001": client.merging(["User": "id name"]) { $1 },
        "client/agency-002": client.merging([
            "Ticket": all(but: "assigneeId", "assignee", "slaResponseDueAt", "slaResolutionDueAt", of: "Ticket")
        ]) { $1 },
        "anonymous": [:],
    ]

    static let agent: [String: String] = [
        "Tenant": "id name domain tier status parent children users sites tickets domains",
        "User": "id name email role status tenant tenantId createdTickets assignedTickets",
        "Site": all["Site"]!, "Ticket": all["Ticket"]!, "TicketMessage": all["TicketMessage"]!,
        "Domain": all["Domain"]!, "Notification": all["Notification"]!,
    ]

    static let client: [String: String] = [
        "Tenant": "id name domain", "User": "id name role", "Site": "id name domain status sslStatus tickets",
        "Ticket": all(but: "assigneeId", "assignee", of: "Ticket"),
        "TicketMessage": all(but: "internal", of: "TicketMessage"), "Notification": all["Notification"]!,
    ]

    static let getters = [
        "Tenant": "tenant tenants", "User": "user users viewer", "Site": "site sites", "Ticket": "ticket tickets",
        "TicketMessage": "ticketMessage ticketMessages", "Domain": "domain domains",
        "TenantSubscription": "tenantSubscription tenantSubscriptions", "Payment": "payment payments",
        "Notification": "notification notifications", "AuditLog": "auditLog auditLogs",
    ]

    static func words(_ text: String?) -> Set<String> { Set((text ?? "").split(separator: " ").map(String.init)) }

    private func ruleSet(_ viewer: String) throws -> CompiledPolicy {
        let parts = viewer.split(separator: "/").map(String.init)
        return try #require(try Spotex.policy().ruleSet(parts[0], parts.count > 1 ? parts[1] : "some-other-tenant"))
    }

    @Test(arguments: readable.keys.sorted()) func rulesAreTheMatrix(_ viewer: String) throws {
        let rules = try ruleSet(viewer)
        let expected = try #require(Self.readable[viewer])
        #expect(Set(rules.types.keys) == Set(expected.keys))
        for (type, fields) in expected { #expect(rules.types[type]?.fields == Self.words(fields), "\(type)") }
    }

    @Test(arguments: readable.keys.sorted()) func theSchemaShowsTheMatrixAndNothingElse(_ viewer: String) throws {
        let schema = try ruleSet(viewer).schema
        let expected = try #require(Self.readable[viewer])
        var objects: Set<String> = []
        for name in schema.typeOrder where try Self.all[name] != nil || Spotex.catalog.get().types[name] != nil {
            guard case .object(let object)? = schema.type(name) else { continue }
            objects.insert(name)
            #expect(try Set(object.fields.names) == withDerived(Self.words(expected[name]), of: name), "\(name)")
        }
        #expect(objects == Set(expected.keys))
        let roots = expected.keys.reduce(into: Set(["apiVersion"])) { $0.formUnion(Self.words(Self.getters[$1])) }
        #expect(try Set(schema.queryType.fields.names) == withDerived(roots, of: "Query"))
    }

    /// With each list that may be read goes what stands beside it, with a key the global id, and
    /// with a row what may be read of it; and with none other.
    private func withDerived(_ fields: Set<String>, of type: String) throws -> Set<String> {
        let derived = try Spotex.catalog.get().derivedFields[type] ?? [:]
        let hasNode =
            try type == "Query"
            ? fields.count > 1 : Spotex.catalog.get().nodeKeys[type].map { fields.contains($0.first.field) } == true
        return fields.union(derived.filter { fields.contains($0.value.list) }.keys).union(
            hasNode ? [type == "Query" ? "node" : "nodeId"] : []
        ).union(type == "Query" ? [] : ["_access"])
    }

    @Test(arguments: readable.keys.sorted()) func filtersAndOrdersShowNoHiddenField(_ viewer: String) throws {
        let schema = try ruleSet(viewer).schema
        let expected = try #require(Self.readable[viewer])
        for type in Self.all.keys {
            let visible = Self.words(expected[type])
            if case .inputObject(let filter)? = schema.type("\(type)Filter") {
                #expect(Set(filter.fields.names) == visible.union(["and", "or", "not"]), "\(type)Filter")
            } else {
                #expect(visible.isEmpty, "\(type)Filter")
            }
            let order: Set<String> =
                if case .inputObject(let order)? = schema.type("\(type)Order") { Set(order.fields.names) } else { [] }
            #expect(order.isSubset(of: visible))
            #expect(order.contains("id") == visible.contains("id"), "\(type)Order")
        }
    }

    @Test func passwordsAreInNoType() throws {
        for type in try Spotex.catalog.get().types.values {
            for case .column(let column) in type.fields.values { #expect(!column.column.contains("password")) }
        }
    }

    @Test func everyTypeIsIsolated() throws {
        let expected = ["Tenant": "id", "TicketMessage": "ticket.tenantId", "Notification": "user.tenantId"]
        for (name, type) in try Spotex.catalog.get().types {
            let path =
                switch type.isolation {
                case .column(let column): column.field
                case .path(let relations, let column): (relations.map(\.field) + [column.field]).joined(separator: ".")
                case .none: "none"
                case .unstated: "unstated"
                }
            #expect(path == expected[name] ?? "tenantId", "\(name)")
        }
    }

    @Test func rolesReachAsStated() throws {
        let policy = try Spotex.policy()
        #expect(policy.roles == ["agency_agent", "agency_owner", "anonymous", "client", "super_admin"])
        let reaches: [String: Reach] = [
            "super_admin": .crossTenant, "agency_owner": .subtree, "agency_agent": .tenant, "client": .tenant,
        ]
        for (role, reach) in reaches { #expect(policy.reach(of: role) == reach) }
    }

    @Test(arguments: [
        (
            "client", "some-other-tenant",
            [
                "User": "any(id eq $id, role ne CLIENT)", "Site": "some tickets(creatorId eq $id)",
                "Ticket": "creatorId eq $id",
                "TicketMessage": "all(internal eq false, ticket(creatorId eq $id))", "Notification": "userId eq $id",
            ]
        ),
        (
            "client", "agency-002",
            [
                "User": "any(id eq $id, role ne CLIENT)", "Site": "some tickets(creatorId eq $id)",
                "Ticket": "all(creatorId eq $id, status ne CLOSED)",
                "TicketMessage": "all(internal eq false, ticket(creatorId eq $id))", "Notification": "userId eq $id",
            ]
        ),
        ("agency_agent", "agency-001", ["Notification": "userId eq $id"]),
        ("agency_owner", "agency-001", ["Notification": "userId eq $id"]), ("super_admin", "spotex-platform-001", [:]),
    ]) func rowsAreTheMatrix(_ role: String, _ tenant: String, _ expected: [String: String]) throws {
        let rules = try #require(try Spotex.policy().ruleSet(role, tenant))
        #expect(rules.types.compactMapValues { $0.rows.map { show($0.condition) } } == expected)
        for type in rules.types.values { if let rows = type.rows { #expect(rows.required == [.id]) } }
    }

    @Test func limitsAreLowered() throws {
        let policy = try Spotex.policy()
        #expect(policy.ruleSet("client", "agency-001")?.limits == RuleLimits())
        #expect(policy.ruleSet("client", "agency-002")?.limits == [.depth: 8])
        #expect(policy.ruleSet("agency_owner", "agency-002")?.limits == [.depth: 8])
    }

    @Test func auditLogKeysAreNumbersShownAsIDs() throws {
        let catalog = try Spotex.catalog.get()
        #expect(catalog.types["AuditLog"]?.key.single?.type == .int8)
        #expect(catalog.types["Payment"]?.column("currency")?.type == .bpchar)
        #expect(catalog.schema.type("AuditLog")?.fields?["id"]?.type.description == "ID!")
    }

    @Test func defaultOrdersAreTheInterfaces() throws {
        let orders = try Spotex.catalog.get().types.mapValues {
            $0.defaultOrder.map { "\($0.column.field) \($0.direction.rawValue)" }.joined(separator: ", ")
        }
        let newest = "createdAt DESC, id ASC"
        #expect(
            orders == [
                "Tenant": newest, "Site": newest, "Ticket": newest, "Payment": newest, "Notification": newest,
                "AuditLog": newest, "TenantSubscription": newest,
                "TicketMessage": "createdAt ASC, id ASC", "Domain": "name ASC, id ASC", "User": "id ASC",
            ])
    }
}
