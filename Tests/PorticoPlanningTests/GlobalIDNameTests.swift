import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import Testing

/// Global ids under Relay's own name: `id` is no column then, and the type inside a variable
/// decides the plan.
@Suite struct GlobalIDNameTests {
    private static func catalog() throws -> Catalog {
        let schema =
            "schema { query: Query } type Query { note(key: ID!): Note notes: [Note!]! @list } type Note { key: ID! text: String! }"
        let note = "table: notes\nisolation: none\nkey: key\nfields: { key: { column: id } }\n"
        return try CatalogLoader.load(
            schemaFile: SourceText(name: "schema.graphql", schema),
            resolvers: [
                SourceText(name: "resolvers/Note.yaml", note),
                SourceText(name: "resolvers/Query.yaml", "globalId: id\n"),
            ])
    }

    private static func plan(_ query: String, _ values: [InputValue?] = []) throws -> AuthorizedPlan {
        let catalog = try catalog(), source = SourceText(name: "", query)
        let types = catalog.types.mapValues {
            TypeRule(fields: Set($0.fields.keys), rows: nil, origin: RuleOrigin(file: "", line: 1, column: 1))
        }
        let rules = CompiledPolicy(
            fingerprint: 0, role: "", reach: .crossTenant, catalog: catalog, schema: catalog.schema, types: types,
            limits: RuleLimits())
        let operation = try Validator(schema: catalog.schema).operation(
            try parse(source, allow: .executable), source: source, named: nil)
        let shapes = VariableShapes(operation, byValue: false)
        return try Planner(catalog: catalog, rules: rules, scope: .all).plan(
            operation, shapes: shapes, variables: VariableValues(values))
    }

    private static let id = Data([1] + Array("Note".utf8) + [0] + Array("a".utf8)).base64EncodedString().replacing(
        "=", with: "")

    @Test func aRowIsFoundByIt() throws {
        for plan in [
            try Self.plan("query($id: ID!) { node(id: $id) { id ... on Note { key } } }", [.string(Self.id)]),
            try Self.plan("{ node(id: \"\(Self.id)\") { id ... on Note { key } } }"),
        ] {
            #expect(plan.loads.map(\.type) == ["Note"])
            #expect(
                plan.loads[0].sql.contains(#"FROM "notes" AS t0 WHERE (t0."id" = $1)"#),
                "\(plan.loads[0].sql)")
        }
        #expect(try Self.plan("query($id: ID!) { node(id: $id) { id } }", [.string("none")]).loads.isEmpty)
    }

    @Test func rowsGiveIt() throws {
        let plan = try Self.plan("{ notes { id key } }")
        guard case .list(_, let row, _)? = plan.output.fields.first?.value,
            case .nodeID(type: "Note", _)? = row.fields.first?.value
        else {
            Issue.record("The row has no global id.")
            return
        }
        #expect(plan.loads[0].columns.map(\.column) == ["id"])
    }
}
