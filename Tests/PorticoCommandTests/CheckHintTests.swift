import Foundation
import Testing

/// What `check` tells a newcomer whose database nobody here has made: each mistake with the edit
/// that mends it.
@Suite struct CheckHintTests {
    /// A shop of several companies: integers as keys, a table whose key is of two columns, a view.
    private static let tables = """
        CREATE TYPE order_state AS ENUM ('new', 'sent');
        CREATE TABLE companies (company_id int4 PRIMARY KEY, name text NOT NULL);
        CREATE TABLE employees (employee_id int4 PRIMARY KEY, company_id int4 NOT NULL REFERENCES companies, name varchar(40) NOT NULL, role text NOT NULL);
        CREATE TABLE orders (
            order_id int4 PRIMARY KEY, company_id int4 NOT NULL REFERENCES companies, employee_id int4 NOT NULL REFERENCES employees,
            freight float4 NOT NULL, ordered date NOT NULL, reference uuid NOT NULL, state order_state NOT NULL, took interval, number int4 NOT NULL UNIQUE, tags text[]);
        CREATE TABLE order_lines (order_id int4 NOT NULL REFERENCES orders, product_id int4 NOT NULL, quantity int2 NOT NULL, PRIMARY KEY (order_id, product_id));
        CREATE VIEW order_totals AS SELECT o.order_id, o.company_id, 1 AS total FROM orders o UNION ALL SELECT o.order_id, o.company_id, 2 FROM orders o;
        CREATE INDEX ON orders (company_id); CREATE INDEX ON employees (company_id); CREATE INDEX ON orders (employee_id);
        INSERT INTO companies VALUES (1, 'One'); INSERT INTO employees VALUES (1, 1, 'E', 'seller');
        INSERT INTO orders VALUES (1, 1, 1, 1.5, '2026-01-02', '00000000-0000-0000-0000-000000000001', 'new', '1 day', 7, '{a,NULL}');
        """

    private static let schema = """
        type Query { orders: [Order!]! @list employees: [Employee!]! @list }
        type Employee { id: ID! companyId: ID! name: String! orders: [Order!]! @list }
        type Order { id: ID! companyId: ID! employeeId: ID! freight: Float! ordered: Date! reference: ID! number: Int! }
        scalar Date
        """

    private static let resolvers = [
        "Employee":
            "table: employees\nisolation: companyId\nfields:\n  id: { column: employee_id, type: int4 }\n  companyId: { type: int4 }\nrelations:\n  orders: { via: employeeId }\n",
        "Order": """
        table: orders
        isolation: companyId
        fields:
          id: { column: order_id, type: int4 }
          companyId: { type: int4 }
          employeeId: { type: int4 }
          freight: { type: float4 }
          reference: { type: uuid }

        """,
    ]

