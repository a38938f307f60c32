/// The Spotex API as the contract tells it, written down once more by hand: what the naive
/// evaluator knows. It shares nothing with the catalog, so that an error in either shows.
enum NaiveModel {
    /// How a field's values compare and look.
    enum Kind: Hashable {
        case id
        /// An id that is a number in the database, and ordered as one.
        case serial
        case text, decimal, time, bool, json, texts
        /// The values in the order of the database's type.
        case choice([String])

        var isOrderable: Bool { self != .json && self != .texts }
        /// Whether it has the operators of an order, and a smallest and a largest value.
        var hasRange: Bool { self == .text || self == .decimal || self == .time }
    }

    struct Field: Hashable {
        var name: String
        var kind: Kind
        var isNullable: Bool

        var column: String { name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) } }
        /// As `groupBy` names it.
        var groupName: String { column.uppercased() }
    }

    struct Relation: Hashable {
        var name: String
        var target: String
        var local: String
        var remote: String
        var isMany: Bool
    }

    struct Entity {
        var name: String
        var table: String
        var list: String
        var getter: String
        /// To-one relations, then the field that holds the tenant.
        var tenantPath: [String]
        /// Newest first, oldest first and the like, before the key.
        var order: (field: String, isDescending: Bool)?
        var fields: [Field]
        var relations: [Relation]

        func field(_ name: String) -> Field? { fields.first { $0.name == name } }
        func relation(_ name: String) -> Relation? { relations.first { $0.name == name } }
        var allNames: Set<String> { Set(fields.map(\.name) + relations.map(\.name)) }
    }

    static let entities: [Entity] = [
        entity(
            "Tenant", "tenants", "tenants tenant", path: "id", order: "createdAt-",
            "id parentId:id? name:text domain:text tier:tier status:tenantStatus settings:json createdAt:time updatedAt:time",
            "parent=Tenant(parentId=id) children=[Tenant](id=parentId) users=[User](id=tenantId) sites=[Site](id=tenantId) tickets=[Ticket](id=tenantId) domains=[Domain](id=tenantId) subscription=TenantSubscription(id=tenantId) payments=[Payment](id=tenantId) auditLogs=[AuditLog](id=tenantId)"
        ),
        entity(
            "User", "users", "users user", path: "tenantId", order: nil,
            "id tenantId:id email:text name:text role:role status:userStatus lastLoginAt:time? createdAt:time updatedAt:time",
            "tenant=Tenant(tenantId=id) createdTickets=[Ticket](id=creatorId) assignedTickets=[Ticket](id=assigneeId) notifications=[Notification](id=userId)"
        ),
        entity(
            "Site", "wordpress_sites", "sites site", path: "tenantId", order: "createdAt-",
            "id tenantId:id name:text domain:text status:siteStatus wordpressVersion:text? phpVersion:text? plugins:texts sslStatus:ssl sslExpiresAt:time? backupFrequency:backup lastBackupAt:time? createdAt:time updatedAt:time",
            "tenant=Tenant(tenantId=id) tickets=[Ticket](id=siteId) domains=[Domain](id=siteId)"),
        entity(
            "Ticket", "tickets", "tickets ticket", path: "tenantId", order: "createdAt-",
            "id tenantId:id siteId:id? creatorId:id assigneeId:id? subject:text description:text priority:priority status:ticketStatus slaResponseDueAt:time? slaResolutionDueAt:time? firstResponseAt:time? resolvedAt:time? createdAt:time updatedAt:time",
            "tenant=Tenant(tenantId=id) site=Site(siteId=id) creator=User(creatorId=id) assignee=User(assigneeId=id) messages=[TicketMessage](id=ticketId)"
        ),
        entity(
            "TicketMessage", "ticket_messages", "ticketMessages ticketMessage", path: "ticket.tenantId",
            order: "createdAt+",
            "id ticketId:id authorId:id body:text internal:bool createdAt:time",
            "ticket=Ticket(ticketId=id) author=User(authorId=id)"),
        entity(
            "Domain", "domains", "domains domain", path: "tenantId", order: "name+",
            "id tenantId:id siteId:id? name:text registrar:text? status:domainStatus expiresAt:time? autoRenew:bool sslStatus:ssl sslExpiresAt:time? createdAt:time updatedAt:time",
            "tenant=Tenant(tenantId=id) site=Site(siteId=id)"),
        entity(
            "TenantSubscription", "subscriptions", "tenantSubscriptions tenantSubscription", path: "tenantId",
            order: "createdAt-",
            "id tenantId:id tier:tier status:subscriptionStatus amount:decimal currency:text currentPeriodStart:time currentPeriodEnd:time createdAt:time updatedAt:time",
            "tenant=Tenant(tenantId=id) payments=[Payment](id=subscriptionId)"),
        entity(
            "Payment", "payments", "payments payment", path: "tenantId", order: "createdAt-",
            "id tenantId:id subscriptionId:id? amount:decimal currency:text status:paymentStatus provider:text? providerReference:text? paidAt:time? createdAt:time",
            "tenant=Tenant(tenantId=id) subscription=TenantSubscription(subscriptionId=id)"),
        entity(
            "Notification", "notifications", "notifications notification", path: "user.tenantId", order: "createdAt-",
            "id userId:id kind:text title:text body:text data:json readAt:time? createdAt:time", "user=User(userId=id)"),
        entity(
            "AuditLog", "audit_logs", "auditLogs auditLog", path: "tenantId", order: "createdAt-",
            "id:serial tenantId:id? userId:id? action:text entityType:text entityId:id? changes:json createdAt:time",
            "tenant=Tenant(tenantId=id) user=User(userId=id)"),
    ]

    static let byName = Dictionary(uniqueKeysWithValues: entities.map { ($0.name, $0) })

    static func entity(_ name: String) -> Entity {
        guard let found = byName[name] else { fatalError("no type \(name)") }
        return found
    }

    private static let choices: [String: [String]] = [
        "tier": ["STARTER", "PROFESSIONAL", "BUSINESS", "ENTERPRISE"],
        "tenantStatus": ["ACTIVE", "SUSPENDED", "CANCELLED"],
        "role": ["SUPER_ADMIN", "AGENCY_OWNER", "AGENCY_AGENT", "CLIENT"],
        "userStatus": ["ACTIVE", "INVITED", "DISABLED"],
        "siteStatus": ["DEPLOYING", "ACTIVE", "SUSPENDED", "ERROR", "ARCHIVED"],
        "ssl": ["NONE", "PENDING", "ACTIVE", "EXPIRED"],
        "backup": ["NONE", "DAILY", "WEEKLY", "MONTHLY"], "priority": ["LOW", "MEDIUM", "HIGH", "URGENT"],
        "ticketStatus": ["OPEN", "IN_PROGRESS", "WAITING", "RESOLVED", "CLOSED"],
        "domainStatus": ["PENDING", "ACTIVE", "EXPIRED", "TRANSFERRING"],
        "subscriptionStatus": ["TRIALING", "ACTIVE", "PAST_DUE", "CANCELLED"],
        "paymentStatus": ["PENDING", "COMPLETED", "FAILED", "REFUNDED"],
    ]

    private static func entity(
        _ name: String, _ table: String, _ roots: String, path: String, order: String?, _ fields: String,
        _ relations: String
    ) -> Entity {
        let words = roots.split(separator: " ").map(String.init)
        return Entity(
            name: name, table: table, list: words[0], getter: words[1],
            tenantPath: path.split(separator: ".").map(String.init),
            order: order.map { (String($0.dropLast()), $0.last == "-") },
            fields: fields.split(separator: " ").map(field), relations: relations.split(separator: " ").map(relation))
    }

    private static func field(_ text: Substring) -> Field {
        let isNullable = text.last == "?",
            parts = (isNullable ? text.dropLast() : text).split(separator: ":").map(String.init)
        let kind: Kind =
            switch parts.count > 1 ? parts[1] : "id" {
            case "id": .id
            case "serial": .serial
            case "text": .text
            case "decimal": .decimal
            case "time": .time
            case "bool": .bool
            case "json": .json
            case "texts": .texts
            case let name: .choice(choices[name] ?? [])
            }
        return Field(name: parts[0], kind: kind, isNullable: isNullable)
    }

    /// `name=Target(local=remote)` or `name=[Target](local=remote)`
    private static func relation(_ text: Substring) -> Relation {
        let parts = text.split(whereSeparator: { "=()[]".contains($0) }).map(String.init)
        return Relation(name: parts[0], target: parts[1], local: parts[2], remote: parts[3], isMany: text.contains("["))
    }
}
