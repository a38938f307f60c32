import Testing

/// `portico access explain`, on a database, with rules of its own lines.
@Suite struct AccessExplainCommandTests {
    private static let roles = """
        roles:
          agency_owner:
            reach: subtree
            Ticket: { read: { fields: all } }
            Notification: { read: { fields: all, rows: { userId: { eq: $viewer.id } } } }
          client:
            Ticket:
              read:
                fields: { except: [assignee] }
                rows: { creatorId: { eq: $viewer.id }, status: { ne: IN_PROGRESS } }
            TicketMessage:
              read:
                fields: [id, body, ticket]
                rows: { ticket: { site: { name: { eq: elsewhere } }, creatorId: { eq: $viewer.id } } }
            User: { read: { fields: [id], rows: { and: [{ not: { id: { eq: $viewer.id } } }, { email: { isNull: false } }] } } }
        """

    private static func fixture() throws -> ProjectFixture {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(roles, to: "config/access/roles.yaml")
        try fixture.project.write("{}", to: "config/access/tenants/agency-001.yaml")
        try fixture.project.write("{}", to: "config/access/tenants/agency-002.yaml")
        return fixture
    }

    @Test func aQueryOfARealUser() throws {
        let fixture = try Self.fixture()
        let denied = try fixture.run(
            ["access", "explain", "-", "--as", "user-client-001"], input: "{ tickets { subject assignee { id } } }")
        #expect(denied.status == 1 && denied.errors.isEmpty, "\(denied.errors)")
        #expect(
            denied.output.hasPrefix(
                """
                viewer  user-client-001, client of agency-001, within its own tenant
                rules   config/access/roles.yaml:6:3, narrowed by config/access/tenants/agency-001.yaml
                query   refused: 1 of 4 uses is denied

                fields
                  allowed  1:3   tickets              Ticket may be read                       config/access/roles.yaml:8:7
                  allowed  1:13  tickets.subject      Ticket.subject is not named in `except`  config/access/roles.yaml:9:19
                  denied   1:21  tickets.assignee     Ticket.assignee is named in `except`     config/access/roles.yaml:9:28
                  allowed  1:32  tickets.assignee.id  User.id is named in `fields`             config/access/roles.yaml:15:30

                """), "\(denied.output)")
        let allowed = try fixture.run(
            ["access", "explain", "-", "--role", "agency_owner", "--tenant", "agency-001", "--json"],
            input: "{ tickets { id } }")
        #expect(allowed.status == 0 && allowed.errors.isEmpty, "\(allowed.errors)")
        #expect(
            allowed.output.hasPrefix(
                #"{"viewer":{"user":null,"role":"agency_owner","tenant":"agency-001","reach":"subtree","#),
            "\(allowed.output)")
        #expect(
            allowed.output.contains(
                #""words":"tenantId is one of the viewer's tenants","sql":"(t0.\"tenant_id\" = ANY ($1))","origin":"resolvers/Ticket.yaml:2:12""#
            ))
    }

    @Test func rowsAndWhatHidesThem() throws {
        let fixture = try Self.fixture()
        try fixture.psql(
            "UPDATE tickets SET status = 'in_progress' WHERE id = 'ticket-001'; UPDATE tickets SET status = 'open' WHERE id = 'ticket-002'"
        )
        let rows = [
            "Ticket:ticket-002", "Ticket:ticket-001", "TicketMessage:message-001", "User:user-client-001",
            "User:user-agency-002", "Ticket:ticket-999", "Payment:payment-001",
        ]
        let result = try fixture.run(
            ["access", "explain", "--as", "user-client-001"] + rows.flatMap { ["--row", $0] })
        #expect(result.status == 1 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output == """
                row     Ticket:ticket-002 is visible to user-client-001: every condition holds
                  holds  isolation  tenantId is the viewer's tenant; it is "agency-001"  resolvers/Ticket.yaml:2:12
                  holds  rule       creatorId is the viewer's id; it is "user-client-001"  config/access/roles.yaml:10:9
                  holds  rule       status is not IN_PROGRESS; it is OPEN  config/access/roles.yaml:10:9

                row     Ticket:ticket-001 is invisible to user-client-001, because this fails: status is not IN_PROGRESS (config/access/roles.yaml:10:9)
                  holds  isolation  tenantId is the viewer's tenant; it is "agency-001"  resolvers/Ticket.yaml:2:12
                  holds  rule       creatorId is the viewer's id; it is "user-client-001"  config/access/roles.yaml:10:9
                  fails  rule       status is not IN_PROGRESS; it is IN_PROGRESS  config/access/roles.yaml:10:9

                row     TicketMessage:message-001 is invisible to user-client-001, because this fails: ticket.site.name is "elsewhere", and ticket.creatorId is the viewer's id (config/access/roles.yaml:14:9)
                  holds  isolation  ticket.tenantId is the viewer's tenant  resolvers/TicketMessage.yaml:2:12
                  fails  rule       ticket.site.name is "elsewhere", and ticket.creatorId is the viewer's id  config/access/roles.yaml:14:9
                                    holds  there is a ticket
                                    holds  the ticket is within reach
                                    fails  site.name is "elsewhere"
                                      holds  there is a site
                                      holds  the site is within reach
                                      fails  name is "elsewhere"
                                    holds  creatorId is the viewer's id

                row     User:user-client-001 is invisible to user-client-001, because this fails: not (id is the viewer's id) (config/access/roles.yaml:15:35)
                  holds  isolation  tenantId is the viewer's tenant; it is "agency-001"  resolvers/User.yaml:2:12
                  fails  rule       not (id is the viewer's id)  config/access/roles.yaml:15:35
                                    holds  id is the viewer's id; it is "user-client-001"
                  holds  rule       email is not null; it is "cliente1@example.com"  config/access/roles.yaml:15:35

                row     User:user-agency-002 is invisible to user-client-001, because this fails: tenantId is the viewer's tenant (resolvers/User.yaml:2:12)
                  fails  isolation  tenantId is the viewer's tenant; it is "agency-002"  resolvers/User.yaml:2:12
                  holds  rule       not (id is the viewer's id)  config/access/roles.yaml:15:35
                  holds  rule       email is not null; it is "owner@digitalstudio.eu"  config/access/roles.yaml:15:35

                row     Ticket:ticket-999 does not exist

                row     Payment:payment-001 is invisible to user-client-001: the role states nothing for Payment (config/access/roles.yaml:6:3)
                  holds  isolation  tenantId is the viewer's tenant; it is "agency-001"  resolvers/Payment.yaml:2:12

                """)
        let one = try fixture.run([
            "access", "explain", "--as", "user-client-001", "--row", "Ticket:ticket-002", "--json",
        ])
        #expect(one.status == 0)
        #expect(
            one.output.hasPrefix(
                #"{"rows":[{"type":"Ticket","id":"ticket-002","exists":true,"visible":true,"conditions":[{"kind":"isolation","#
            ), "\(one.output)")
    }

    /// The witness and the gateway agree about every row of every type, for every user of the seed.
    @Test(arguments: ["user-admin-001", "user-agency-001", "user-client-001"]) func aRowIsVisibleWhenTheGatewayGivesIt(
        _ user: String
    ) throws {
        let fixture = try ProjectFixture.seeded()
        for (type, getter, table) in [
            ("Ticket", "ticket", "tickets"), ("User", "user", "users"), ("Site", "site", "wordpress_sites"),
            ("TicketMessage", "ticketMessage", "ticket_messages"), ("Notification", "notification", "notifications"),
        ] {
            let ids = try fixture.psql("SELECT id FROM \(table) ORDER BY id").split(separator: "\n").map(String.init)
            #expect(!ids.isEmpty)
            let query =
                "{ " + ids.enumerated().map { "r\($0): \(getter)(id: \"\($1)\") { id }" }.joined(separator: " ") + " }"
            let answer = try fixture.run(["query", "-", "--as", user], input: query).output
            let said = try fixture.run(
                ["access", "explain", "--as", user] + ids.flatMap { ["--row", "\(type):\($0)"] }
            ).output
            for (position, id) in ids.enumerated() {
                let isGiven = answer.contains("\"r\(position)\":{\"id\":\"\(id)\"}")
                #expect(isGiven || answer.contains("\"r\(position)\":null"), "\(answer)")
                #expect(said.contains("\(type):\(id) is \(isGiven ? "visible" : "invisible") to \(user)"), "\(said)")
            }
        }
    }

    @Test(
        arguments: [
            (["--as", "u", "--role", "client"], 2, "Give --as or --role, not both."),
            (["--tenant", "agency-001"], 2, "--tenant goes with --role."),
            (
                ["--role", "client", "--row", "Ticket:1"], 2,
                "--row goes with --as where there is a table of users: whether a row is visible depends on who looks."
            ),
            (
                ["--as", "user-client-001", "--row", "Ticket"], 2,
                "--row takes a type and the key of a row, such as Order:42; it is \"Ticket\"."
            ),
            (
                ["--as", "user-client-001", "--row", "Tiket:1"], 2,
                "there is no type \"Tiket\" with a table. Did you mean \"Ticket\"?"
            ),
            (
                ["--as", "user-client-001", "--row", "AuditLog:one"], 2,
                "\"one\" is no key of AuditLog: \"one\" is not an integer within 64 bits."
            ),
            (["--as", "nobody"], 1, "there is no viewer for \"nobody\": There is no such user, or it is not active."),
            (
                ["--role", "cleint"], 2,
                "there is no role \"cleint\" in config/access/roles.yaml. Did you mean \"client\"?"
            ),
        ] as [([String], Int32, String)])
    func whatIsWrongWithTheCallIsSaid(_ words: [String], _ status: Int32, _ part: String) throws {
        let result = try Self.fixture().run(["access", "explain", "-"] + words, input: "{ tickets { id } }")
        #expect(result.status == status)
        #expect(result.errors.contains(part), "\(result.errors)")
    }

    @Test func aFieldThatNobodyHasIsNoQuestionOfAccess() throws {
        let result = try Self.fixture().run(
            ["access", "explain", "-", "--role", "client"], input: "{ tickets { subjekt } }")
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(
            result.errors.contains("the query does not fit the full schema, whoever asks.")
                && result.errors.contains(
                    "1:13: error: Type \"Ticket\" has no field \"subjekt\". Did you mean \"subject\"?"),
            "\(result.errors)")
        let nothing = try Self.fixture().run(["access", "explain", "--role", "client"])
        #expect(nothing.status == 2 && nothing.errors.contains("Name the file of a query, or a row with --row."))
    }
}
