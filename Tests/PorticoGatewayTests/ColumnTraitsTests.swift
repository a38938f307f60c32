import Diagnostics
import ExactText
import Foundation
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoGateway
import PostgresClient
import TestCluster
import Testing

/// Columns that compare in a way of their own: a project of its own on a real server, whose columns
/// are looked up there.
@Suite(.onBlockingThreads) struct ColumnTraitsTests {
    /// - Parameters:
    ///   - tables: SQL that makes what the schema speaks of, beside `tenants`.
    ///   - isKnown: Whether the columns are looked up; else the gateway knows nothing of them.
    private static func gateway(
        _ schema: String, _ resolvers: [String: String], tables: String, rules: String? = nil, isKnown: Bool = true
    ) throws -> Subject {
        let cluster = try TestCluster.shared(), name = "traits_\(UInt32.random(in: .min ... .max))"
        let url = try cluster.createDatabase(name: name)
        let collation = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        try cluster.psql(
            "CREATE EXTENSION citext; \(collation) CREATE TABLE tenants (id text PRIMARY KEY); INSERT INTO tenants VALUES ('t1'), ('t2'); \(tables)",
            database: name)
        let stated = try CatalogLoader.load(
            schemaFile: SourceText(name: "schema.graphql", schema),
            resolvers: resolvers.sorted { $0.key < $1.key }.map {
                SourceText(name: "resolvers/\($0.key).yaml", $0.value)
            })
        let connection = try BlockingConnection(try ConnectionSettings(url))
        let database = try DatabaseCatalog { part throws(DatabaseFailure) in try connection.query(part.statement).rows }
        let catalog = isKnown ? stated.on(database) : stated.cautious
        let types = resolvers.keys.sorted().map { "\($0): { read: { fields: all } }" }.joined(separator: ", ")
        let policy = try Policy.load(
            catalog: catalog, roles: SourceText(name: "roles.yaml", "roles: { reader: { \(rules ?? types) } }"),
            tenants: [])
        guard case .rules(let rules) = policy.rules(role: "reader", tenant: nil) else {
            throw SpotexFailure(description: "no rules")
        }
        let gateway = EmbeddedGateway(
            catalog: catalog, connection: try ConnectionSettings(url), settings: GatewaySettings())
        _ = gateway.start()
        return Subject(gateway: gateway, rules: rules)
    }

    private struct Subject {
        let gateway: EmbeddedGateway
        let rules: CompiledPolicy

        func ask(_ query: String, as user: ExactString = "r", tenant: ExactString = "t1") async -> String {
            let viewer = Viewer(id: user, role: "reader", tenant: tenant, tenants: [tenant.text])
            return String(
                decoding: await gateway.respond(
                    to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: rules
                ).body, as: UTF8.self)
        }
    }

    // MARK: Relations

