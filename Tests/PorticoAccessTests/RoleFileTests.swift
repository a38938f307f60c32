import Diagnostics
import PorticoAccess
import PorticoCatalog
import Testing

@Suite struct RoleFileTests {
    @Test(arguments: [
        ("", ["1:1 The file is empty. → Write `{}` for a file that says nothing."]),
        ("{}", ["1:1 The file has no `roles`."]),
        ("roles:\n\tclient: {}", ["2:1 A tab cannot indent a line in YAML: use spaces."]),
        (
            "rolls: {}",
            [
                "1:1 The key `rolls` is not known in the file of the roles. → Did you mean \"roles\"?",
                "1:1 The file has no `roles`.",
            ]
        ),
        (
            "roles: { 1st: {}, grants: {} }",
            [
                "1:10 `1st` cannot be the name of a role. → A name has letters, digits and underscores, and is neither `grants` nor `limits`.",
                "1:19 `grants` cannot be the name of a role. → A name has letters, digits and underscores, and is neither `grants` nor `limits`.",
            ]
        ),
        (
            "roles:\n  client:\n    reech: tenant\n    Tiket: {}",
            [
                "3:5 `reech` is neither a type nor a setting of a role. → Did you mean \"reach\"?",
                "4:5 `Tiket` is neither a type nor a setting of a role. → Did you mean \"Ticket\"?",
            ]
        ),
        ("roles: { a: { reach: all } }", ["1:22 Expected `reach` as one of `tenant`, `subtree`, found `all`."]),
        (
            "roles: { a: { crossTenant: true, reach: tenant } }",
            ["1:41 A role with `crossTenant: true` has no `reach`: no tenant bounds it."]
        ),
        (
            "roles: { a: { limits: { depth: 31, first: 0, cots: 1 } } }",
            [
                "1:46 The key `cots` is not known in `limits`. → Did you mean \"cost\" or \"rows\"?",
                "1:43 Expected `first` at least 1, found 0.",
                "1:32 The limit `depth` can only be lowered: the gateway allows 30, not 31.",
            ]
        ),
        (
            "roles: { a: { Ticket: {} } }",
            ["1:15 The rules for Ticket say nothing. → Write `read: { fields: … }`, or leave the type out."]
        ),
        (
            "roles: { a: { Ticket: { raed: {} } } }",
            [
                "1:25 The key `raed` is not known in the rules for Ticket. → Did you mean \"read\"?",
                "1:15 The rules for Ticket say nothing. → Write `read: { fields: … }`, or leave the type out.",
            ]
        ),
        (
            "roles: { a: { Ticket: { read: {} } } }",
            [
                "1:31 The rule does not say which fields of Ticket may be read. → Write `fields: all`, a list, or `fields: { except: [...] }`."
            ]
        ),
        (
            "roles: { a: { Ticket: { read: { fields: [id, subjekt] } } } }",
            ["1:46 Ticket has no field `subjekt`. → Did you mean \"subject\"?"]
        ),
        (
            "roles: { a: { Ticket: { read: { fields: { except: [asignee] } } } } }",
            ["1:52 Ticket has no field `asignee`. → Did you mean \"assignee\" or \"assigneeId\"?"]
        ),
        (
            "roles: { a: { Ticket: { read: { fields: some } } } }",
            ["1:41 Expected `all`, a list of fields or `{ except: [...] }`, found `some`."]
        ),
        (
            "roles: { a: { Ticket: { read: { fields: all, optional: maybe } } } }",
            ["1:56 Expected `optional` as `true` or `false`, found `maybe`."]
        ),
    ]) func saysWhatIsWrong(_ text: String, _ expected: [String]) throws {
        let found = try Spotex.problems(roles: text)
        #expect(found == expected)
    }

    private func rows(_ rows: String, type: String = "Ticket") -> String {
        "roles: { client: { \(type): { read: { fields: all, rows: \(rows) } } } }"
    }

