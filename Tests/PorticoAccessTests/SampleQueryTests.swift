import Diagnostics
import PorticoAccess
import PorticoCatalog
import Testing

@Suite struct SampleQueryTests {
    @Test(arguments: [
        ("super_admin", "{ tenants(first: 5) { id name domain users(first: 3) { id email } } }"),
        ("client", "{ sites(first: 5) { id name domain tickets(first: 3) { id subject } } }"),
        ("anonymous", "{ apiVersion }"),
    ])
    func itIsOfTheViewersOwnSchema(_ role: String, _ sample: String) throws {
        #expect(try #require(try Spotex.policy().ruleSet(role, nil)).sampleQuery == sample)
    }

    @Test func itKeepsToWhatTheRolesLimitsAllow() throws {
        let catalog = try catalog(
            "type Query { books: [Book!]! @list } type Book { id: ID! title: String! }",
            ["Query": "{}", "Book": "{ table: books, isolation: none }"])
        #expect(
            try sample(catalog, "anyone: { reach: tenant, limits: { first: 2 }, Book: { read: { fields: all } } }")
                == "{ books(first: 2) { id title } }")
    }

    private func sample(_ catalog: Catalog, _ role: String) throws -> String? {
        try Policy.load(catalog: catalog, roles: SourceText(name: "roles.yaml", "roles:\n  \(role)"), tenants: [])
            .ruleSet("anyone", nil)?.sampleQuery
    }

    private func catalog(_ schema: String, _ resolvers: KeyValuePairs<String, String>) throws -> Catalog {
        try CatalogLoader.load(
            schemaFile: SourceText(name: "schema.graphql", "schema { query: Query } " + schema),
            resolvers: resolvers.map { SourceText(name: "resolvers/\($0.key).yaml", $0.value) })
    }
}
