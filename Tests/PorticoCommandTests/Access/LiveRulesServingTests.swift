import Foundation
import JSONBytes
import TestCluster
import Testing

/// Rules that are edited while the built program serves them, on a real database, and what it
/// remembers of it.
@Suite(.onBlockingThreads, .serialized) struct LiveRulesServingTests {
    private static let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
    private static let own = "config/access/tenants/agency-001.yaml"

    private static func token(_ user: String, _ project: ProjectCopy) throws -> String {
        try CommandProcess.run(["token", "--project", project.path, "--as", user], environment: secret).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func serve(_ fixture: ProjectFixture, workers: Int = 2) throws -> RunningCommand {
        try RunningCommand(
            [
                "serve", "--project", fixture.project.path, "--database-url", fixture.url, "--port", "0", "--workers",
                "\(workers)",
            ], environment: secret)
    }

    private func body(_ query: String) -> String { #"{"query":"\#(query)"}"# }

    private func eventually(_ what: Comment, _ condition: () throws -> Bool) async throws {
        for _ in 0..<1_000 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(what)
    }

    @Test func anEditServesTheNextRequestsOfAllWorkersAndABadOneIsRefused() async throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project
        let server = try Self.serve(fixture)
        let port = try await server.port(), token = try Self.token("user-client-001", project)
        let ask = { try post(body("{ tickets { id subject } }"), token: token, port: port) }
        try await eventually("it serves") { try ask().contains(#""subject":"#) }

        try project.write("client: { Ticket: { read: { hide: [subject] } } }\n", to: Self.own)
        try await server.wait(for: "client in agency-001: Ticket - subject (loss)")
        // Connections are spread over the workers.
        for _ in 0..<16 { #expect(try ask().contains(#"Type \"Ticket\" has no field \"subject\"."#)) }

        for (text, place) in [
            ("client:\n  Ticket: { read: { hide: [subjet] } }\n", "2:28"), ("", "1:1"),
            ("client: { Ticket: { read: { hide: [id] } }", "1:"),
            ("client: { Ticket: { read: { fields: all } } }", "1:29"),
        ] {
            let before = server.text.components(separatedBy: "place=\(Self.own):\(place)").count
            try project.write(text, to: Self.own)
            try await eventually("it says what is wrong with \(text):\n\(server.text)") {
                server.text.components(separatedBy: "place=\(Self.own):\(place)").count > before
            }
            #expect(try ask().contains(#"has no field \"subject\""#))
        }
        #expect(server.text.contains("  Ticket: { read: { hide: [subjet] } }\n"), "the picture")
        #expect(server.text.contains("^~~~~~") && server.text.contains("Did you mean \"subject\"?"))

        // Roles: everybody's rules, proven before they count.
        try project.replace(
            "fields: { except: [assigneeId, assignee] }", by: "fields: { except: [assigneeId, assignee, priority] }",
            in: "config/access/roles.yaml")
        try await server.wait(for: "client in every tenant: Ticket - priority (loss)")
        for _ in 0..<8 {
            #expect(try post(body("{ tickets { priority } }"), token: token, port: port).contains("has no field"))
        }
        try FileManager.default.removeItem(atPath: "\(project.path)/\(Self.own)")
        try await server.wait(for: "a file of access rules is gone, and its rules with it")
        for _ in 0..<8 { #expect(try ask().contains(#""subject":"#)) }

        let numbers = try get("/metrics", port: port)
        #expect(
            numbers.contains(#"portico_reloads_total{files="rules",outcome="refused"} 4"#)
                && numbers.contains(#"portico_reloads_total{files="rules",outcome="taken"} 3"#), "\(numbers)")
        #expect(numbers.contains("portico_wrong_rule_files 0"))
        server.signal(SIGHUP)
        try await server.wait(for: "the access rules were read again; those in force stay")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    private func get(_ path: String, port: UInt16) throws -> String {
        try answer(to: "GET \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", port: port)
    }

    @Test func aRequestInFlightFinishesUnderTheRulesItBeganWith() async throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project
        let server = try Self.serve(fixture, workers: 1)
        let port = try await server.port(), token = try Self.token("user-client-001", project)
        let query = body("{ tickets { id subject } }")
        try await eventually("it serves") { try post(query, token: token, port: port).contains(#""subject":"#) }
        // The lock makes the request wait in the database.
        let database = fixture.database
        async let locked = TestCluster.shared().psql(
            "BEGIN; LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT", database: database)
        try await eventually("it is locked") {
            try fixture.psql(
                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'tickets'::regclass"
            ).contains("1")
        }
        async let waiting = post(query, token: token, port: port)
        try await eventually("it waits") {
            try fixture.psql("SELECT count(*) FROM pg_locks WHERE NOT granted").contains("1")
        }
        try project.write("client: { Ticket: { read: { hide: [subject] } } }\n", to: Self.own)
        try await server.wait(for: "client in agency-001: Ticket - subject (loss)")
        // A request behind it needs no table to be told that the field is not there.
        #expect(try post(query, token: token, port: port).contains("has no field"))
        #expect(try await waiting.contains(#""subject":"#))
        _ = try await locked
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    /// As Kubernetes mounts a config map, and as people exchange a folder.
    @Test func foldersThatAreExchangedCountAtOnce() async throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project, access = project.path + "/config/access"
        try FileManager.default.removeItem(atPath: access + "/tenants")
        let server = try Self.serve(fixture, workers: 1)
        let port = try await server.port(), token = try Self.token("user-client-001", project)
        let ask = { (field: String) in try post(body("{ tickets { \(field) } }"), token: token, port: port) }
        for (round, field) in ["subject", "description", "priority"].enumerated() {
            let version = "config/access/..v\(round)"
            try project.write(
                "client: { Ticket: { read: { hide: [\(field)] } } }\n", to: "\(version)/tenants/agency-001.yaml")
            symlink("..v\(round)", access + "/..data_tmp")
            #expect(rename(access + "/..data_tmp", access + "/..data") == 0)
            if round == 0 { symlink("..data/tenants", access + "/tenants") }
            try await eventually("\(field) is hidden") { try ask(field).contains("has no field") }
        }
        #expect(try !ask("subject").contains("has no field"))
        // The folder goes, by accident as far as anybody knows: what it said stays.
        unlink(access + "/tenants")
        try await server.wait(for: "a file of access rules cannot be read; the rules in force stay")
        #expect(try ask("priority").contains("has no field"))
        try FileManager.default.copyItem(atPath: access + "/..v0/tenants", toPath: access + "/tenants")
        try await eventually("subject is hidden") { try ask("subject").contains("has no field") }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test func aTenantThatIsWrongFromTheStartIsServedOnceItsFileIsGood() async throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project
        try project.write("client: {", to: Self.own)
        let server = try Self.serve(fixture, workers: 1)
        let port = try await server.port(), token = try Self.token("user-client-001", project),
            admin = try Self.token("user-admin-001", project)
        try await eventually("everybody else is served") {
            try post(body("{ viewer { id } }"), token: admin, port: port).contains("200 OK")
        }
        #expect(try post(body("{ viewer { id } }"), token: token, port: port).contains("503"))
        try project.write("client: {", to: Self.own)
        try await server.wait(for: "a file of access rules is wrong; its tenant is not served")
        try project.write("{}", to: Self.own)
        try await eventually("it is served") {
            try post(body("{ viewer { id } }"), token: token, port: port).contains("200 OK")
        }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }
}