    @Test(arguments: [
        ("{ creatorId: { eq: $viewer.id } }", "creatorId eq $id"),
        ("{ creatorId: { eq: \"$viewer.id\" } }", "creatorId eq $id"),
        ("{ tenantId: { in: $viewer.tenants } }", "tenantId in $tenants"),
        ("{ status: { in: [OPEN, WAITING] } }", "status in [OPEN WAITING]"),
        ("{ createdAt: { lt: $now } }", "createdAt lt $now"),
        ("{ subject: { eq: $viewer.claims.team } }", "subject eq $claims.team"),
        ("{ createdAt: { gte: 2025-01-01T00:00:00+01:00 } }", "createdAt gte \"2024-12-31T23:00:00Z\""),
        ("{ subject: { eq: 5 } }", "subject eq \"5\""), ("{ subject: { contains: $5 } }", "subject contains \"$5\""),
        ("{ creator: { role: { eq: $viewer.role } } }", "creator(role eq $role)"),
        ("{ assigneeId: { isNull: true } }", "assigneeId isNull true"),
        ("{ not: { messages: { some: { internal: { eq: true } } } } }", "not(some messages(internal eq true))"),
        ("{}", "all()"), ("{ or: [] }", "any()"), ("{ subject: { like: 'a%' } }", "subject like \"a%\""),
    ]) func readsRows(_ text: String, _ expected: String) throws {
        let policy = try Policy.load(
            catalog: Spotex.catalog.get(), roles: SourceText(name: "roles.yaml", rows(text)), tenants: [])
        let rule = try #require(policy.ruleSet("client", nil)?.types["Ticket"]?.rows)
        #expect(show(rule.condition) == expected)
        #expect(rule.origins == [RuleOrigin(file: "roles.yaml", line: 1, column: 51)])
    }

    @Test(arguments: [
        ("{ data: { contains: { a: [1, true, 'x'], b: y } } }", #"data contains {"a":[1,true,"x"],"b":"y"}"#),
        ("{ data: { hasKey: a } }", "data hasKey \"a\""),
        ("{ userId: { eq: $viewer.claims.sub-id } }", "userId eq $claims.sub-id"),
    ]) func readsRowsOfOtherTypes(_ text: String, _ expected: String) throws {
        let roles = SourceText(name: "roles.yaml", rows(text, type: "Notification"))
        let rule = try #require(
            try Policy.load(catalog: Spotex.catalog.get(), roles: roles, tenants: []).ruleSet("client", nil)?.types[
                "Notification"]?.rows)
        #expect(show(rule.condition) == expected)
    }

