import Testing

/// Where isolation paths end, by the foreign keys of the database.
@Suite struct IsolationPathCommandTests {
    private static func isolation(_ file: String, _ before: String, _ after: String) throws -> ProjectFixture {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace("isolation: \(before)", by: "isolation: \(after)", in: "resolvers/\(file).yaml")
        return fixture
    }

    /// A path to a user passes everything else: a user may be called like a tenant.
    @Test(arguments: [
        (
            "Ticket", "tenantId", "creatorId",
            "The isolation of Ticket ends at tickets.creator_id, which refers to users.id and not to tenants.id",
            "Write `isolation: tenantId`."
        ),
        (
            "Ticket", "tenantId", "{ column: creatorId, unchecked: \"I know better\" }",
            "The isolation of Ticket ends at tickets.creator_id", "Write `isolation: tenantId`."
        ),
        (
            "TicketMessage", "ticket.tenantId", "ticket.siteId",
            "The isolation of TicketMessage ends at tickets.site_id, which refers to wordpress_sites.id",
            "Write `isolation: ticket.tenantId`."
        ),
        (
            "Notification", "user.tenantId", "userId",
            "The isolation of Notification ends at notifications.user_id, which refers to users.id",
            "No column of notifications refers to tenants"
        ),
    ])
    func `a path that leads elsewhere stops everything`(
        _ file: String, _ before: String, _ after: String, _ message: String, _ hint: String
    ) throws {
        let fixture = try Self.isolation(file, before, after)
        let check = try fixture.run(["check"])
        #expect(check.status == 1 && check.output.contains(message) && check.output.contains(hint), "\(check.output)")
        #expect(check.output.contains("resolvers/\(file).yaml:2:"), "\(check.output)")
        let prove = try fixture.run(["access", "prove"])
        #expect(
            prove.status == 1 && prove.output.contains(message) && prove.output.contains("not proven"),
            "\(prove.output)")
        let serve = try fixture.run(["serve", "--port", "0"])
        #expect(
            serve.status == 1 && serve.errors.contains("the gateway does not start") && serve.errors.contains(message),
            "\(serve.errors)")
    }

    /// Its end may be right, and a step of it wrong.
    @Test func `a step that leads elsewhere stops everything`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.replace(
            "order:", by: "relations:\n  ticket: { by: authorId }\norder:", in: "resolvers/TicketMessage.yaml")
        let message =
            "The isolation of TicketMessage leads over TicketMessage.ticket, whose column ticket_messages.author_id refers to users.id and not to tickets.id"
        let check = try fixture.run(["check"])
        #expect(check.status == 1 && check.output.contains(message), "\(check.output)")
        let serve = try fixture.run(["serve", "--port", "0"])
        #expect(serve.status == 1 && serve.errors.contains(message), "\(serve.errors)")
    }

    @Test func `without a foreign key the file has to say so`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey")
        let before = try fixture.run(["check"])
        #expect(before.status == 1)
        #expect(
            before.output.contains(
                "No foreign key says that tickets.tenant_id, at which the isolation of Ticket ends, names a tenant."),
            "\(before.output)")
        #expect(
            before.output.contains(
                #"ALTER TABLE "tickets" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");"#),
            "\(before.output)")
        #expect(before.output.contains("`isolation: { column: tenantId, unchecked: \"…\" }`"), "\(before.output)")
        // Paths of other types end there as well.
        #expect(before.output.contains("the isolation of TicketMessage ends"), "\(before.output)")
        #expect(try fixture.run(["access", "prove"]).status == 1)

        try fixture.project.replace(
            "isolation: tenantId", by: "isolation: { column: tenantId, unchecked: \"imported nightly\" }",
            in: "resolvers/Ticket.yaml")
        try fixture.project.replace(
            "isolation: ticket.tenantId", by: "isolation: { column: ticket.tenantId, unchecked: \"as in tickets\" }",
            in: "resolvers/TicketMessage.yaml")
        let after = try fixture.run(["check"])
        #expect(after.status == 0, "\(after.output)")
        let prove = try fixture.run(["access", "prove"])
        #expect(
            prove.status == 0
                && prove.output.contains(
                    "taken on trust: that the isolation of Ticket ends at a tenant (imported nightly)"),
            "\(prove.output)")
        #expect(
            prove.output.contains("the paths of isolation end at tenants, by foreign keys: ")
                && !prove.output.contains("foreign keys: Ticket"), "\(prove.output)")
    }

    @Test func `the hint of a missing key is SQL that cures it`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE domains DROP CONSTRAINT domains_tenant_id_fkey")
        #expect(try fixture.run(["check"]).status == 1)
        try fixture.psql(#"ALTER TABLE "domains" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")"#)
        #expect(try fixture.run(["check"]).status == 0)
    }

    /// A tenant that is kept equal to that of the site is the site's.
    @Test func `keys of several columns are followed`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(
            """
            ALTER TABLE wordpress_sites ADD UNIQUE (tenant_id, id);
            ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey, ADD FOREIGN KEY (tenant_id, site_id) REFERENCES wordpress_sites (tenant_id, id) ON DELETE CASCADE;
            """)
        let check = try fixture.run(["check"])
        #expect(check.status == 0, "\(check.output)")
    }

    /// Correct projects, whose keys lead to tenants by other ways than straight.
    @Test(arguments: [
        // Partitions, and children of a table, are their table.
        """
        CREATE TABLE parted (LIKE payments INCLUDING DEFAULTS) PARTITION BY LIST (currency);
        CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
        ALTER TABLE parted ADD PRIMARY KEY (id, currency), ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id);
        ALTER TABLE payments RENAME TO old_payments; ALTER TABLE parted_rest RENAME TO payments; CREATE UNIQUE INDEX ON payments (id);
        CREATE INDEX ON payments (tenant_id, created_at DESC, id); CREATE INDEX ON payments (subscription_id);
        """,
        // Tenants are organizations, and what belongs to them refers to those.
        """
        CREATE TABLE organizations (id text PRIMARY KEY); INSERT INTO organizations SELECT id FROM tenants;
        ALTER TABLE tenants ADD FOREIGN KEY (id) REFERENCES organizations (id);
        ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey, ADD FOREIGN KEY (tenant_id) REFERENCES organizations (id);
        """,
        // A tenant refers to another one.
        "ALTER TABLE domains DROP CONSTRAINT domains_tenant_id_fkey; ALTER TABLE tenants ADD UNIQUE (id, name); ALTER TABLE domains ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id) DEFERRABLE",
    ])
    func `keys that lead to tenants otherwise are found`(_ sql: String) throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(sql)
        let check = try fixture.run(["check"])
        #expect(!check.output.contains("isolation of"), "\(check.output)")
        let serve = try fixture.run(["access", "prove"])
        #expect(!serve.output.contains("NOT PROVEN") && !serve.output.contains("The isolation of"), "\(serve.output)")
    }

    /// What a view hides from the foreign keys is for the file to say, and starts.
    @Test func `a view between keys contradicts nothing`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("ALTER TABLE tickets RENAME TO all_tickets; CREATE VIEW tickets AS SELECT * FROM all_tickets")
        let check = try fixture.run(["check"])
        #expect(!check.output.contains("leads over TicketMessage.ticket"), "\(check.output)")
        let tenants = try ProjectFixture.seeded()
        try tenants.psql("CREATE VIEW live_tenants AS SELECT * FROM tenants")
        try tenants.project.write("authentication: { tenants: { table: live_tenants } }\n", to: "config/gateway.yaml")
        let unknown = try tenants.run(["check"])
        #expect(
            unknown.status == 1 && unknown.output.contains("No foreign key says that tickets.tenant_id")
                && !unknown.output.contains("which refers to"), "\(unknown.output)")
    }

    /// The chain ends at what another type has vouched for: that has to be said here as well, and
    /// stops nothing.
    @Test func `a chain that ends on trust is on trust`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(
            """
            ALTER TABLE wordpress_sites ADD UNIQUE (tenant_id, id), DROP CONSTRAINT wordpress_sites_tenant_id_fkey;
            ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey, ADD FOREIGN KEY (tenant_id, site_id) REFERENCES wordpress_sites (tenant_id, id) ON DELETE CASCADE;
            """)
        let check = try fixture.run(["check"])
        #expect(
            check.status == 1 && check.output.contains("No foreign key says that tickets.tenant_id")
                && !check.output.contains("which refers to"), "\(check.output)")
    }

    @Test func `views carry no keys`() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql(
            "ALTER TABLE payments RENAME TO all_payments; CREATE VIEW payments AS SELECT * FROM all_payments")
        let check = try fixture.run(["check"])
        #expect(
            check.status == 1 && check.output.contains("A view carries no keys: state that you know better"),
            "\(check.output)")
        try fixture.project.replace(
            "isolation: tenantId", by: "isolation: { column: tenantId, unchecked: \"views carry no keys\" }",
            in: "resolvers/Payment.yaml")
        let stated = try fixture.run(["check"])
        #expect(
            stated.status == 0 && !stated.output.contains("at which the isolation of Payment ends"), "\(stated.output)")
        #expect(
            stated.output.contains(
                "warning: Nothing makes the key payments.id of Payment unique, since it is of a view"),
            "\(stated.output)")
    }

    @Test(arguments: [
        ("{ unchecked: \"why\" }", "`isolation` does not say which column names the tenant."),
        ("{ column: tenantId, unchecked: \" \" }", "`unchecked` says why no foreign key can be compared"),
        ("{ column: tenantId, uncheked: \"why\" }", "Did you mean \"unchecked\"?"),
        ("{ column: tenantI, unchecked: \"why\" }", "Did you mean \"tenantId\"?"),
    ])
    func `a wrong form is told with its place`(_ form: String, _ message: String) throws {
        let check = try Self.isolation("Ticket", "tenantId", form).run(["check"])
        #expect(
            check.status == 1 && check.output.contains(message) && check.output.contains("resolvers/Ticket.yaml:2:"),
            "\(check.output)")
    }

    @Test func `without a database the proof says what it took on trust`() throws {
        let prove = try ProjectFixture.empty().run(["access", "prove"], url: "host=/nowhere")
        #expect(
            prove.status == 0
                && prove.output.contains(
                    "taken on trust, for want of a database: that the paths of isolation end at tenants"),
            "\(prove.output)")
    }
}
