import Diagnostics
import Foundation
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PostgresClient
import SocketLoop
import TestCluster
import TestHTTP
import Testing
@testable import PorticoPolicy
@testable import PorticoServer

/// What a server that runs finds out about its database's tables, and what follows from it.
@Suite(.onBlockingThreads) struct DatabaseWatchTests {
    private struct Subject {
        let name = "watch_\(UUID().uuidString.prefix(8).lowercased())"
        let cluster: TestCluster
        let state: ServerState

        /// - Parameter isolation: Of the type Ticket.
        init(workers: Int = 1, isolation: String = "none") throws {
            cluster = try TestCluster.shared()
            let url = try cluster.createDatabase(name: name)
            try cluster.psql(
                """
                CREATE EXTENSION citext;
                CREATE TABLE tenants (id text PRIMARY KEY, parent_id text, status text);
                CREATE TABLE users (id text PRIMARY KEY, role text, tenant_id text, status text);
                CREATE TABLE tickets (id int4 PRIMARY KEY, subject citext NOT NULL, tenant_id text REFERENCES tenants);
                CREATE TABLE sites (domain text PRIMARY KEY); CREATE TABLE mails (id int4 PRIMARY KEY, domain text); CREATE INDEX ON mails (domain);
                INSERT INTO tenants VALUES ('t', NULL, 'active'); INSERT INTO tickets VALUES (1, 'Help', 't');
                """, database: name)
            let schema = SourceText(
                name: "schema.graphql",
                "type Query { tickets: [Ticket!]! @list sites: [Site!]! @list } type Ticket { id: ID! subject: String! tenantId: ID } type Site { domain: ID! mails: [Mail!]! @list } type Mail { id: ID! domain: ID site: Site }"
            )
            let resolver = SourceText(
                name: "resolvers/Ticket.yaml",
                "table: tickets\nisolation: \(isolation)\nfields: { id: { type: int4 } }\n")
            let site = SourceText(
                name: "resolvers/Site.yaml",
                "table: sites\nkey: domain\nisolation: none\nrelations: { mails: { via: domain } }\n")
            let mail = SourceText(
                name: "resolvers/Mail.yaml",
                "table: mails\nisolation: none\nfields: { id: { type: int4 } }\nrelations: { site: { by: domain } }\n")
            let catalog = try CatalogLoader.load(schemaFile: schema, resolvers: [resolver, site, mail])
            let roles = SourceText(
                name: "roles.yaml",
                "roles: { anonymous: { reach: tenant, Ticket: { read: { fields: all } }, Site: { read: { fields: all } }, Mail: { read: { fields: all } } } }"
            )
            var state = try ServerState.small(workers: workers) { $0.database.url = url }
            state.catalog = catalog
            state = ServerState(
                configuration: state.configuration, catalog: catalog,
                policy: PolicyStore(try Policy.load(catalog: catalog, roles: roles, tenants: [])))
            state.expectation = DatabaseExpectation(
                catalog,
                files: ProjectFiles(schema: schema, resolvers: [resolver, site, mail], roles: roles, tenants: []),
                authentication: state.configuration.authentication, signsIn: true)
            state.tableWatch = DatabaseWatch.Intervals(poll: 50, reading: 60_000, grain: 20, statement: 30_000)
            self.state = state
        }

        func alter(_ sql: String) throws { try cluster.psql(sql, database: name) }
    }

    private func ask(_ subject: String, _ address: ListenAddress) async throws -> String {
        let body = #"{"query":"{ tickets(where: {subject: {eq: \"\#(subject)\"}}) { id } }"}"#
        let head =
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return try await RunningServer.answer(head + body, from: address).body
    }

    private func ready(_ address: ListenAddress) async throws -> Answer {
        try await RunningServer.answer("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", from: address)
    }