    /// The types of `accounts.id` and `notes.account_id`, and whether a note's account and an
    /// account's notes are found: each by the column that is looked up.
    @Test(arguments: [
        ("citext", "citext", true, true), ("citext", "text", true, false), ("text", "citext", false, true),
        ("varchar(9)", "citext", false, true),
        ("char(9)", "citext", false, true), ("citext", "char(9)", true, false),
        ("text COLLATE ci", "text COLLATE ci", true, true), ("text COLLATE ci", "text", true, false),
        ("text", "varchar(9) COLLATE ci", false, true),
        (#"text COLLATE "C""#, "text COLLATE ci", false, true),
        ("text COLLATE ci", #"text COLLATE "POSIX""#, true, false), ("text", "varchar(9)", false, false),
    ])
    func `rows are tied by the column that is looked up`(
        _ account: String, _ note: String, _ findsAccount: Bool, _ findsNotes: Bool
    ) async throws {
        let subject = try Self.gateway(
            """
            type Query { account(id: ID!): Account accounts: [Account!]! @list notes: [Note!]! @list }
            type Account { id: ID! notes: [Note!]! @list }
            type Note { id: ID! accountId: ID account: Account }
            """,
            [
                "Account": "table: accounts\nisolation: none\nrelations: { notes: { via: accountId } }\n",
                "Note": "table: notes\nisolation: none\nfields: { id: { type: int4 } }\n",
            ],
            tables: """
                CREATE TABLE accounts (id \(account) PRIMARY KEY);
                CREATE TABLE notes (id int4 PRIMARY KEY, account_id \(note));
                INSERT INTO accounts VALUES ('Foo'), ('bar');
                INSERT INTO notes VALUES (1, 'foo'), (2, 'bar'), (3, 'BAR'), (4, NULL);
                """)
        let (foo, notes) = (findsAccount ? #"{"id":"Foo"}"# : "null", findsNotes ? #"[{"id":"1"}]"# : "[]")
        let bars = findsNotes ? #"[{"id":"2"},{"id":"3"}]"# : #"[{"id":"2"}]"#
        #expect(
            await subject.ask("{ notes(orderBy: [{id: ASC}]) { account { id } } }")
                == #"{"data":{"notes":[{"account":\#(foo)},{"account":{"id":"bar"}},{"account":\#(findsAccount ? #"{"id":"bar"}"# : "null")},{"account":null}]}}"#
        )
        #expect(
            await subject.ask("{ accounts(where: {id: {in: [\"Foo\"]}}) { notes(orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"accounts":[{"notes":\#(notes)}]}}"#)
        // The key is known before the row is, as the client spells it.
        #expect(
            await subject.ask("{ account(id: \"bar\") { notes(orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"account":{"notes":\#(bars)}}}"#)
        #expect(
            await subject.ask("{ account(id: \"BAR\") { notes(orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"account":\#(findsAccount ? #"{"notes":\#(bars)}"# : "null")}}"#)
        // Filters follow relations as batches do.
        #expect(
            await subject.ask("{ accounts(where: {notes: {some: {id: {eq: 1}}}}) { id } }")
                == #"{"data":{"accounts":\#(findsNotes ? #"[{"id":"Foo"}]"# : "[]")}}"#)
        #expect(
            await subject.ask("{ notes(where: {account: {id: {eq: \"Foo\"}}}) { id } }")
                == #"{"data":{"notes":\#(findsAccount ? #"[{"id":"1"}]"# : "[]")}}"#)
        #expect(
            await subject.ask("{ accounts(where: {notes: {none: {id: {ne: 99}}}}) { id } }")
                == #"{"data":{"accounts":\#(findsNotes ? "[]" : #"[{"id":"Foo"}]"#)}}"#)
        await subject.gateway.stop()
    }

    /// A batch's key that only counts as equal to a row's column does not stand for it on the row's
    /// way to its tenant.
    @Test(arguments: [
        ("citext", true), ("text COLLATE ci", true), ("citext", false), ("text COLLATE ci", false), ("text", false),
    ])
    func `a key that only counts as equal leads to no other tenant`(_ reference: String, _ isKnown: Bool) async throws {
        let subject = try Self.gateway(
            """
            type Query { tickets: [Ticket!]! @list messages: [Message!]! @list }
            type Ticket { id: ID! tenantId: ID! messages: [Message!]! @list }
            type Message { id: ID! ticketId: ID! ticket: Ticket }
            """,
            [
                "Ticket": "table: tickets\nisolation: tenantId\nrelations: { messages: { via: ticketId } }\n",
                "Message": "table: messages\nisolation: ticket.tenantId\nfields: { id: { type: int4 } }\n",
            ],
            tables: """
                CREATE TABLE tickets (id text PRIMARY KEY, tenant_id text NOT NULL REFERENCES tenants);
                CREATE TABLE messages (id int4 PRIMARY KEY, ticket_id \(reference) NOT NULL);
                INSERT INTO tickets VALUES ('a', 't1'), ('A', 't2');
                INSERT INTO messages VALUES (1, 'a'), (2, 'A');
                """, isKnown: isKnown)
        #expect(
            await subject.ask("{ tickets { id messages(orderBy: [{id: ASC}]) { id } } messages { id } }")
                == #"{"data":{"tickets":[{"id":"a","messages":[{"id":"1"}]}],"messages":[{"id":"1"}]}}"#)
        #expect(
            await subject.ask("{ tickets { id messages(orderBy: [{id: ASC}]) { id } } messages { id } }", tenant: "t2")
                == #"{"data":{"tickets":[{"id":"A","messages":[{"id":"2"}]}],"messages":[{"id":"2"}]}}"#)
        await subject.gateway.stop()
    }

    /// Tenants and users are compared by bytes, even if a column's collation ignores differences.
    @Test(arguments: ["citext", "text COLLATE ci"]) func `whose a row is does not depend on its case`(
        _ type: String
    ) async throws {
        let subject = try Self.gateway(
            "type Query { notes: [Note!]! @list steps: [Step!]! @list } type Note { id: ID! tenantId: ID! ownerId: ID! steps: [Step!]! @list } type Step { id: ID! noteId: ID! note: Note }",
            [
                "Note":
                    "table: notes\nisolation: tenantId\nfields: { id: { type: int4 } }\nrelations: { steps: { via: noteId } }\n",
                "Step":
                    "table: steps\nisolation: note.tenantId\nfields: { id: { type: int4 }, noteId: { type: int4 } }\n",
            ],
            tables: """
                INSERT INTO tenants VALUES ('T1');
                CREATE TABLE notes (id int4 PRIMARY KEY, tenant_id \(type) NOT NULL REFERENCES tenants, owner_id \(type) NOT NULL);
                CREATE TABLE steps (id int4 PRIMARY KEY, note_id int4 NOT NULL REFERENCES notes);
                INSERT INTO notes VALUES (1, 't1', 'ann'), (2, 'T1', 'bob'), (3, 't1', 'ANN'), (4, 't2', 'ann');
                INSERT INTO steps VALUES (1, 1), (2, 2), (3, 4);
                """,
            rules:
                "Note: { read: { fields: all, rows: { or: [{ ownerId: { eq: $viewer.id } }, { ownerId: { eq: bob } }] } } }, Step: { read: { fields: all } }"
        )
        let query = "{ notes { id steps { id } } steps { id } }"
        #expect(
            await subject.ask(query, as: "ann")
                == #"{"data":{"notes":[{"id":"1","steps":[{"id":"1"}]}],"steps":[{"id":"1"}]}}"#)
        #expect(
            await subject.ask(query, as: "ANN") == #"{"data":{"notes":[{"id":"3","steps":[]}],"steps":[{"id":"1"}]}}"#)
        #expect(
            await subject.ask(query, as: "ann", tenant: "T1")
                == #"{"data":{"notes":[{"id":"2","steps":[{"id":"2"}]}],"steps":[{"id":"2"}]}}"#)
        await subject.gateway.stop()
    }

    /// An extension in a schema that is not looked in: PostgreSQL compares its texts as texts, and
    /// so they are ordered and grouped.
    @Test func `citext of another schema is a text`() async throws {
        let subject = try Self.people(
            "other.citext", before: "CREATE SCHEMA other; ALTER EXTENSION citext SET SCHEMA other;")
        for (filter, expected) in [
            (#"eq: "ANNA""#, ""), (#"eq: "Anna""#, "1"), (#"startsWith: "an""#, ""), (#"like: "An%""#, "1,4"),
        ] {
            #expect(await ids(subject, filter) == expected, "\(filter)")
        }
        #expect(
            await subject.ask("{ people(orderBy: [{name: ASC}]) { id } }")
                == #"{"data":{"people":[{"id":"4"},{"id":"1"},{"id":"3"},{"id":"2"}]}}"#)
        await subject.gateway.stop()
    }

    // MARK: Operators

    private static let names = """
        type Query { person(name: String!): Person people: [Person!]! @list }
        type Person { id: ID! name: String! }
        """

    private static func people(_ type: String, stated: String = "", before: String = "") throws -> Subject {
        try gateway(
            names, ["Person": "table: people\nisolation: none\nfields: { id: { type: int4 }\(stated) }\n"],
            tables: """
                \(before)
                CREATE TABLE people (id int4 PRIMARY KEY, name \(type) NOT NULL);
                INSERT INTO people VALUES (1, 'Anna'), (2, 'berta'), (3, 'Carl'), (4, 'An%a');
                """)
    }

    private func ids(_ subject: Subject, _ filter: String) async -> String {
        await subject.ask("{ people(where: {name: {\(filter)}}, orderBy: [{id: ASC}]) { id } }").replacing(
            #"{"data":{"people":["#, with: ""
        ).replacing(#"]}}"#, with: "")
            .replacing(#"{"id":""#, with: "").replacing(#""}"#, with: "")
    }

    @Test(arguments: ["", ", name: { type: citext }"]) func `citext is case-insensitive by every operator`(
        _ stated: String
    ) async throws {
        let subject = try Self.people("citext", stated: stated)
        for (filter, expected) in [
            (#"eq: "ANNA""#, "1"), (#"ne: "anna""#, "2,3,4"), (#"in: ["BERTA", "x"]"#, "2"),
            (#"notIn: ["BERTA"]"#, "1,3,4"), (#"gt: "ANNA""#, "2,3"),
            (#"startsWith: "aN""#, "1,4"), (#"endsWith: "A""#, "1,2,4"), (#"contains: "ER""#, "2"),
            (#"iContains: "AR""#, "3"), (#"like: "an_A""#, "1,4"),
            (#"like: "AN\\%a""#, "4"), (#"iLike: "c%""#, "3"), (#"startsWith: "n""#, ""),
        ] { #expect(await ids(subject, filter) == expected, "\(filter)") }
        #expect(await subject.ask(#"{ person(name: "carl") { id } }"#) == #"{"data":{"person":{"id":"3"}}}"#)
        // Several at once are one statement, whose values travel as texts.
        let answers = await withTaskGroup(of: (String, String).self) { group in
            for name in ["anna", "BERTA", "CARL", "nobody"] {
                group.addTask { (name, await subject.ask(#"{ person(name: "\#(name)") { id } }"#)) }
            }
            return await group.reduce(into: [String: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(
            answers["anna"] == #"{"data":{"person":{"id":"1"}}}"#
                && answers["BERTA"] == #"{"data":{"person":{"id":"2"}}}"#)
        #expect(
            answers["CARL"] == #"{"data":{"person":{"id":"3"}}}"# && answers["nobody"] == #"{"data":{"person":null}}"#)
        await subject.gateway.stop()
    }

    @Test func `texts of a nondeterministic collation are equal by it and searched exactly`() async throws {
        let subject = try Self.people("text COLLATE ci")
        for (filter, expected) in [
            (#"eq: "ANNA""#, "1"), (#"in: ["BERTA"]"#, "2"), (#"gt: "anna""#, "2,3"), (#"startsWith: "An""#, "1,4"),
            (#"startsWith: "an""#, ""), (#"endsWith: "a""#, "1,2,4"),
            (#"contains: "er""#, "2"), (#"iContains: "AR""#, "3"), (#"like: "A%""#, "1,4"), (#"iLike: "a%""#, "1,4"),
        ] { #expect(await ids(subject, filter) == expected, "\(filter)") }
        await subject.gateway.stop()
    }

    @Test(arguments: ["citext", "text COLLATE ci", "char(9)", "varchar(9)", "name"])
    func `pages follow the column's own order`(_ type: String) async throws {
        let subject = try Self.people(type)
        var cursor = "null", found: [String] = []
        for _ in 0..<5 {
            let page = await subject.ask(
                "{ peopleConnection(first: 1, after: \(cursor), orderBy: [{name: ASC}]) { edges { cursor node { id } } } }"
            )
            guard let id = page.firstMatch(of: /"id":"(\d)"/)?.1,
                let next = page.firstMatch(of: /"cursor":"([^"]+)"/)?.1
            else { break }
            found.append(String(id))
            cursor = "\"\(next)\""
        }
        #expect(found.count == 4 && Set(found) == ["1", "2", "3", "4"], "\(found)")
        await subject.gateway.stop()
    }

    /// Blanks at its end are no part of a `char(n)`, wherever it is shown or compared.
    @Test(arguments: ["", ", name: { type: bpchar }"]) func `a blank-padded text is shown without its padding`(
        _ stated: String
    ) async throws {
        let subject = try Self.people("char(9)", stated: stated)
        #expect(
            await subject.ask("{ people(first: 1, orderBy: [{id: ASC}]) { name } }")
                == #"{"data":{"people":[{"name":"Anna"}]}}"#)
        #expect(
            await subject.ask(
                "{ peopleAggregate { max { name } groupBy(keys: [{field: NAME}], first: 1) { key { name } } } }"
            ).contains("  ") == false)
        for (filter, expected) in [
            (#"eq: "Anna""#, "1"), (#"eq: "Anna  ""#, "1"), (#"endsWith: "a""#, "1,2,4"), (#"like: "Ann_""#, "1"),
            (#"startsWith: "An""#, "1,4"), (#"in: ["Carl"]"#, "3"),
        ] { #expect(await ids(subject, filter) == expected, "\(filter)") }
        await subject.gateway.stop()
    }

    // MARK: Domains

    @Test func `domains over enums and arrays work as what they are over`() async throws {
        let subject = try Self.gateway(
            """
            type Query { days: [Day!]! @list }
            type Day { id: ID! mood: Mood moods: [Mood] tags: [String] email: String }
            enum Mood { HAPPY SAD }
            """,
            ["Day": "table: days\nisolation: none\nfields: { id: { type: int4 } }\n"],
            tables: """
                CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN mood_d AS mood; CREATE DOMAIN mood_dd AS mood_d;
                CREATE DOMAIN tags AS text[]; CREATE DOMAIN email AS citext;
                CREATE TABLE days (id int4 PRIMARY KEY, mood mood_dd, moods mood_d[], tags tags, email email);
                INSERT INTO days VALUES (1, 'happy', '{happy}', '{a,b}', 'A@x'), (2, 'sad', '{happy,sad}', '{b}', 'b@X'), (3, NULL, NULL, NULL, NULL);
                """)
        func ids(_ filter: String) async -> String {
            await subject.ask("{ days(where: {\(filter)}, orderBy: [{id: ASC}]) { id } }")
        }
        func found(_ ids: Int...) -> String {
            #"{"data":{"days":[\#(ids.map { #"{"id":"\#($0)"}"# }.joined(separator: ","))]}}"#
        }
        #expect(await ids("mood: {eq: HAPPY}") == found(1))
        #expect(await ids("mood: {in: [HAPPY, SAD]}") == found(1, 2))
        #expect(await ids("mood: {isNull: true}") == found(3))
        #expect(await ids("moods: {has: SAD}") == found(2))
        #expect(await ids("moods: {hasAll: [HAPPY, SAD]}") == found(2))
        #expect(await ids("moods: {hasAny: [HAPPY]}") == found(1, 2))
        #expect(await ids(#"tags: {has: "a"}"#) == found(1))
        #expect(await ids(#"tags: {hasAny: ["b"]}"#) == found(1, 2))
        #expect(await ids(#"email: {eq: "a@X"}"#) == found(1))
        #expect(await ids(#"email: {endsWith: "@x"}"#) == found(1, 2))
        #expect(
            await subject.ask("{ days(orderBy: [{mood: DESC_NULLS_LAST}]) { id mood moods tags } }")
                == #"{"data":{"days":[{"id":"2","mood":"SAD","moods":["HAPPY","SAD"],"tags":["b"]},{"id":"1","mood":"HAPPY","moods":["HAPPY"],"tags":["a","b"]},{"id":"3","mood":null,"moods":null,"tags":null}]}}"#
        )
        #expect(
            await subject.ask("{ daysAggregate { groupBy(keys: [{field: MOOD}]) { key { mood } count } } }")
                == #"{"data":{"daysAggregate":{"groupBy":[{"key":{"mood":"HAPPY"},"count":1},{"key":{"mood":"SAD"},"count":1},{"key":{"mood":null},"count":1}]}}}"#
        )
        await subject.gateway.stop()
    }
}