    @Test(arguments: [
        ("{ creator: { eq: x } }", ["70 User has no field `eq`."]),
        (
            "{ creatorld: { eq: x } }",
            ["59 Ticket has no field `creatorld`. → Did you mean \"creatorId\", \"creator\" or \"createdAt\"?"]
        ),
        (
            "{ creatorId: { gt: x } }",
            [
                "72 The field `creatorId` of Ticket has no operator `gt`. → It has eq, ne, in, notIn, isNull, distinctFrom, notDistinctFrom."
            ]
        ),
        (
            "{ creatorId: { eq: $viewer.idd } }",
            ["76 `$viewer.idd` is not known. → Did you mean \"$viewer.id\" or \"$viewer.role\"?"]
        ),
        ("{ creatorId: { in: $viewer.id } }", ["76 `$viewer.id` is one value: use `eq` or `ne`."]),
        (
            "{ creatorId: { in: [a, $viewer.id] } }",
            ["80 `$viewer.id` cannot stand within a list of values. → Write `or` with one condition for each value."]
        ),
        ("{ tenantId: { eq: $viewer.tenants } }", ["75 `$viewer.tenants` is a list: use `in` or `notIn` on an id."]),
        ("{ subject: { lt: $now } }", ["74 `$now` is compared with one point of time."]),
        ("{ status: { eq: $viewer.role } }", ["73 `$viewer.role` is CLIENT here, which TicketStatus does not have."]),
        ("{ status: { eq: $viewer.id } }", ["73 `$viewer.id` is compared with an id or a text."]),
        ("{ status: { eq: OPENED } }", ["73 TicketStatus has no value `OPENED`. → Did you mean \"OPEN\"?"]),
        (
            "{ createdAt: { gt: yesterday } }",
            [
                "76 DateTime cannot represent \"yesterday\": a point of time is written as in RFC 3339, with its time zone, such as \"2025-03-01T10:20:30Z\" or \"2025-03-01T11:20:30+01:00\"."
            ]
        ),
        ("{ assigneeId: { eq: null } }", ["77 `eq` cannot be null: ask for a missing value with `isNull: true`."]),
        (
            "{ assigneeId: { notDistinctFrom: } }",
            ["90 `notDistinctFrom` cannot be null: ask for a missing value with `isNull: true`."]
        ),
        ("{ assigneeId: { eq: } }", ["77 `eq` cannot be null: ask for a missing value with `isNull: true`."]),
        ("{ assigneeId: { isNull: 1 } }", ["81 Expected `true` or `false`, found `1`."]),
        (
            "{ subject: { like: 'a\\' } }",
            ["76 A pattern cannot end in a lone backslash: write `\\\\` for a backslash."]
        ),
        ("{ id: {} }", ["63 Name an operator, such as `eq`: an object without them says nothing."]),
        ("[]", ["57 Expected a filter of Ticket as an object."]),
    ]) func refusesRows(_ text: String, _ expected: [String]) throws {
        let found = try Spotex.problems(roles: rows(text))
        #expect(found == expected.map { "1:\($0)" })
    }

    @Test func anUnisolatedTypeIsForCrossTenantRolesAlone() throws {
        let files = try Spotex.files.get()
        let resolvers = files.resolvers.map {
            $0.name.hasSuffix("/Payment.yaml") ? SourceText(name: $0.name, "table: payments") : $0
        }
        let catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: resolvers)
        let text = """
            roles:
              root: { crossTenant: true, Payment: { read: { fields: all, rows: { tenant: { payments: { some: {} } } } } } }
              owner:
                Payment: { read: { fields: all } }
                Tenant: { read: { fields: all, rows: { payments: { some: {} } } } }
            """
        #expect(
            try Spotex.problems(roles: text, catalog: catalog) == [
                "4:5 Payment states no isolation: only roles with `crossTenant: true` may read it. → State `isolation` in resolvers/Payment.yaml, or `isolation: none` where its rows belong to no tenant.",
                "5:42 The rule reaches Payment, which states no isolation: only roles with `crossTenant: true` reach it.",
            ])
    }

    @Test func aTypeWithoutFieldsDisappearsWithAllThatLeadsToIt() throws {
        let text =
            "roles: { a: { Payment: { read: { fields: [subscription] } }, TenantSubscription: { read: { fields: [auditLogs] } } } }"
        #expect(try Spotex.problems(roles: text) == ["1:101 TenantSubscription has no field `auditLogs`."])
        let roles = SourceText(
            name: "roles.yaml",
            "roles: { a: { Payment: { read: { fields: [subscription] } }, TenantSubscription: { read: { fields: [tenant] } } } }"
        )
        let set = try #require(
            try Policy.load(catalog: Spotex.catalog.get(), roles: roles, tenants: []).ruleSet("a", nil))
        #expect(set.types.isEmpty)
        #expect(set.schema.queryType.fields.names == ["apiVersion"])
    }

    @Test func aGetterByAHiddenFieldIsHidden() throws {
        let roles = SourceText(name: "roles.yaml", "roles: { a: { Ticket: { read: { fields: [subject] } } } }")
        let set = try #require(
            try Policy.load(catalog: Spotex.catalog.get(), roles: roles, tenants: []).ruleSet("a", nil))
        #expect(
            set.schema.queryType.fields.names == ["apiVersion", "tickets", "ticketsConnection", "ticketsAggregate"])
    }
}
