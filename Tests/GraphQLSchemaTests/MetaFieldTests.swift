import GraphQLSchema
import Testing

/// Where introspection's meta fields are (section 4.1).
@Suite struct MetaFieldTests {
    @Test(
        arguments: [
            ("Root", "__typename", "String!"), ("Root", "__schema", "__Schema!"), ("Root", "__type", "__Type"),
            ("Root", "either", "Either"),
            ("Either", "__typename", "String!"), ("Node", "__typename", "String!"), ("Node", "id", "ID!"),
            ("__Type", "__typename", "String!"), ("__Type", "kind", "__TypeKind!"),
            ("Root", "nothing", nil), ("Root", "__nothing", nil), ("Thing", "__schema", nil), ("Thing", "__type", nil),
            ("Changes", "__schema", nil),
            ("Level", "__typename", nil), ("Date", "__typename", nil), ("ThingFilter", "__typename", nil),
            ("ThingFilter", "name", nil), ("Either", "id", nil),
        ] as [(String, String, String?)])
    func isWhereItBelongs(_ type: String, _ field: String, _ expected: String?) throws {
        let schema = try build(kitchenSink)
        let type = try #require(schema.type(type))
        #expect(schema.field(field, of: type)?.type.description == expected)
    }
}