    private static func fixture(
        schema: String = schema, _ resolvers: [String: String] = resolvers
    ) throws -> ProjectFixture {
        let fixture = try ProjectFixture.empty(), path = fixture.project.path
        for name in ["resolvers", "config", "migrations"] {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        try fixture.project.write(schema, to: "schema.graphql")
        for (name, text) in resolvers { try fixture.project.write(text, to: "resolvers/\(name).yaml") }
        let authentication = """
            authentication:
              users: { table: employees, id: employee_id, role: role, tenant: company_id, status: null }
              tenants: { table: companies, id: company_id, parent: null, status: null }

            """
        try fixture.project.write(authentication, to: "config/gateway.yaml")
        let types = resolvers.keys.sorted().map { "    \($0): { read: { fields: all } }\n" }.joined()
        try fixture.project.write("roles:\n  seller:\n\(types)", to: "config/access/roles.yaml")
        try fixture.psql(tables)
        return fixture
    }

    @Test func `the project as it should be has no problem`() throws {
        let result = try Self.fixture().run(["check"])
        #expect(result.status == 0 && result.output.hasPrefix("no problem in "), "\(result.output)\(result.errors)")
    }

    @Test(arguments: [
        // The isolation column.
        (
            "Order", "isolation: companyId", "isolation: employeeId",
            "refers to employees.employee_id and not to companies.company_id", "Write `isolation: companyId`."
        ),
        (
            "Order", "isolation: companyId", "isolation: number", "No foreign key says that orders.number",
            "Write `isolation: companyId`."
        ),
        // The key.
        (
            "Order", "table: orders", "table: orders\nkey: companyId",
            "The key orders.company_id of Order is not unique in the database.", "Write `key: id`."
        ),
        (
            "Order", "table: orders", "table: order_totals",
            "The key order_totals.order_id of Order is not unique: \"1\" stands in several rows.",
            "row_number() OVER ()"
        ),
        // The table.
        (
            "Order", "table: orders", "table: order", "The database has no table order for the type Order.",
            "Did you mean \"orders\"?"
        ),
        // The type.
        (
            "Order", "  reference: { type: uuid }\n", "",
            "orders.reference is uuid in the database; the field Order.reference reads it as text.",
            "Write `reference: { type: uuid }` under `fields` in resolvers/Order.yaml."
        ),
        (
            "Order", "  freight: { type: float4 }\n", "", "orders.freight is float4 in the database",
            "Write `freight: { type: float4 }` under `fields` in resolvers/Order.yaml."
        ),
        (
            "Order", "reference: { type: uuid }", "reference: { column: took }",
            "orders.took is interval in the database", "No field shows a column of type interval"
        ),
        (
            "Order", "reference: { type: uuid }", "reference: { column: state }",
            "orders.state is order_state in the database", "Declare an enum with the labels of order_state"
        ),
        (
            "Order", "reference: { type: uuid }", "reference: { column: ordered }",
            "orders.ordered is date in the database", "Declare the field as `Date` in the schema."
        ),
        (
            "Order", "reference: { type: uuid }", "reference: { column: tags }",
            "orders.tags is text[] in the database", "Declare the field as `[String]` in the schema."
        ),
        // The name of a column stays where its type is mended.
        (
            "Order", "id: { column: order_id, type: int4 }", "id: { column: order_id }",
            "orders.order_id is int4 in the database",
            "Write `id: { column: order_id, type: int4 }` under `fields` in resolvers/Order.yaml."
        ),
        (
            "Order", "id: { column: order_id, type: int4 }", "id: { type: int4 }",
            "The table orders has no column id for Order.id.",
            "write `id: { column: order_id }` under `fields` in resolvers/Order.yaml"
        ),
        // A column under another name.
        (
            "Employee", "column: employee_id, type: int4", "column: employeeid, type: int4",
            "has no column employeeid for Employee.id", "Did you mean \"employee_id\"?"
        ),
    ]) func `a mistake is told with its cure`(
        _ type: String, _ before: String, _ after: String, _ message: String, _ hint: String
    ) throws {
        var resolvers = Self.resolvers
        let text = try #require(resolvers[type])
        try #require(text.contains(before))
        resolvers[type] = text.replacing(before, with: after)
        let result = try Self.fixture(resolvers).run(["check"])
        #expect(result.status == 1 && result.output.contains(message), "\(result.output)")
        #expect(result.output.contains(hint), "\(result.output)")
        #expect(
            result.output.contains("resolvers/\(type).yaml:") || result.output.contains("schema.graphql:"),
            "\(result.output)")
    }

