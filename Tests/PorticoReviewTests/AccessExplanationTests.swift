import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PorticoReview
import TestFixtures
import Testing

/// Rules of the tests' own, so that their lines are the tests' own too.
enum Explained {
    static let roles = SourceText(
        name: "roles.yaml",
        """
        roles:
          admin:
            crossTenant: true
            Ticket: { read: { fields: all } }
          auditor:
            crossTenant: true
            Ticket: { read: { fields: { except: [status, description] }, rows: { status: { ne: OPEN }, subject: { isNull: false } } } }
          agent:
            Tenant: { read: { fields: [id, name, payments] } }
            Payment: { read: { fields: { except: [createdAt] }, optional: true } }
          client:
            User: { read: { fields: [id, name] } }
            Ticket:
              read:
                fields: { except: [assignee] }
                rows: { creatorId: { eq: $viewer.id } }
            TicketMessage:
              read:
                fields: { except: [internal, createdAt] }
                rows: { internal: { eq: false }, ticket: { subject: { eq: $viewer.claims.team } } }
        """)
    static let tenant = SourceText(
        name: "tenants/t.yaml",
        """
        grants: [agent.Payment.read]
        client:
          Ticket:
            read:
              rows: { status: { ne: CLOSED } }
              hide: [slaResponseDueAt]
        """)
    static let policy = Result { () throws -> Policy in
        try Policy.load(catalog: Fixture.catalog, roles: roles, tenants: [tenant])
    }

    static func explainer(
        _ policy: Policy, role: String, tenant: String?, id: String? = nil
    ) throws -> (AccessExplainer, ViewerDescription, CompiledPolicy) {
        guard case .rules(let rules) = policy.rules(role: role, tenant: tenant) else { throw MissingRules() }
        let provenance = try #require(policy.provenance(role: role, tenant: tenant))
        let viewer = Viewer(id: id, role: role, tenant: tenant, tenants: tenant.map { [$0] } ?? [])
        let scope = TenantScope(viewer, reach: rules.reach)
        let explainer = AccessExplainer(
            catalog: Fixture.catalog, rules: rules, provenance: provenance, scope: scope,
            viewer: id == nil ? nil : viewer)
        return (explainer, ViewerDescription(user: id, rules: rules, provenance: provenance), rules)
    }

    static func text(
        _ query: String, role: String, tenant: String?, id: String? = nil, variables: String = "{}"
    ) throws -> String {
        let (explainer, description, _) = try explainer(try policy.get(), role: role, tenant: tenant, id: id)
        guard case .object(let given) = try parseJSON(Array(variables.utf8)) else { throw MissingRules() }
        return explainer.explain(try Fixture.operation(query), source: SourceText(name: "", query), variables: given)
            .text(description)
    }

    struct MissingRules: Error {}
}

@Suite struct AccessExplanationTests {
    @Test func whatAClientMayHaveOfItsTicketsAndWhy() throws {
        let query = """
            query Mine($where: TicketFilter) {
              tickets(where: $where) { subject assignee { name } messages { body } }
            }
            """
        let text = try Explained.text(
            query, role: "client", tenant: "t", id: "c1", variables: #"{"where":{"slaResponseDueAt":{"isNull":true}}}"#)
        #expect(
            text == """
                viewer  c1, client of t, within its own tenant
                rules   roles.yaml:11:3, narrowed by tenants/t.yaml
                query   refused: 2 of 7 uses are denied

                fields
                  allowed  2:3   tickets                           Ticket may be read                                      roles.yaml:14:7
                  denied   2:18  tickets(where: slaResponseDueAt)  Ticket.slaResponseDueAt is hidden by the tenant's file  tenants/t.yaml:6:14
                  allowed  2:28  tickets.subject                   Ticket.subject is not named in `except`                 roles.yaml:15:19
                  denied   2:36  tickets.assignee                  Ticket.assignee is named in `except`                    roles.yaml:15:28
                  allowed  2:47  tickets.assignee.name             User.name is named in `fields`                          roles.yaml:12:34
                  allowed  2:54  tickets.messages                  Ticket.messages is not named in `except`                roles.yaml:15:19
                  allowed  2:65  tickets.messages.body             TicketMessage.body is not named in `except`             roles.yaml:19:19

                rows of Ticket
                  isolation  tenantId is the viewer's tenant  resolvers/Ticket.yaml:2:12
                             (t0."tenant_id" = $1)
                  rule       creatorId is the viewer's id  roles.yaml:16:9
                             (t0."creator_id" = $2)
                  rule       status is not CLOSED  tenants/t.yaml:5:7
                             (t0."status" <> $3)
                  with       $1 the viewer's tenant, $2 the viewer's id, $3 "closed"

                rows of User
                  isolation  tenantId is the viewer's tenant  resolvers/User.yaml:2:12
                             (t0."tenant_id" = $1)
                  rule       every row within reach  roles.yaml:12:13
                  with       $1 the viewer's tenant

                rows of TicketMessage
                  isolation  ticket.tenantId is the viewer's tenant  resolvers/TicketMessage.yaml:2:12
                             EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = t0."ticket_id") AND (p0."tenant_id" = $1))
                  rule       the viewer has the claim team  roles.yaml:20:9
                             ($2::text IS NOT NULL)
                  rule       internal is false  roles.yaml:20:9
                             (t0."internal" = false)
                  rule       ticket.subject is the viewer's claim team  roles.yaml:20:9
                             EXISTS (SELECT 1 FROM "tickets" AS t1 WHERE (t1."id" = t0."ticket_id") AND COALESCE((t1."tenant_id" = $1), false) AND (t1."subject" = $2))
                  with       $1 the viewer's tenant, $2 the viewer's claim team

                orders
                  tickets.messages is not ordered by createdAt ASC, its default: TicketMessage.createdAt is named in `except`  roles.yaml:19:38

                what the viewer is told
                  2:36  Type "Ticket" has no field "assignee". Did you mean "assigneeId"?

                """)
    }

