import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PostgresClient
import PostgresSQL
import TestCluster
import Testing

/// Keys of several columns, and values that are computed of a row: a project of its own on a real
/// server.
///
/// Orders are numbered anew in each shop, and lines in each order, so that no column is unique by
/// itself; shops belong to tenants.
@Suite(.onBlockingThreads) struct CompositeKeyTests {
    private static let schema = """
        type Query {
          order(shopId: ID!, no: Int!): Order
          orders: [Order!]! @list
          lines: [Line!]! @list
        }
        type Order { shopId: ID! no: Int! note: String size: Int lines: [Line!]! @list shop: Shop }
        type Line { shopId: ID! orderNo: Int no: Int! article: String! order: Order }
        type Shop { id: ID! tenantId: ID! orders: [Order!]! @list }
        """

    private static let resolvers = [
        "Order": """
        table: orders
        key: [shopId, no]
        isolation: shop.tenantId
        relations: { lines: { via: [shopId, orderNo] } }
        """,
        "Line": """
        table: lines
        key: [shopId, orderNo, no]
        isolation: order.shop.tenantId
        relations: { order: { by: [shopId, orderNo] } }
        """,
        "Shop": "table: shops\nisolation: tenantId\n",
    ]

    private static let tables = """
        CREATE TABLE shops (id text PRIMARY KEY, tenant_id text NOT NULL);
        CREATE TABLE orders (shop_id text REFERENCES shops, no int4, note text, size int4, PRIMARY KEY (shop_id, no));
        CREATE TABLE lines (shop_id text NOT NULL, order_no int4, no int4, article text NOT NULL,
          UNIQUE (shop_id, order_no, no), FOREIGN KEY (shop_id, order_no) REFERENCES orders);
        INSERT INTO shops VALUES ('a', 't1'), ('b', 't1'), ('c', 't2');
        INSERT INTO orders VALUES ('a', 1, 'first', 3), ('a', 2, NULL, 1), ('b', 1, 'of b', 2), ('c', 1, 'hidden', 9);
        INSERT INTO lines VALUES ('a', 1, 1, 'nut'), ('a', 1, 2, 'bolt'), ('a', 2, 1, 'saw'), ('b', 1, 1, 'axe'),
          ('c', 1, 1, 'secret'), ('a', NULL, 7, 'loose');
        """

    private struct Subject {
        let gateway: EmbeddedGateway
        let rules: CompiledPolicy

        func ask(_ query: String, variables: [JSONMember] = [], tenant: String = "t1") async -> String {
            let viewer = Viewer(id: "r", role: "reader", tenant: .init(tenant), tenants: [tenant])
            return String(
                decoding: await gateway.respond(
                    to: GraphQLRequest(query: Array(query.utf8), variables: variables), viewer: viewer, rules: rules
                ).body, as: UTF8.self)
        }
    }

    private static func subject(_ change: (Catalog) -> Catalog = { $0 }) throws -> Subject {
        let catalog = change(
            try CatalogLoader.load(
                schemaFile: SourceText(name: "schema.graphql", schema),
                resolvers: resolvers.sorted { $0.key < $1.key }.map {
                    SourceText(name: "resolvers/\($0.key).yaml", $0.value)
                }))
        let types = resolvers.keys.sorted().map { "\($0): { read: { fields: all } }" }.joined(separator: ", ")
        let policy = try Policy.load(
            catalog: catalog, roles: SourceText(name: "roles.yaml", "roles: { reader: { \(types) } }"), tenants: [])
        guard case .rules(let rules) = policy.rules(role: "reader", tenant: nil) else {
            throw SpotexFailure(description: "no rules")
        }
        let cluster = try TestCluster.shared(), name = "keys_\(UInt32.random(in: .min ... .max))"
        let url = try cluster.createDatabase(name: name)
        try cluster.psql(tables, database: name)
        let gateway = EmbeddedGateway(
            catalog: catalog, connection: try ConnectionSettings(url), settings: GatewaySettings())
        _ = gateway.start()
        return Subject(gateway: gateway, rules: rules)
    }