    @Test func `a key of two columns is told with what to do`() throws {
        var resolvers = Self.resolvers
        resolvers["Line"] =
            "table: order_lines\nkey: orderId\nisolation: order.companyId\nfields: { orderId: { type: int4 }, productId: { type: int4 }, quantity: { type: int2 } }\nrelations: { order: { by: orderId } }\n"
        let schema = Self.schema.replacing(
            "type Query {",
            with:
                "type Line { orderId: ID! productId: ID! quantity: Int! order: Order }\ntype Query { lines: [Line!]! @list"
        )
        let result = try Self.fixture(schema: schema, resolvers).run(["check"])
        #expect(result.status == 1, "\(result.output)")
        #expect(
            result.output.contains(
                "Write `key: [orderId, productId]`."
            ), "\(result.output)")
    }

    @Test func `a column that takes other tenants for equal is told`() throws {
        let fixture = try Self.fixture()
        try fixture.psql(
            "CREATE EXTENSION citext; DROP VIEW order_totals; ALTER TABLE orders DROP CONSTRAINT orders_company_id_fkey, ALTER company_id TYPE citext"
        )
        let result = try fixture.run(["check"])
        let cure = try #require(result.output.firstRange(of: "ALTER TABLE \"orders\" ALTER COLUMN"), "\(result.output)")
            .lowerBound
        try fixture.psql("UPDATE orders SET company_id = company_id; \(result.output[cure...].prefix { $0 != "\n" })")
        #expect(result.output.contains("orders.company_id takes texts for equal that are not"))
        #expect(try !fixture.run(["check"]).output.contains("takes texts for equal"))
    }

    @Test func `labels in another spelling are told once, with the edit`() throws {
        let schema = Self.schema.replacing("reference: ID!", with: "reference: ID! rating: Rating").appending(
            "\nenum Rating { G PG_13 }\n")
        let fixture = try Self.fixture(schema: schema)
        try fixture.psql(
            "CREATE TYPE rating AS ENUM ('G', 'PG-13'); ALTER TABLE orders ADD rating rating DEFAULT 'PG-13'")
        let result = try fixture.run(["check"])
        #expect(result.status == 1 && result.output.contains("1 error in"), "\(result.output)")
        let edit = try #require(
            result.output.firstMatch(of: /Add `(labels: [^`]+)` to `rating`/)?.1, "\(result.output)")
        try fixture.project.replace("fields:\n", by: "fields:\n  rating: { \(edit) }\n", in: "resolvers/Order.yaml")
        let mended = try fixture.run(["check"])
        #expect(mended.status == 0 && mended.output.hasPrefix("no problem in "), "\(mended.output)")
    }

    @Test func `tenants whose ids may be written in several ways are told`() throws {
        let fixture = try Self.fixture()
        try fixture.psql("CREATE EXTENSION citext; CREATE TABLE firms (id citext PRIMARY KEY)")
        try fixture.project.replace(
            "table: companies, id: company_id", by: "table: firms, id: id", in: "config/gateway.yaml")
        let result = try fixture.run(["check"])
        #expect(
            result.output.contains("firms.id takes texts for equal that are not")
                && result.output.contains(#"ALTER TABLE "firms" ALTER COLUMN "id" TYPE text"#), "\(result.output)")
    }

    @Test func `a missing index is told with the statement that makes it`() throws {
        let fixture = try Self.fixture()
        try fixture.psql("DROP INDEX orders_employee_id_idx")
        let result = try fixture.run(["check"])
        #expect(
            result.status == 0 && result.output.contains(#"CREATE INDEX ON "orders" ("employee_id");"#),
            "\(result.output)")
    }

    @Test func `a view is told what it lacks`() throws {
        var resolvers = Self.resolvers
        resolvers["Total"] =
            "table: order_totals\nkey: orderId\nisolation: companyId\nfields: { orderId: { type: int4 }, companyId: { type: int4 }, total: { type: int4 } }\n"
        let schema = Self.schema.replacing(
            "type Query {",
            with: "type Total { orderId: ID! companyId: ID! total: Int! }\ntype Query { totals: [Total!]! @list")
        let fixture = try Self.fixture(schema: schema, resolvers)
        let result = try fixture.run(["check"])
        #expect(result.status == 1, "\(result.output)")
        #expect(
            result.output.contains(
                "A view carries no keys: state that you know better: `isolation: { column: companyId, unchecked: \"…\" }`"
            ), "\(result.output)")
        try fixture.psql("CREATE OR REPLACE VIEW order_totals AS SELECT order_id, company_id, 1 AS total FROM orders")
        try fixture.project.replace(
            "isolation: companyId", by: "isolation: { column: companyId, unchecked: \"as in orders\" }",
            in: "resolvers/Total.yaml")
        let mended = try fixture.run(["check"])
        #expect(mended.status == 0 && mended.output.contains("1 warning in "), "\(mended.output)")
    }

    /// An array may hold nulls whatever its column says; only its rows tell.
    @Test func `nulls in an array are told where the schema excludes them`() throws {
        let schema = Self.schema.replacing("number: Int!", with: "number: Int! tags: [String!]")
        let fixture = try Self.fixture(schema: schema)
        let result = try fixture.run(["check"])
        #expect(
            result.status == 1
                && result.output.contains(
                    "The items of Order.tags are never null in the schema, but rows of orders hold arrays with nulls."),
            "\(result.output)")
        let start = try #require(result.output.firstRange(of: "ALTER TABLE \"orders\""), "\(result.output)").lowerBound
        try fixture.psql("UPDATE orders SET tags = '{a}'; \(result.output[start...].prefix { $0 != "\n" })")
        #expect(try fixture.run(["check"]).status == 0)
    }
}