    @Test func anOptionalGrantNamesBothLines() throws {
        let query = "{ tenants { payments { amount createdAt } } }"
        #expect(
            try Explained.text(query, role: "agent", tenant: "t") == """
                viewer  agent of t, within its own tenant
                rules   roles.yaml:8:3, narrowed by tenants/t.yaml
                query   refused: 1 of 4 uses is denied

                fields
                  allowed  1:3   tenants                     Tenant may be read                       roles.yaml:9:15
                  allowed  1:13  tenants.payments            Tenant.payments is named in `fields`     roles.yaml:9:42
                  allowed  1:24  tenants.payments.amount     Payment.amount is not named in `except`  roles.yaml:10:34, granted at tenants/t.yaml:1:10
                  denied   1:31  tenants.payments.createdAt  Payment.createdAt is named in `except`   roles.yaml:10:43, granted at tenants/t.yaml:1:10

                rows of Tenant
                  isolation  id is the viewer's tenant  resolvers/Tenant.yaml:2:12
                             (t0."id" = $1)
                  rule       every row within reach  roles.yaml:9:15
                  with       $1 the viewer's tenant

                rows of Payment
                  isolation  tenantId is the viewer's tenant  resolvers/Payment.yaml:2:12
                             (t0."tenant_id" = $1)
                  rule       every row within reach  roles.yaml:10:16, granted at tenants/t.yaml:1:10
                  with       $1 the viewer's tenant

                orders
                  tenants is not ordered by createdAt DESC, its default: Tenant.createdAt is not named in `fields`  roles.yaml:9:31
                  tenants.payments is not ordered by createdAt DESC, its default: Payment.createdAt is named in `except`  roles.yaml:10:43

                what the viewer is told
                  1:31  Type "Payment" has no field "createdAt".

                """)
        let other = try Explained.text("{ tenants { payments { amount } } }", role: "agent", tenant: "u")
        #expect(
            other.contains(
                "  denied   1:13  tenants.payments         Tenant.payments leads to Payment: Payment is optional, and the tenant's file does not grant it  roles.yaml:10:57\n"
            ))
        #expect(
            other.contains(
                "rows of Payment\n  none       Payment is optional, and the tenant's file does not grant it  roles.yaml:10:57\n"
            ))
    }

    @Test func limitsAndMissingVariablesAreSaid() throws {
        let text = try Explained.text(
            "query Q($where: TicketFilter) { tickets(where: $where, first: 501) { id } ticket(id: 1) { subject } }",
            role: "admin", tenant: nil)
        #expect(text.contains("query   refused: every field is allowed, the operation is not\n"))
        #expect(
            text.contains(
                "  isolation  rows of every tenant: the role is `crossTenant`  roles.yaml:2:3\n  rule       every row within reach  roles.yaml:4:15\n"
            ))
        #expect(
            text.hasSuffix(
                """
                what the viewer is told
                  1:33  "first" is at most 500 here; it is 501.

                note: no value is given for $where; the fields that it would name are not listed

                """))
    }

    @Test func nobodySignedInIsToldWhoMentionsNothing() throws {
        #expect(
            try Explained.text("{ apiVersion viewer { id } tickets { id } }", role: "anonymous", tenant: nil).hasPrefix(
                """
                viewer  anonymous, without a tenant
                rules   no file mentions the role
                query   refused: 4 of 5 uses are denied

                fields
                  allowed  1:3   apiVersion  everybody may read it
                  denied   1:14  viewer      nobody has signed in
                  denied   1:23  viewer.id   the role states nothing for User
                  denied   1:28  tickets     the role states nothing for Ticket

                """))
    }

    /// What the explanation says of one field, used in every way there is, is what the viewer's own
    /// schema says of it.
    @Test(
        arguments: [
            ("admin", "t"), ("auditor", "t"), ("agent", "t"), ("agent", "u"), ("client", "t"), ("client", "u"),
            ("anonymous", nil),
        ] as [(String, String?)])
    func anExplanationRefusesExactlyWhatTheViewersSchemaRefuses(_ role: String, _ tenant: String?) throws {
        let (explainer, _, rules) = try Explained.explainer(try Explained.policy.get(), role: role, tenant: tenant)
        var refused = 0, allowed = 0
        for (root, binding) in Fixture.catalog.root.sorted(by: { $0.key < $1.key }) {
            guard case .list(let type) = binding, let fields = Fixture.catalog.types[type]?.fields else { continue }
            for (field, bound) in fields.sorted(by: { $0.key < $1.key }) {
                var queries = ["{ \(root) { \(field) } }"]
                switch bound {
                case .relation(let relation):
                    queries = ["{ \(root) { \(field) { __typename } } }"]
                    if relation.cardinality == .one {
                        queries.append("{ \(root)(where: { \(field): {} }) { __typename } }")
                    }
                    if relation.cardinality == .many {
                        queries.append(
                            "{ \(root)Connection(where: { \(field): { none: {} } }) { totalCount } \(root) { \(field)Aggregate { count } } }"
                        )
                    }
                case .column(let column), .computed(let column):
                    if case .array = column.type {
                    } else if column.type.isOrderable {
                        queries.append("{ \(root)(orderBy: { \(field): ASC }) { __typename } }")
                    }
                    queries.append("{ \(root)Aggregate(where: { not: { \(field): { isNull: true } } }) { count } }")
                }
                for query in queries {
                    let source = SourceText(name: "", query), document = try parse(source, allow: .executable)
                    let errors = Validator(schema: rules.schema).validate(document, source: source)
                    let explanation = explainer.explain(try Fixture.operation(query), source: source, variables: [])
                    #expect(explanation.uses.contains { !$0.isAllowed } == !errors.isEmpty, "\(role) \(query)")
                    #expect(explanation.refusals.isEmpty == errors.isEmpty, "\(role) \(query)")
                    if errors.isEmpty { allowed += 1 } else { refused += 1 }
                }
            }
        }
        #expect(refused + allowed > 200)
        #expect(role == "anonymous" || allowed > 0)
    }

    /// A viewer who does not see a field is not told of it by what explains its own rules.
    @Test func anExplanationForTheViewerItselfNamesNothingHidden() throws {
        let (explainer, description, rules) = try Explained.explainer(
            try Explained.policy.get(), role: "auditor", tenant: nil, id: "a")
        let query = "{ tickets { subject } }", source = SourceText(name: "", query)
        let operation = try Validator(schema: rules.schema).operation(
            try parse(source, allow: .executable), source: source, named: nil)
        let explanation = explainer.explainToItself(operation, source: source, variables: [])
        let buffer = ResponseBuffer()
        explanation.json(description).write(into: buffer)
        let text = String(decoding: buffer.takeBytes(), as: UTF8.self)
        #expect(
            text == #"""
                {"viewer":{"user":"a","role":"auditor","tenant":null,"reach":"crossTenant","origin":"roles.yaml:5:3","tenantFile":null},"refused":false,\#
                "fields":[{"path":"tickets","use":"select","location":{"line":1,"column":3},"allowed":true,"reason":"Ticket may be read","origin":"roles.yaml:7:15","grant":null},\#
                {"path":"tickets.subject","use":"select","location":{"line":1,"column":13},"allowed":true,"reason":"Ticket.subject is not named in `except`","origin":"roles.yaml:7:33","grant":null}],\#
                "types":[{"type":"Ticket","readable":true,"reason":"Ticket may be read","origin":"roles.yaml:7:15","grant":null,\#
                "conditions":[{"kind":"isolation","words":"rows of every tenant: the role is `crossTenant`","sql":null,"origin":"roles.yaml:5:3"},\#
                {"kind":"rule","words":"a condition on what this schema does not have","sql":null,"origin":"roles.yaml:7:66"},\#
                {"kind":"rule","words":"subject is not null","sql":"(t0.\"subject\" IS NOT NULL)","origin":"roles.yaml:7:66"}],"parameters":[]}],\#
                "lostOrders":[],"errors":[],"missingVariables":[],"complete":true}
                """#)
        #expect(!text.contains("status") && !text.contains("description") && !text.contains("OPEN"))
    }

    /// Fragments that double at each level would be millions of fields.
    @Test func usesAreListedUpToALimit() throws {
        let fragments =
            (0..<11).map {
                "fragment F\($0) on Ticket { a: tenant { tickets { ...F\($0 + 1) } } b: tenant { tickets { ...F\($0 + 1) } } }"
            } + ["fragment F11 on Ticket { id }"]
        let query = "{ tickets { ...F0 } }\n" + fragments.joined(separator: "\n")
        let source = SourceText(name: "", query)
        let operation = try Validator(
            schema: Fixture.catalog.schema,
            limits: ValidationLimits(depth: 100, aliases: 100_000, selections: 1_000_000)
        ).operation(try parse(source, allow: .executable), source: source, named: nil)
        let (explainer, _, _) = try Explained.explainer(try Explained.policy.get(), role: "admin", tenant: nil)
        let explanation = explainer.explain(operation, source: source, variables: [])
        #expect(explanation.isCut && explanation.uses.count == 5_000)
    }
}

@Suite struct RowProbeTests {
    @Test func eachConditionAndStepIsAColumn() throws {
        let (explainer, _, _) = try Explained.explainer(
            try Explained.policy.get(), role: "client", tenant: "u", id: "c1")
        let probe = try explainer.probe("TicketMessage", id: "m1")
        #expect(
            probe.statement.text == """
                SELECT true::text, EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = t0."ticket_id") AND (p0."tenant_id" = $2))::text, \
                EXISTS (SELECT 1 FROM "tickets" AS t2 WHERE (t2."id" = t0."ticket_id") AND true)::text, ($3::text IS NOT NULL)::text, \
                (t0."internal" = false)::text, t0."internal"::text, \
                EXISTS (SELECT 1 FROM "tickets" AS t1 WHERE (t1."id" = t0."ticket_id") AND COALESCE((t1."tenant_id" = $2), false) AND (t1."subject" = $3))::text, \
                EXISTS (SELECT 1 FROM "tickets" AS t3 WHERE (t3."id" = t0."ticket_id") AND true)::text, \
                EXISTS (SELECT 1 FROM "tickets" AS t4 WHERE (t4."id" = t0."ticket_id") AND COALESCE((t4."tenant_id" = $2), false) AND true)::text, \
                EXISTS (SELECT 1 FROM "tickets" AS t5 WHERE (t5."id" = t0."ticket_id") AND COALESCE((t5."tenant_id" = $2), false) AND (t5."subject" = $3))::text \
                FROM "ticket_messages" AS t0 WHERE (t0."id" = $1)
                """)
    }

    @Test func whatFailsIsSaidWithItsStepsAndItsLine() throws {
        let (explainer, _, _) = try Explained.explainer(
            try Explained.policy.get(), role: "client", tenant: "t", id: "c1")
        let probe = try explainer.probe("TicketMessage", id: "m1")
        let cells = [String?](repeating: "true", count: 40)
        #expect(explainer.witness("TicketMessage", id: "m1", probe: probe, cells: cells).isVisible)
        #expect(
            explainer.witness("TicketMessage", id: "m1", probe: probe, cells: nil).text("c1")
                == "row     TicketMessage:m1 does not exist\n")
        let unknown = explainer.witness(
            "TicketMessage", id: "m1", probe: probe, cells: [String?](repeating: nil, count: 40))
        #expect(!unknown.isVisible && unknown.exists)
        #expect(
            explainer.witness("Payment", id: "p1", probe: try explainer.probe("Payment", id: "p1"), cells: cells).text(
                "c1"
            ).hasPrefix(
                "row     Payment:p1 is invisible to c1: the role states nothing for Payment (roles.yaml:11:3)\n"))
    }

    @Test func aKeyThatCannotBeIsRefused() throws {
        let (explainer, _, _) = try Explained.explainer(try Explained.policy.get(), role: "admin", tenant: nil)
        let error = #expect(throws: ClientError.self) { try explainer.probe("AuditLog", id: "x") }
        #expect(error?.message == "\"x\" is no key of AuditLog: \"x\" is not an integer within 64 bits.")
    }
}
