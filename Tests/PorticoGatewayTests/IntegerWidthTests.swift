import Diagnostics
import Foundation
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PostgresClient
import TestCluster
import Testing

/// Relations between integers of different widths, which PostgreSQL compares: a project of its own
/// on a real server.
@Suite(.onBlockingThreads) struct IntegerWidthTests {
    private static let schema = """
        scalar BigInt
        type Query { shelf(id: ID!): Shelf shelves: [Shelf!]! @list books: [Book!]! @list }
        type Shelf { id: ID! code: BigInt! books: [Book!]! @list }
        type Book { id: ID! shelfId: ID shelfCode: BigInt shelf: Shelf }
        """

    private static func resolver(_ name: String, _ text: String) -> SourceText {
        SourceText(name: "resolvers/\(name).yaml", text)
    }

    /// - Parameters:
    ///   - shelf: the type of the shelves' key.
    ///   - book: that of the books' reference to it.
    private static func gateway(shelf: String, book: String) throws -> (EmbeddedGateway, CompiledPolicy) {
        let catalog = try CatalogLoader.load(
            schemaFile: SourceText(name: "schema.graphql", schema),
            resolvers: [
                resolver(
                    "Shelf",
                    "table: shelves\nisolation: none\nfields: { id: { type: \(shelf) } }\nrelations: { books: { via: shelfId } }\n"
                ),
                resolver(
                    "Book",
                    "table: books\nisolation: none\nfields: { id: { type: int4 }, shelfId: { type: \(book) } }\n"),
            ])
        let roles = "roles: { reader: { Shelf: { read: { fields: all } }, Book: { read: { fields: all } } } }"
        let policy = try Policy.load(catalog: catalog, roles: SourceText(name: "roles.yaml", roles), tenants: [])
        guard case .rules(let rules) = policy.rules(role: "reader", tenant: nil) else {
            throw SpotexFailure(description: "no rules")
        }
        let cluster = try TestCluster.shared(), name = "widths_\(UInt32.random(in: .min ... .max))"
        let url = try cluster.createDatabase(name: name)
        try cluster.psql(
            """
            CREATE TABLE shelves (id \(shelf) PRIMARY KEY, code int8 NOT NULL);
            CREATE TABLE books (id int4 PRIMARY KEY, shelf_id \(book), shelf_code int8);
            INSERT INTO shelves VALUES (1, 1), (2, 2), (3, 3);
            INSERT INTO books VALUES (1, 1, 1), (2, 1, 1), (3, 3, 3), (4, NULL, NULL);
            """, database: name)
        let gateway = EmbeddedGateway(
            catalog: catalog, connection: try ConnectionSettings(url), settings: GatewaySettings())
        _ = gateway.start()
        return (gateway, rules)
    }

    @Test(arguments: [("int8", "int4"), ("int4", "int8"), ("int2", "int8"), ("int8", "int2")])
    func `children and parents are found`(_ shelf: String, _ book: String) async throws {
        let (gateway, rules) = try Self.gateway(shelf: shelf, book: book)
        func ask(_ query: String) async -> String {
            let viewer = Viewer(id: "r", role: "reader", tenant: "t", tenants: ["t"])
            return String(
                decoding: await gateway.respond(
                    to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: rules
                ).body, as: UTF8.self)
        }
        #expect(
            await ask("{ shelves(orderBy: [{id: ASC}]) { id books(orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"shelves":[{"id":"1","books":[{"id":"1"},{"id":"2"}]},{"id":"2","books":[]},{"id":"3","books":[{"id":"3"}]}]}}"#
        )
        #expect(
            await ask("{ books(orderBy: [{id: ASC}]) { shelf { id } } }")
                == #"{"data":{"books":[{"shelf":{"id":"1"}},{"shelf":{"id":"1"}},{"shelf":{"id":"3"}},{"shelf":null}]}}"#
        )
        #expect(
            await ask("{ shelf(id: 1) { books(orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"shelf":{"books":[{"id":"1"},{"id":"2"}]}}}"#)
        #expect(
            await ask("{ shelves(where: {books: {some: {id: {eq: 3}}}}) { id } }")
                == #"{"data":{"shelves":[{"id":"3"}]}}"#)
        #expect(
            await ask("{ books(where: {shelf: {id: {eq: 1}}}, orderBy: [{id: ASC}]) { id } }")
                == #"{"data":{"books":[{"id":"1"},{"id":"2"}]}}"#)
        // The filter is on the very column that the key stands for: what it may hold is that
        // column's own range.
        #expect(
            await ask(
                "{ shelves(orderBy: [{id: ASC}]) { books(where: {shelfId: {in: [1]}}, orderBy: [{id: ASC}]) { id } } }")
                == #"{"data":{"shelves":[{"books":[{"id":"1"},{"id":"2"}]},{"books":[]},{"books":[]}]}}"#)
        if book == "int8" {
            #expect(
                await ask("{ shelves(first: 1) { books(where: {shelfId: {eq: 5000000000}}) { id } } }")
                    == #"{"data":{"shelves":[{"books":[]}]}}"#)
        }
        if shelf == "int8" {
            #expect(await ask("{ shelf(id: 5000000000) { books { id } } }") == #"{"data":{"shelf":null}}"#)
        }
        await gateway.stop()
    }
}
