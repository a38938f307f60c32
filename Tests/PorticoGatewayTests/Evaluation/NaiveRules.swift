import JSONBytes

/// Access rules as data: written out as the files that the gateway reads, and applied here by hand.
struct NaiveRules: Sendable {
    enum Reach: String, Sendable { case tenant, subtree, crossTenant }

    struct Read: Hashable, Sendable {
        var fields: Set<String>
        var rows: NaiveCondition?
        var isOptional = false
    }

    struct Role: Sendable {
        var reach: Reach
        var types: [String: Read]
    }

    struct Narrowing: Hashable, Sendable {
        var hide: Set<String> = []
        var rows: NaiveCondition?
    }

    struct TenantFile: Sendable {
        /// `role.Type.read`
        var grants: Set<String> = []
        /// By `role.Type`.
        var narrowings: [String: Narrowing] = [:]
    }

    var roles: [String: Role]
    var tenants: [String: TenantFile]

    // MARK: Files

    /// JSON is YAML.
    var rolesFile: String {
        object([
            "roles": object(
                roles.mapValues { role in
                    var members: [String: JSONValue] =
                        role.reach == .crossTenant
                        ? ["crossTenant": .bool(true)] : ["reach": .string(role.reach.rawValue)]
                    for (type, read) in role.types {
                        var rule: [String: JSONValue] = ["fields": .array(read.fields.sorted().map(JSONValue.string))]
                        if let rows = read.rows { rule["rows"] = rows.json }
                        if read.isOptional { rule["optional"] = .bool(true) }
                        members[type] = object(["read": object(rule)])
                    }
                    return object(members)
                })
        ]).compact
    }

    var tenantFiles: [(tenant: String, text: String)] {
        tenants.sorted { $0.key < $1.key }.map { tenant, file in
            var members: [String: [String: JSONValue]] = [:]
            for (place, narrowing) in file.narrowings {
                let parts = place.split(separator: ".").map(String.init)
                var rule: [String: JSONValue] = [:]
                if !narrowing.hide.isEmpty { rule["hide"] = .array(narrowing.hide.sorted().map(JSONValue.string)) }
                if let rows = narrowing.rows { rule["rows"] = rows.json }
                members[parts[0], default: [:]][parts[1]] = object(["read": object(rule)])
            }
            var content = members.mapValues(object)
            if !file.grants.isEmpty { content["grants"] = .array(file.grants.sorted().map(JSONValue.string)) }
            return (tenant, object(content).compact)
        }
    }

    private func object(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.sorted { $0.key < $1.key }.map { JSONMember(key: $0.key, value: $0.value) })
    }

    // MARK: What they leave

    /// What the viewers of a role in a tenant may read.
    func view(role: String, tenant: String?) -> View {
        guard let rules = roles[role] else { return View(reach: .tenant, types: [:]) }
        let file = tenant.flatMap { tenants[$0] } ?? TenantFile()
        var types: [String: (fields: Set<String>, rows: [NaiveCondition])] = [:]
        for (type, read) in rules.types where !read.isOptional || file.grants.contains("\(role).\(type).read") {
            let narrowing = file.narrowings["\(role).\(type)"] ?? Narrowing()
            types[type] = (read.fields.subtracting(narrowing.hide), [read.rows, narrowing.rows].compactMap(\.self))
        }
        // A relation to what cannot be read is not there, and a type without fields neither, which
        // may take further relations with it.
        var isSettled = false
        while !isSettled {
            isSettled = true
            let readable = Set(types.keys)
            for (type, rule) in types {
                let entity = NaiveModel.entity(type)
                let left = rule.fields.filter { name in
                    entity.relation(name).map { readable.contains($0.target) } ?? true
                }
                if left.count < rule.fields.count || left.isEmpty { isSettled = false }
                types[type] = left.isEmpty ? nil : (left, rule.rows)
            }
        }
        return View(reach: rules.reach, types: types)
    }

    struct View {
        var reach: Reach
        var types: [String: (fields: Set<String>, rows: [NaiveCondition])]

        func fields(_ type: String) -> [NaiveModel.Field] {
            NaiveModel.entity(type).fields.filter { types[type]?.fields.contains($0.name) == true }
        }
        func relations(_ type: String) -> [NaiveModel.Relation] {
            NaiveModel.entity(type).relations.filter { types[type]?.fields.contains($0.name) == true }
        }
    }

    // MARK: Spotex

    /// The table of the contract's access rules, and the two tenants that have files.
    static let spotex: NaiveRules = {
        let all = Dictionary(uniqueKeysWithValues: NaiveModel.entities.map { ($0.name, Read(fields: $0.allNames)) })
        func isViewer(_ field: String) -> NaiveCondition {
            .test(field, [NaiveTest(comparison: "eq", operand: .viewer("id"))])
        }
        func choice(_ type: String, _ field: String, _ value: String) -> NaiveOperand {
            guard case .choice(let names)? = NaiveModel.entity(type).field(field)?.kind,
                let place = names.firstIndex(of: value)
            else { fatalError("\(type).\(field)") }
            return .value(.choice(place, value))
        }
        let own = Read(fields: NaiveModel.entity("Notification").allNames, rows: isViewer("userId"))
        var owner = all
        owner["Notification"] = own
        var agent = all
        agent["Tenant"] = Read(fields: [
            "id", "name", "domain", "tier", "status", "parent", "children", "users", "sites", "tickets", "domains",
            "payments",
        ])
        agent["User"] = Read(fields: [
            "id", "name", "email", "role", "status", "tenant", "tenantId", "createdTickets", "assignedTickets",
        ])
        agent["TenantSubscription"] = nil
        agent["Payment"]?.isOptional = true
        agent["Notification"] = own
        agent["AuditLog"] = nil
        let client: [String: Read] = [
            "Tenant": Read(fields: ["id", "name", "domain"]),
            "User": Read(
                fields: ["id", "name", "role"],
                rows: .or([
                    isViewer("id"),
                    .test("role", [NaiveTest(comparison: "ne", operand: choice("User", "role", "CLIENT"))]),
                ])),
            "Site": Read(
                fields: ["id", "name", "domain", "status", "sslStatus", "tickets"],
                rows: .many("tickets", .some, isViewer("creatorId"))),
            "Ticket": Read(
                fields: NaiveModel.entity("Ticket").allNames.subtracting(["assigneeId", "assignee"]),
                rows: isViewer("creatorId")),
            "TicketMessage": Read(
                fields: NaiveModel.entity("TicketMessage").allNames.subtracting(["internal"]),
                rows: .and([
                    .test("internal", [NaiveTest(comparison: "eq", operand: .value(.bool(false)))]),
                    .one("ticket", isViewer("creatorId")),
                ])),
            "Notification": own,
        ]
        return NaiveRules(
            roles: [
                "super_admin": Role(reach: .crossTenant, types: all),
                "agency_owner": Role(reach: .subtree, types: owner), "agency_agent": Role(reach: .tenant, types: agent),
                "client": Role(reach: .tenant, types: client), "anonymous": Role(reach: .tenant, types: [:]),
            ],
            tenants: [
                "agency-001": TenantFile(narrowings: ["client.User": Narrowing(hide: ["role"])]),
                "agency-002": TenantFile(
                    grants: ["agency_agent.Payment.read"],
                    narrowings: [
                        "client.Ticket": Narrowing(
                            hide: ["slaResponseDueAt", "slaResolutionDueAt"],
                            rows: .test(
                                "status", [NaiveTest(comparison: "ne", operand: choice("Ticket", "status", "CLOSED"))]))
                    ]),
            ])
    }()
}
