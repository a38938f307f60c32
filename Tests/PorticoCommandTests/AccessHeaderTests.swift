import Foundation
import JSONBytes
import Testing

/// `x-portico-explain: access`, from the header to the answer of a real server on a real database.
@Suite struct AccessHeaderTests {
    private static let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]

    private static func token(_ user: String, _ project: ProjectCopy) throws -> String {
        try CommandProcess.run(["token", "--project", project.path, "--as", user], environment: secret).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func body(_ answer: String) -> String {
        answer.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
    }

    /// The answer without what differs between any two answers.
    private static func comparable(_ answer: String) -> String {
        answer.components(separatedBy: "\r\n").filter { !$0.hasPrefix("x-request-id:") && !$0.hasPrefix("date:") }
            .joined(separator: "\n")
    }

    @Test func onlyTheRolesThatTheSettingNamesAreTold() async throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project
        try project.replace(
            "\ncompression: true", by: "\naccess: { explain: [super_admin, auditor] }\ncompression: true",
            in: "config/gateway.yaml")
        try project.replace(
            "\n  anonymous: {}",
            by:
                "\n  auditor:\n    crossTenant: true\n    Ticket: { read: { fields: [id, subject], rows: { status: { ne: CLOSED } } } }\n\n  anonymous: {}",
            in: "config/access/roles.yaml")
        try fixture.psql(
            "ALTER TABLE users ALTER COLUMN role TYPE text; UPDATE users SET role = 'auditor' WHERE id = 'user-agency-002'"
        )
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", fixture.url, "--port", "0"], environment: Self.secret
        )
        let port = try await server.port()
        let ask = { (user: String?, query: String, fields: String) in
            try post(
                #"{"query":"\#(query)"}"#, token: user.map { try Self.token($0, project) }, port: port, fields: fields)
        }
        let asked = "x-portico-explain: access\r\n", query = "{ tickets { id } }"

        let plain = Self.body(try ask("user-admin-001", query, "")),
            told = Self.body(try ask("user-admin-001", query, asked))
        #expect(
            told.hasPrefix(
                plain.dropLast()
                    + #","extensions":{"access":{"viewer":{"user":"user-admin-001","role":"super_admin","tenant":"spotex-platform-001","reach":"crossTenant","#
            ), "\(told)")
        let access = try #require(try parseJSON(Array(told.utf8))["extensions"]?["access"])
        #expect(access["refused"] == .bool(false))
        guard case .array(let fields)? = access["fields"], case .array(let types)? = access["types"] else {
            Issue.record("\(access)"); return
        }
        #expect(fields.map { $0["path"] } == [.string("tickets"), .string("tickets.id")])
        #expect(types.map { $0["type"] } == [.string("Ticket")])

        // A hidden field is named neither where it is asked for nor where a rule speaks of it.
        let own = Self.body(try ask("user-agency-002", query, asked))
        #expect(own.contains(#""words":"a condition on what this schema does not have","sql":null"#), "\(own)")
        #expect(!own.contains("status") && !own.contains("CLOSED") && !own.contains("createdAt"))
        for query in [query, "{ tickets { id status } }", "{ tickets {", "{ tickets { id } users { id } }"] {
            for fields in [
                "x-portico-explain: Access\r\n", "x-portico-explain: 1\r\n", "x-portico-explain: access, rows\r\n",
            ] {
                #expect(
                    Self.comparable(try ask("user-admin-001", query, fields))
                        == Self.comparable(try ask("user-admin-001", query, "")))
            }
            for user in ["user-agency-001", "user-client-001", nil] {
                #expect(
                    Self.comparable(try ask(user, query, asked)) == Self.comparable(try ask(user, query, "")),
                    "\(user ?? "nobody") \(query)")
            }
        }
        // What the sender's own schema refuses is refused in the same words.
        for query in ["{ tickets { id status } }", "{ tickets {"] {
            #expect(
                Self.comparable(try ask("user-agency-002", query, asked))
                    == Self.comparable(try ask("user-agency-002", query, "")))
        }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test(arguments: [
        (
            "[agency_owner]",
            "The role `agency_owner` is not `crossTenant`: an explanation would tell it of rules that are not its own.",
            "Roles that are: super_admin."
        ),
        ("[supr_admin]", "There is no role `supr_admin` for `access.explain`.", "Did you mean \"super_admin\"?"),
        ("everybody", "Expected the roles whose requests are explained as a list, found `everybody`.", ""),
    ]) func aRoleWithBoundsIsAConfigurationError(_ value: String, _ message: String, _ hint: String) throws {
        let project = try ProjectCopy()
        try project.replace(
            "\ncompression: true", by: "\naccess: { explain: \(value) }\ncompression: true", in: "config/gateway.yaml")
        let result = try CommandProcess.run(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"],
            environment: Self.secret)
        #expect(result.status == 2)
        #expect(
            result.errors.contains("config/gateway.yaml:") && result.errors.contains(message)
                && (hint.isEmpty || result.errors.contains(hint)), "\(result.errors)")
        let check = try CommandProcess.run(["check", "--project", project.path], environment: Self.secret)
        #expect(check.status != 0 && (check.output + check.errors).contains(message), "\(check.output) \(check.errors)")
    }
}
