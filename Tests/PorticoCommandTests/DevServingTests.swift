import Foundation
import TestCluster
import Testing

@Suite struct DevServingTests {
    /// A project with one table, without tenants, users and settings.
    private func books() throws -> TemporaryProject {
        try TemporaryProject([
            "schema.graphql": """
            schema { query: Query }
            directive @list on FIELD_DEFINITION
            type Query { books: [Book!]! @list }
            type Book { id: ID! title: String! }
            """,
            "resolvers/Book.yaml": "table: books\nisolation: none\n",
            "config/access/roles.yaml": "roles:\n  anonymous:\n    Book: { read: { fields: all } }\n",
            "migrations/1_init/migration.sql": "CREATE TABLE books (id text PRIMARY KEY, title text NOT NULL);\n",
            "migrations/seed.sql": "INSERT INTO books VALUES ('1', 'One') ON CONFLICT DO NOTHING;\n",
        ])
    }

    private static let query = #"{"query":"{ books { id title } }"}"#
    private static let answer = #"{"data":{"books":[{"id":"1","title":"One"}]}}"#

    @Test func aProjectWithoutTenantsAndUsersIsServed() async throws {
        let project = try books()
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        #expect(
            dev.text.contains(
                "Nobody can sign in (relation \"users\" does not exist): every request is that of the role anonymous."))
        #expect(dev.text.contains(#"-d '{"query":"{ books(first: 5) { id title } }"}'"#))
        #expect(!dev.text.contains("error"), "\(dev.text)")
        #expect(try post(Self.query, token: nil, port: port).contains(Self.answer))
        #expect(try CommandProcess.run(["check", "--project", project.path]).status == 0)
        #expect(try CommandProcess.run(["health", "--project", project.path]).status == 0)
        dev.signal(SIGTERM)
        #expect(try await dev.end() == 0)