    /// Asks until the given number of consecutive answers are as expected.
    private func wait<Value>(
        for count: Int = 1, _ value: () async throws -> Value, until isExpected: (Value) -> Bool
    ) async throws {
        var inARow = 0, last: Value?
        for _ in 0..<600 {
            let found = try await value()
            inARow = isExpected(found) ? inARow + 1 : 0
            if inARow == count { return }
            last = found
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the last answer is \(last as Any)")
    }

    private let found = #"{"data":{"tickets":[{"id":"1"}]}}"#, none = #"{"data":{"tickets":[]}}"#

    @Test(arguments: [1, 2]) func `columns are compared as they are, also once they are others`(
        _ workers: Int
    ) async throws {
        let subject = try Subject(workers: workers)
        try await RunningServer.serving(subject.state) { _, address in
            // Nothing is answered by what is only assumed.
            try await wait {
                try await ask("HELP", address)
            } until: { answer in
                #expect(answer == found || answer.contains("UNAVAILABLE"))
                return answer == found
            }
            try subject.alter("ALTER TABLE tickets ALTER subject TYPE text")
            // Every worker, and everything that connections had prepared.
            try await wait(for: 12) {
                try await ask("HELP", address)
            } until: {
                $0 == none
            }
            #expect(try await ask("Help", address) == found)
            try subject.alter("ALTER TABLE tickets ALTER subject TYPE citext")
            try await wait(for: 12) {
                try await ask("HELP", address)
            } until: {
                $0 == found
            }
        }
    }

    /// The rules are proven anew on the columns that were found.
    @Test(arguments: ["citext", "char(9)", "text COLLATE \"C\""])
    func `a relation between texts of two kinds is served`(_ type: String) async throws {
        let subject = try Subject()
        try subject.alter(
            "ALTER TABLE mails ALTER domain TYPE \(type); INSERT INTO sites VALUES ('a'); INSERT INTO mails VALUES (1, 'a')"
        )
        var state = subject.state
        state.watchedProject = "/nonexistent"
        try await RunningServer.serving(state) { _, address in
            let body =
                #"{"query":"{ sites(where: {mails: {some: {domain: {eq: \"a\"}}}}) { mails(where: {site: {}}) { id site { domain } } } }"}"#
            let request =
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            try await wait {
                try await RunningServer.answer(request, from: address).body
            } until: {
                $0 == #"{"data":{"sites":[{"mails":[{"id":"1","site":{"domain":"a"}}]}]}}"#
            }
        }
    }

    @Test func `differences are counted, and gone when they are`() async throws {
        let subject = try Subject()
        try await RunningServer.serving(subject.state) { _, address in
            try await wait {
                try await ready(address)
            } until: {
                $0.status == 200
            }
            #expect(try await ready(address).body == "{\"status\":\"ready\"}\n")
            try subject.alter("ALTER TABLE tickets RENAME subject TO title")
            try await wait {
                try await ready(address).body
            } until: {
                $0 == "{\"status\":\"ready\",\"databaseDifferences\":1}\n"
            }
            #expect(
                try await RunningServer.scrape(address).value("portico_database_differences", ["severity": "error"])
                    == 1)
            // What does not ask for it works.
            let body = #"{"query":"{ tickets { id } }"}"#
            let answer = try await RunningServer.answer(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
                from: address)
            #expect(answer.body == found)
            try subject.alter("ALTER TABLE tickets RENAME title TO subject")
            try await wait {
                try await ready(address).body
            } until: {
                $0 == "{\"status\":\"ready\"}\n"
            }
            #expect(
                try await RunningServer.scrape(address).value("portico_database_differences", ["severity": "error"])
                    == 0)
        }
    }

    @Test func `what has changed since the tables were read for the start is found`() async throws {
        let subject = try Subject()
        var state = subject.state
        let connection = try BlockingConnection(try ConnectionSettings(try #require(state.configuration.database.url)))
        state.database = try DatabaseCatalog { part throws(DatabaseFailure) in try connection.query(part.statement).rows
        }
        try subject.alter("ALTER TABLE tickets RENAME subject TO title")
        state.tableWatch.poll = 60_000
        try await RunningServer.serving(state) { _, address in
            try await wait {
                try await ready(address).body
            } until: {
                $0 == "{\"status\":\"ready\",\"databaseDifferences\":1}\n"
            }
        }
    }

    @Test func `an isolation path that leads elsewhere from now on stops all answers`() async throws {
        let subject = try Subject(isolation: "tenantId")
        try await RunningServer.serving(subject.state) { _, address in
            try await wait {
                try await ready(address)
            } until: {
                $0.status == 200
            }
            try subject.alter(
                "ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey; INSERT INTO users VALUES ('t'); ALTER TABLE tickets ADD FOREIGN KEY (tenant_id) REFERENCES users"
            )
            try await wait {
                try await ready(address)
            } until: {
                $0.status == 503 && $0.body.contains("1 isolation paths lead elsewhere")
            }
            #expect(try await ask("Help", address).contains("UNAVAILABLE"))
            try subject.alter(
                "ALTER TABLE tickets DROP CONSTRAINT tickets_tenant_id_fkey; ALTER TABLE tickets ADD FOREIGN KEY (tenant_id) REFERENCES tenants"
            )
            try await wait {
                try await ready(address)
            } until: {
                $0.status == 200
            }
        }
    }

    /// Somebody has taken the catalogs away from the gateway's role: nothing is known of how
    /// columns compare.
    @Test func `a database that refuses to be read is asked with caution`() async throws {
        let subject = try Subject()
        try subject.alter(
            """
            CREATE ROLE \(subject.name) LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(subject.name);
            REVOKE SELECT ON pg_catalog.pg_inherits FROM PUBLIC;
            """)
        var state = subject.state
        state.configuration.database.url = state.configuration.database.url?.replacing(
            "user=postgres", with: "user=\(subject.name)"
        ).replacing("postgres@", with: "\(subject.name)@")
        try await RunningServer.serving(state) { _, address in
            try await wait {
                try await ask("Help", address)
            } until: {
                $0 == found
            }
            try await wait {
                try await ready(address).body
            } until: {
                $0 == "{\"status\":\"ready\",\"databaseDifferences\":1}\n"
            }
            try subject.alter("GRANT SELECT ON pg_catalog.pg_inherits TO PUBLIC")
            try await wait {
                try await ready(address).body
            } until: {
                $0 == "{\"status\":\"ready\"}\n"
            }
        }
    }

    @Test func `before the tables were looked at the server is not ready`() async throws {
        let subject = try Subject()
        var state = subject.state
        state.configuration.database.url = "host=/nowhere user=nobody"
        try await RunningServer.serving(state) { _, address in
            let (readiness, answer) = (try await ready(address), try await ask("Help", address))
            #expect(readiness.status == 503 && answer.contains("UNAVAILABLE"))
        }
    }
}