    @Test func `rows are found and tied by all columns of their keys`() async throws {
        let subject = try Self.subject()
        #expect(
            await subject.ask("{ orders { shopId no lines { article } } }")
                == #"{"data":{"orders":[{"shopId":"a","no":1,"lines":[{"article":"nut"},{"article":"bolt"}]},{"shopId":"a","no":2,"lines":[{"article":"saw"}]},{"shopId":"b","no":1,"lines":[{"article":"axe"}]}]}}"#
        )
        #expect(
            await subject.ask("{ lines(orderBy: [{article: ASC}]) { article order { note shop { id } } } }")
                == #"{"data":{"lines":[{"article":"axe","order":{"note":"of b","shop":{"id":"b"}}},{"article":"bolt","order":{"note":"first","shop":{"id":"a"}}},{"article":"nut","order":{"note":"first","shop":{"id":"a"}}},{"article":"saw","order":{"note":null,"shop":{"id":"a"}}}]}}"#,
            "a line without an order has no tenant, and no order")
        #expect(
            await subject.ask(#"{ order(shopId: "b", no: 1) { note lines { article order { note } } } }"#)
                == #"{"data":{"order":{"note":"of b","lines":[{"article":"axe","order":{"note":"of b"}}]}}}"#)
        #expect(await subject.ask(#"{ order(shopId: "c", no: 1) { note } }"#) == #"{"data":{"order":null}}"#)
        #expect(
            await subject.ask(#"{ order(shopId: "c", no: 1) { lines { article } } }"#, tenant: "t2")
                == #"{"data":{"order":{"lines":[{"article":"secret"}]}}}"#)
        await subject.gateway.stop()
    }

    @Test func `filters, aggregates and orders follow them`() async throws {
        let subject = try Self.subject()
        #expect(
            await subject.ask(#"{ orders(where: {lines: {some: {article: {eq: "saw"}}}}) { shopId no } }"#)
                == #"{"data":{"orders":[{"shopId":"a","no":2}]}}"#)
        #expect(
            await subject.ask(
                #"{ orders(where: {lines: {some: {order: {lines: {some: {article: {eq: "bolt"}}}}}}}) { no } }"#)
                == #"{"data":{"orders":[{"no":1}]}}"#)
        #expect(
            await subject.ask(#"{ lines(where: {order: {note: {eq: "of b"}}}) { article } }"#)
                == #"{"data":{"lines":[{"article":"axe"}]}}"#)
        #expect(
            await subject.ask(#"{ orders(where: {lines: {none: {article: {contains: "n"}}}}) { shopId no } }"#)
                == #"{"data":{"orders":[{"shopId":"a","no":2},{"shopId":"b","no":1}]}}"#)
        #expect(
            await subject.ask("{ orders { linesAggregate { count } } }")
                == #"{"data":{"orders":[{"linesAggregate":{"count":2}},{"linesAggregate":{"count":1}},{"linesAggregate":{"count":1}}]}}"#
        )
        #expect(
            await subject.ask(#"{ lines(where: {article: {contains: "secret"}}) { article } }"#)
                == #"{"data":{"lines":[]}}"#)
        await subject.gateway.stop()
    }

    /// Every page and every order of the pages gives each row once.
    @Test(arguments: ["", "orderBy: [{no: DESC}]", "orderBy: [{note: DESC_NULLS_LAST}]"])
    func `cursors stand at a row of a whole key`(_ order: String) async throws {
        let subject = try Self.subject()
        var after: String? = nil
        var seen: [String] = []
        for _ in 0..<10 {
            let arguments = ["first: 1", order, after.map { "after: \"\($0)\"" } ?? ""].filter { !$0.isEmpty }
            let answer = await subject.ask(
                "{ ordersConnection(\(arguments.joined(separator: ", "))) { edges { cursor node { shopId no } } } }")
            let edges = try #require(try parseJSON(Array(answer.utf8))["data"]?["ordersConnection"]?["edges"])
            guard case .array(let items) = edges, let edge = items.first else { break }
            let shop = try #require(edge["node"]?["shopId"]), no = try #require(edge["node"]?["no"])
            seen.append("\(shop)\(no)")
            guard case .string(let cursor)? = edge["cursor"] else { break }
            after = cursor
        }
        #expect(seen.count == 3 && Set(seen).count == 3, "\(seen)")
        await subject.gateway.stop()
    }

    @Test func `a global id holds the whole key`() async throws {
        let subject = try Self.subject()
        let answer = await subject.ask("{ lines(orderBy: [{article: ASC}]) { article nodeId } }")
        guard case .array(let lines)? = try parseJSON(Array(answer.utf8))["data"]?["lines"] else {
            throw SpotexFailure(description: answer)
        }
        var ids: Set<String> = []
        for line in lines {
            guard case .string(let id)? = line["nodeId"], case .string(let article)? = line["article"] else { continue }
            ids.insert(id)
            let found = #"{"data":{"node":{"article":"\#(article)"}}}"#
            #expect(await subject.ask(#"{ node(nodeId: "\#(id)") { ... on Line { article } } }"#) == found)
            #expect(
                await subject.ask(
                    "query($id: ID!) { node(nodeId: $id) { ... on Line { article } } }",
                    variables: [JSONMember(key: "id", value: .string(id))]) == found)
            #expect(
                await subject.ask(#"{ node(nodeId: "\#(id)") { ... on Line { article } } }"#, tenant: "t2")
                    == #"{"data":{"node":null}}"#)
            #expect(
                await subject.ask(#"{ node(nodeId: "\#(id.dropLast(4))") { __typename } }"#)
                    == #"{"data":{"node":null}}"#, "cut short, it is no key")
        }
        #expect(ids.count == 4)
        await subject.gateway.stop()
    }

    // MARK: Computed values

    /// The same API, in which the size of an order is computed.
    private static func computing(_ expression: Expression) -> (Catalog) -> Catalog {
        { catalog in
            guard let order = catalog.types["Order"], var size = order.column("size") else { return catalog }
            size.expression = expression
            var fields = order.fields, types = catalog.types
            fields["size"] = .computed(size)
            types["Order"] = TypeBinding(
                name: order.name, table: order.table, key: order.key, fields: fields, isolation: order.isolation,
                defaultOrder: order.defaultOrder, file: order.file)
            return Catalog(
                schema: catalog.schema, types: types, root: catalog.root, derived: catalog.derived,
                derivedFields: catalog.derivedFields, nodeKeys: catalog.nodeKeys, nodeField: catalog.nodeField,
                accessTypes: catalog.accessTypes)
        }
    }

    @Test func `a computed value is selected, filtered, ordered and grouped by like a column`() async throws {
        let row = ColumnBinding.row
        let subject = try Self.subject(
            Self.computing(
                .choice(
                    .isNull(.column(row, "note")), then: .cast(.integer(100), "int4"), otherwise: .column(row, "size"))
            ))
        #expect(
            await subject.ask("{ orders { no size } }")
                == #"{"data":{"orders":[{"no":1,"size":3},{"no":2,"size":100},{"no":1,"size":2}]}}"#)
        #expect(
            await subject.ask("{ orders(where: {size: {gt: 2}}, orderBy: [{size: DESC}]) { size } }")
                == #"{"data":{"orders":[{"size":100},{"size":3}]}}"#)
        #expect(
            await subject.ask("{ ordersAggregate { max { size } sum { size } } }")
                == #"{"data":{"ordersAggregate":{"max":{"size":100},"sum":{"size":"105"}}}}"#)
        #expect(
            await subject.ask("{ lines(where: {order: {size: {eq: 100}}}) { article order { size } } }")
                == #"{"data":{"lines":[{"article":"saw","order":{"size":100}}]}}"#)
        #expect(
            await subject.ask("{ ordersConnection(first: 2, orderBy: [{size: DESC}]) { edges { node { size } } } }")
                == #"{"data":{"ordersConnection":{"edges":[{"node":{"size":100}},{"node":{"size":3}}]}}}"#)
        await subject.gateway.stop()
    }

    /// What a computed value reads of other rows is looked at like any statement.
    @Test func `a computed value cannot read around isolation`() async throws {
        let l0 = Alias("l", 0)
        let lines = Select(
            columns: [OutputColumn(.integer(1))],
            from: [.table(TableSource(schema: nil, name: "lines", alias: l0, purpose: .rows(type: "Line")))],
            conditions: [.binary(.column(l0, "order_no"), .equal, .column(ColumnBinding.row, "no"))])
        let subject = try Self.subject(
            Self.computing(.choice(.exists(lines), then: .integer(1), otherwise: .integer(0))))
        let answer = await subject.ask("{ orders { size } }")
        #expect(answer.contains("INTERNAL") && !answer.contains("size"), "\(answer)")
        await subject.gateway.stop()
    }
}