        let url = try TestCluster.shared().createDatabase()
        for command in ["migrate", "seed"] {
            #expect(try CommandProcess.run([command, "--project", project.path, "--database-url", url]).status == 0)
        }
        let serve = try RunningCommand(
            ["serve", "--project", project.path, "--port", "0", "--database-url", url],
            environment: ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)])
        #expect(try post(Self.query, token: nil, port: try await serve.port()).contains(Self.answer))
        serve.signal(SIGTERM)
        #expect(try await serve.end() == 0)
    }

    @Test func devServesAnExistingDatabaseAndLeavesItAlone() async throws {
        let project = try books()
        let cluster = try TestCluster.shared(), name = "existing_" + UUID().uuidString.prefix(8).lowercased()
        let url = try cluster.createDatabase(name: name)
        try cluster.psql(
            "CREATE TABLE books (id text PRIMARY KEY, title text); INSERT INTO books VALUES ('1', 'One')",
            database: name)
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0", "--database-url", url])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        #expect(dev.text.contains("1 of 1 migrations are not applied to "))
        // What `check` finds: the column can be null.
        #expect(dev.text.contains("resolvers/Book.yaml") || dev.text.contains("schema.graphql:4:"))
        #expect(dev.text.contains("portico: check found 1 error; see above."), "\(dev.text)")
        #expect(!FileManager.default.fileExists(atPath: project.path + "/.portico/data"))
        #expect(
            try cluster.psql("SELECT to_regclass('_prisma_migrations') IS NULL, count(*) FROM books", database: name)
                == "t|1\n")
        #expect(try post(Self.query, token: nil, port: port).contains(Self.answer))

        // A new field is there as soon as it is written, at the same port; a wrong schema leaves
        // the former one in force.
        try cluster.psql("ALTER TABLE books ADD COLUMN pages int NOT NULL DEFAULT 7", database: name)
        try project.replace("title: String!", by: "title: String! pages: Int!", in: "schema.graphql")
        try await dev.wait(for: "schema and resolvers were read again.")
        let more = #"{"query":"{ books { pages } }"}"#, answer = #"{"data":{"books":[{"pages":7}]}}"#
        #expect(try post(more, token: nil, port: port).contains(answer))
        try project.replace("pages: Int!", by: "pages: Nonsense!", in: "schema.graphql")
        try await dev.wait(for: "cannot be used; the former ones stay in force.")
        #expect(dev.text.contains("schema.graphql:4:") && dev.text.contains("Nonsense"))
        #expect(try post(more, token: nil, port: port).contains(answer))
        dev.signal(SIGINT)
        #expect(try await dev.end() == 0)
    }

    /// What makes a schema good again may be an edit of the rules.
    @Test func aRefusedSchemaIsTakenOnceTheRulesFit() async throws {
        let project = try books()
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        try project.write(
            "roles:\n  anonymous:\n    Book: { read: { fields: [id, title] } }\n", to: "config/access/roles.yaml")
        try project.replace("title: String!", by: "name: String!", in: "schema.graphql")
        try project.write(
            "table: books\nisolation: none\nfields: { name: { column: title } }\n", to: "resolvers/Book.yaml")
        try await dev.wait(for: "cannot be used; the former ones stay in force.")
        try project.write(
            "roles:\n  anonymous:\n    Book: { read: { fields: [id, name] } }\n", to: "config/access/roles.yaml")
        try await dev.wait(for: "schema and resolvers were read again.")
        #expect(
            try post(#"{"query":"{ books { name } }"}"#, token: nil, port: port).contains(
                #"{"data":{"books":[{"name":"One"}]}}"#))
        dev.signal(SIGINT)
        #expect(try await dev.end() == 0)
    }

    @Test func withoutMigrationsItSaysWhatToDo() async throws {
        let project = try books()
        try FileManager.default.removeItem(atPath: project.path + "/migrations")
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        try await dev.wait(for: "Ctrl-C stops it.")
        #expect(
            dev.text.contains("the project has no migrations/") && dev.text.contains("portico dev --database-url URL"))
        dev.signal(SIGTERM)
        #expect(try await dev.end() == 0)

        let cluster = try TestCluster.shared(), name = "bare_" + UUID().uuidString.prefix(8).lowercased()
        let url = try cluster.createDatabase(name: name)
        try cluster.psql(
            "CREATE TABLE books (id text PRIMARY KEY, title text NOT NULL); INSERT INTO books VALUES ('1', 'One')",
            database: name)
        let other = try RunningCommand(["dev", "--project", project.path, "--port", "0", "--database-url", url])
        let port = try await other.port()
        try await other.wait(for: "Ctrl-C stops it.")
        #expect(
            other.text.contains("the project has no migrations/: the database ")
                && other.text.contains("/\(name) is served as it is."))
        #expect(!other.text.contains("check found"), "\(other.text)")
        #expect(try post(Self.query, token: nil, port: port).contains(Self.answer))
        other.signal(SIGTERM)
        #expect(try await other.end() == 0)
    }

    @Test func theOtherCommandsFindADataDirAndItsSecret() async throws {
        let project = try ProjectCopy(), folder = NSTemporaryDirectory() + "portico-data-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0", "--data-dir", folder])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        #expect(!FileManager.default.fileExists(atPath: project.path + "/.portico/data"))
        func token(_ environment: [String: String] = [:]) throws -> CommandProcess.Result {
            try CommandProcess.run(
                ["token", "--project", project.path, "--as", "user-client-001"], environment: environment)
        }
        let own = try token().output.trimmingCharacters(in: .whitespacesAndNewlines)
        let question = #"{"query":"{ viewer { id } }"}"#
        #expect(try post(question, token: own, port: port).contains(#"{"viewer":{"id":"user-client-001"}}"#))
        #expect(try CommandProcess.run(["health", "--project", project.path]).status == 0)
        // A database in the file takes nothing from the secret that `dev` verifies by.
        try project.replace(
            "  # url: postgresql:///spotex", by: "  url: postgresql:///spotex", in: "config/gateway.yaml")
        let again = try token().output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try post(question, token: again, port: port).contains(#"{"viewer":{"id":"user-client-001"}}"#))
        let stated = try token(["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)])
        #expect(stated.status == 0 && stated.errors.contains("the running `portico dev` does not know"))
        dev.signal(SIGTERM)
        #expect(try await dev.end() == 0)
    }
}

/// A folder of files that a test writes down.
final class TemporaryProject {
    let path: String

    init(_ files: [String: String]) throws {
        path = NSTemporaryDirectory() + "portico-files-" + UUID().uuidString.prefix(8)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// Replaces a text that must be there.
    func replace(_ old: String, by new: String, in name: String) throws {
        let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        try #require(text.contains(old), "\(name) has no \(old)")
        try write(text.replacingOccurrences(of: old, with: new), to: name)
    }
}
