import PorticoGateway
import TestCluster
import Testing

/// Columns whose type is no longer the one that they are bound as: nothing is read as what it is
/// not.
@Suite(.onBlockingThreads) struct ResultTypeTests {
    private static func refusals(_ answer: EmbeddedGateway.Answer) -> String {
        answer.observation.failures.joined(separator: "\n")
    }

    private static func text(_ answer: EmbeddedGateway.Answer) -> String {
        String(decoding: answer.body, as: UTF8.self)
    }

    private static let owner = SpotexDatabase.viewer("user-agency-001")

    /// All with the bytes of the other, or with text that is none.
    @Test(arguments: [
        ("payments", "amount", "float8 USING 5", "{ tenants { payments { id amount } } }", "float8", "numeric"),
        ("payments", "amount", "money USING 5", "{ tenants { payments { id amount } } }", "money", "numeric"),
        ("tickets", "subject", "uuid USING gen_random_uuid()", "{ tickets { id subject } }", "uuid", "text"),
        ("tickets", "subject", "jsonb USING '{}'", "{ tickets { id subject } }", "jsonb", "text"),
        ("tickets", "subject", "text[] USING ARRAY['a']", "{ tickets { id subject } }", "text[]", "text"),
        ("tickets", "subject", "inet USING '::1'", "{ tickets { id subject } }", "inet", "text"),
        ("tickets", "created_at", "int8 USING 5", "{ tickets { id createdAt } }", "int8", "timestamptz"),
        ("wordpress_sites", "plugins", "int4[] USING ARRAY[1]", "{ sites { id plugins } }", "int4[]", "text[]"),
    ])
    func `what is of another type is null with an error`(
        _ table: String, _ column: String, _ type: String, _ query: String, _ found: String, _ expected: String
    ) async throws {
        let database = try SpotexDatabase()
        let before = try await database.ask(query, as: Self.owner)
        #expect(!Self.text(before).contains("errors"))
        try database.cluster.psql(
            "ALTER TABLE \(table) ALTER COLUMN \(column) DROP DEFAULT; ALTER TABLE \(table) ALTER COLUMN \(column) TYPE \(type)",
            database: database.name)
        for _ in 0..<2 {
            let answer = try await database.ask(query, as: Self.owner)
            #expect(
                Self.text(answer).contains("The value cannot be shown as this field's type."), "\(Self.text(answer))")
            #expect(Self.refusals(answer).contains("\(column) of"), "\(Self.refusals(answer))")
            #expect(
                Self.refusals(answer).contains("is \(found) in the database and would be read as \(expected)"),
                "\(Self.refusals(answer))")
        }
    }

    @Test func `types that are written alike are read`() async throws {
        let database = try SpotexDatabase()
        let query = "{ tickets { id subject description status } }"
        let before = try await database.ask(query, as: Self.owner)
        try database.cluster.psql(
            """
            CREATE EXTENSION IF NOT EXISTS citext;
            CREATE DOMAIN words AS varchar CHECK (value <> '');
            ALTER TABLE tickets ALTER COLUMN subject TYPE citext, ALTER COLUMN description TYPE words;
            """, database: database.name)
        let after = try await database.ask(query, as: Self.owner)
        #expect(Self.text(after) == Self.text(before) && after.observation.failures.isEmpty, "\(Self.refusals(after))")
    }

    /// Nothing is looked up by keys that are read as what they are not.
    @Test func `relations over such a key fail`() async throws {
        let database = try SpotexDatabase()
        let query = "{ tickets { id site { id } } }"
        try database.cluster.psql(
            "ALTER TABLE tickets DROP CONSTRAINT tickets_site_id_fkey; ALTER TABLE tickets ALTER COLUMN site_id TYPE uuid USING gen_random_uuid()",
            database: database.name)
        let answer = try await database.ask(query, as: Self.owner)
        #expect(Self.text(answer).contains("This field could not be loaded."), "\(Self.text(answer))")
        #expect(Self.refusals(answer).contains("uuid"), "\(Self.refusals(answer))")
    }

    @Test func `cursors and aggregates of such a column fail`() async throws {
        let database = try SpotexDatabase()
        try database.cluster.psql(
            "ALTER TABLE tickets ALTER COLUMN subject TYPE uuid USING gen_random_uuid()", database: database.name)
        let cursors = try await database.ask(
            "{ ticketsConnection(first: 1, orderBy: [{subject: ASC}]) { edges { cursor node { id } } } }",
            as: Self.owner)
        #expect(Self.text(cursors).contains("The value cannot be shown as this field's type."), "\(Self.text(cursors))")
        let groups = try await database.ask(
            "{ ticketsAggregate { groupBy(keys: [{field: SUBJECT}]) { key { subject } count } } }", as: Self.owner)
        #expect(Self.text(groups).contains("The value cannot be shown as this field's type."), "\(Self.text(groups))")
    }

    /// Requests that go as one, and those within one transaction.
    @Test func `merged statements and transactions are held to it`() async throws {
        let database = try SpotexDatabase()
        try database.cluster.psql(
            "ALTER TABLE wordpress_sites ALTER COLUMN php_version TYPE uuid USING gen_random_uuid()",
            database: database.name)
        let query = "{ sites { id phpVersion tenant { id } } }"
        let answers = try await withThrowingTaskGroup(of: EmbeddedGateway.Answer.self) { group in
            for _ in 0..<8 { group.addTask { try await database.ask(query, as: Self.owner) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(Self.text)).count == 1)
        #expect(
            answers.allSatisfy {
                Self.text($0).contains("The value cannot be shown as this field's type.")
                    && Self.text($0).contains(#""phpVersion":null,"tenant":{"id":"#)
            })
        var request = GraphQLRequest(query: Array(query.utf8), variables: [])
        request.consistency = .request
        let own = await database.gateway.respond(to: request, viewer: Self.owner, rules: try database.rules(Self.owner))
        #expect(Self.text(own) == answers.first.map(Self.text))
    }

    /// The types of parameters are chosen when a statement is prepared, and a session outlives what
    /// they were.
    @Test func `enums that were made anew are compared and shown`() async throws {
        let database = try SpotexDatabase()
        let queries = [
            "{ tickets(where: {status: {in: [OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED]}}) { id status } }",
            "{ tickets(where: {status: {ne: OPEN}}) { id status priority } }",
            "{ tickets { id status site { id status } } }",
        ]
        func answers() async throws -> [String] {
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for round in 0..<12 {
                    group.addTask { (round, Self.text(try await database.ask(queries[round % 3], as: Self.owner))) }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(
                    \.value)
            }
        }
        let before = try await answers()
        #expect(before.count == 12 && before.allSatisfy { !$0.contains("errors") })
        try database.cluster.psql(
            """
            DROP INDEX tickets_sla_resolution_due_idx; ALTER TABLE tickets ALTER status DROP DEFAULT;
            CREATE TYPE fresh AS ENUM ('closed', 'resolved', 'waiting', 'in_progress', 'open');
            ALTER TABLE tickets ALTER status TYPE fresh USING status::text::fresh;
            DROP TYPE ticket_status; ALTER TYPE fresh RENAME TO ticket_status;
            """, database: database.name)
        #expect(try await answers() == before)
        #expect(try await answers() == before)
    }
}
