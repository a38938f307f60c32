import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import TestRandom
import Testing

/// What a viewer may not see could be anything: other rows and other values in its place change no
/// byte of any answer.
@Suite struct NonInterferenceTests {
    /// Made anew by each test, always the same.
    static var world: NaiveWorld { NaiveWorld(seed: 77) }
    static let database: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase(extra: world.sql) }

    /// Of each role one, in tenants with and without rules of their own.
    private static func viewers(of world: NaiveWorld) throws -> [Viewer] {
        try [
            ("client", "agency-001"), ("client", "agency-002"), ("client", "agency-003"),
            ("agency_agent", "agency-002"), ("agency_owner", "agency-001"), ("agency_owner", "other-000"),
        ].map { role, tenant in
            let user = try #require(world.users.first { $0["tenantId"] == .text(tenant) }, "\(tenant) has users")
            guard case .text(let id) = user.key else {
                throw SpotexFailure(description: "the key of a user is no text: \(user.key)")
            }
            return Viewer(
                id: id, role: role, tenant: tenant, tenants: role == "agency_owner" ? world.subtree(tenant) : [tenant])
        }
    }

    @Test(arguments: 0..<6) func hiddenRowsAndValuesChangeNoByte(_ index: Int) async throws {
        let database = try Self.database.get()
        let world = Self.world
        let viewer = try Self.viewers(of: world)[index]
        let view = NaiveRules.spotex.view(role: viewer.role.text, tenant: viewer.tenant?.text)
        let other = world.replacingHidden(from: viewer, view, seed: UInt64(index))
        #expect(other.changes > 300, "\(other.changes) hidden values and rows")
        let changed = try SpotexDatabase(extra: other.world.sql)
        let rules = try database.rules(viewer)
        var random = RandomEvaluation(seed: 900 + UInt64(index), world: world)
        var rows = 0
        for _ in 0..<130 {
            let asked = random.query(view, isSignedIn: true)
            let query = try #require(asked, "the viewer's rules let it ask for something")
            // With the cursors of pages, which hold what the order is made of.
            let text = query.text.replacing("edges { node", with: "edges { cursor node").replacing(
                "pageInfo {", with: "pageInfo { endCursor")
            let request = try GraphQLRequest(query: Array(text.utf8), variables: JSONText.members(query.variablesText))
            let first = await database.gateway.respond(to: request, viewer: viewer, rules: rules),
                second = await changed.gateway.respond(to: request, viewer: viewer, rules: rules)
            rows += first.observation.rows
            #expect(first.body == second.body, "\(viewer) asks \(text) with \(query.variablesText)")
        }
        #expect(rows > 150, "the queries must find something for their silence to mean anything")
    }

    /// A hidden field and one that the schema does not have give the same error to the last byte,
    /// wherever they are named.
    @Test(arguments: [
        "{ tickets { id assigneeId } }", "{ tickets { assignee { name } } }",
        "{ tickets(where: {assigneeId: {isNull: true}}) { id } }", "{ tickets(where: {assignee: {}}) { id } }",
        "{ tickets(orderBy: [{assigneeId: ASC}]) { id } }",
        "{ ticketsAggregate { groupBy(keys: [{field: ASSIGNEE_ID}]) { count } } }",
        "{ ticketsConnection(orderBy: [{assigneeId: ASC}]) { totalCount } }", "{ users { email } }",
        "{ users(where: {email: {contains: \"a\"}}) { id } }", "{ usersAggregate { max { email } } }",
        "{ users(where: {emial: {eq: \"a\"}}) { id } }", "{ tickets { asignee { id } } }", "{ tickets { assigneeld } }",
        "{ tenants { settings } }", "{ tenants(where: {settings: {hasKey: \"a\"}}) { id } }",
        "{ sites { phpVersion plugins } }", "{ sites(where: {plugins: {isEmpty: true}}) { id } }",
        "{ __type(name: \"Ticket\") { fields { name } } }",
        "{ __type(name: \"TicketFilter\") { inputFields { name } } }",
        "{ __type(name: \"UserOrder\") { inputFields { name } } }",
        "{ __type(name: \"TicketGroupField\") { enumValues { name } } }",
        "{ __type(name: \"SiteMinMax\") { fields { name } } }",
    ])
    func hiddenFieldsAreLikeThoseThatAreNotThere(_ query: String) async throws {
        let database = try Self.database.get()
        let viewer = Viewer(id: "user-1", role: "client", tenant: "agency-003", tenants: ["agency-003"])
        var answers: [[UInt8]] = []
        for rules in try Self.clientRules.get() {
            answers.append(
                await database.gateway.respond(
                    to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: rules
                ).body)
        }
        #expect(String(decoding: answers[0], as: UTF8.self) == String(decoding: answers[1], as: UTF8.self))
        #expect(answers[0].count > 20)
    }

    /// A client's rules, of the whole schema and of one in which some of what it may not read does
    /// not exist.
    private static let clientRules: Result<[CompiledPolicy], any Error> = Result {
        let rules = NaiveRules(roles: NaiveRules.spotex.roles.filter { $0.key == "client" }, tenants: [:])
        let files = try ProjectFiles.read(folder: SpotexDatabase.folder.path(percentEncoded: false))
        let missing: [String: Set<String>] = [
            "Ticket": ["assigneeId", "assignee"], "User": ["email", "assignedTickets", "lastLoginAt"],
            "Tenant": ["settings", "tier"], "Site": ["phpVersion", "plugins"],
        ]
        let smaller = try CatalogLoader.load(
            schemaFile: SourceText(
                name: files.schema.name, Self.without(missing, String(decoding: files.schema.bytes, as: UTF8.self))),
            resolvers: files.resolvers.map { source in
                SourceText(
                    name: source.name,
                    String(decoding: source.bytes, as: UTF8.self).replacing(
                        "  assignedTickets: { via: assigneeId }\n", with: ""))
            })
        return try [database.get().catalog, smaller].map { catalog in
            guard
                case .rules(let set) = try EvaluationRun.policy(rules, catalog).rules(
                    role: "client", tenant: "agency-003")
            else { throw SpotexFailure(description: "no client") }
            return set
        }
    }

    /// The schema's text without some fields and their descriptions.
    private static func without(_ missing: [String: Set<String>], _ schema: String) -> String {
        var type = "", lines: [Substring] = []
        for line in schema.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("type ") { type = String(line.split(separator: " ")[1]) }
            let name = line.drop { $0 == " " }.prefix { $0 != ":" && $0 != "(" }
            if line.hasPrefix("  "), missing[type]?.contains(String(name)) == true {
                if lines.last?.hasPrefix("  \"") == true { lines.removeLast() }
            } else {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension NaiveWorld {
    /// Fields whose values decide what the Spotex rules show, and keys.
    private static let deciding: Set<String> = [
        "id", "tenantId", "parentId", "creatorId", "userId", "ticketId", "role", "internal",
    ]

    /// A world that looks the same to a viewer: whatever it may not see has another value, some
    /// hidden rows are gone, and others are there.
    func replacingHidden(
        from viewer: Viewer, _ view: NaiveRules.View, seed: UInt64
    ) -> (world: NaiveWorld, changes: Int) {
        let seen = NaiveEvaluator(world: self, viewer: viewer, view: view)
        var generator = SeededGenerator(seed: seed), changes = 0
        var tables: [String: [Row]] = [:]
        for entity in NaiveModel.entities {
            let visible = Set(seen.rows(entity.name).map { ObjectIdentifier($0) })
            let isLeaf = ["TicketMessage", "Notification", "Domain", "Payment", "AuditLog"].contains(entity.name)
            var rows: [Row] = []
            for (number, row) in self.rows(entity.name).enumerated() {
                let isVisible = visible.contains(ObjectIdentifier(row)), copy = Row(type: row.type, values: row.values)
                if !isVisible, isLeaf, Int.random(in: 0..<3, using: &generator) == 0 {
                    changes += 1
                    continue
                }
                for field in entity.fields where !Self.deciding.contains(field.name) {
                    if isVisible, view.types[entity.name]?.fields.contains(field.name) == true { continue }
                    // Whether a client has a ticket on a site decides whether it sees the site, and
                    // a status whether it sees the ticket.
                    if entity.name == "Ticket", field.name == "siteId" || field.name == "status" { continue }
                    guard let value = other(field, row, number, &generator), value != row[field.name] else { continue }
                    copy.values[field.name] = value
                    changes += 1
                }
                rows.append(copy)
                if !isVisible, isLeaf, entity.name != "AuditLog", Int.random(in: 0..<3, using: &generator) == 0 {
                    let twin = Row(type: row.type, values: copy.values)
                    if case .text(let id) = row.key { twin.values["id"] = .text("\(id)-twin") }
                    if entity.name == "Domain" { twin.values["name"] = .text("twin\(number).test") }
                    rows.append(twin)
                    changes += 1
                }
            }
            tables[entity.name] = rows
        }
        return (NaiveWorld(tables), changes)
    }

    private func other(
        _ field: NaiveModel.Field, _ row: Row, _ number: Int, _ generator: inout SeededGenerator
    ) -> NaiveValue? {
        // A value that another row has, so that it is a good one; unique ones get a text of their
        // own.
        switch (row.type, field.name) {
        case ("Tenant", "domain"), ("Site", "domain"), ("Domain", "name"), ("User", "email"):
            .text("other\(number).test")
        default: rows(row.type).randomElement(using: &generator)?[field.name]
        }
    }
}
