import GraphQLLanguage
import GraphQLSchema
import TestDocuments
import Testing

@Suite struct SchemaPrinterTests {
    @Test func everyConstructIsPrinted() throws {
        #expect(
            try build(kitchenSink).sdl() == #"""
                """Everything at once."""
                schema {
                  query: Root
                  mutation: Changes
                }

                directive @origin(from: String!, tags: [Tag!] = [{name: "none"}]) repeatable on
                  | SCHEMA
                  | OBJECT
                  | FIELD_DEFINITION

                """May be repeated where `@origin` may not."""
                directive @note(
                  text: String = "a \"quoted\" word" @deprecated(reason: "say nothing")
                  level: Level! = LOW
                ) on FIELD | ARGUMENT_DEFINITION

                """
                The root
                  of it all.
                """
                type Root implements Node {
                  id: ID!
                  """One of many."""
                  thing(id: ID!, at: Date = "2025-01-01", deep: [[Int!]!] = [[1, 2], []]): Thing
                  things(
                    where: ThingFilter = {level: LOW, and: [{name: null}]}
                    first: Int! = 50
                    old: Int = 1 @deprecated
                  ): [Thing!]!
                  either: Either
                  node: Node @deprecated
                }

                interface Node {
                  id: ID!
                }

                interface Named implements Node {
                  id: ID!
                  name(upper: Boolean = false): String
                  peer: Node
                  level: Level
                }

                type Thing implements Named & Node {
                  id: ID!
                  name(upper: Boolean = false, extra: Int): String!
                  peer: Thing
                  level: Level
                  made: Date
                  size: Float
                }

                type Other implements Node {
                  a: Int @deprecated(reason: "Use `b`.\nReally.")
                  b: Int
                  id: ID!
                }

                union Either = Thing | Other | Root

                enum Level {
                  """Below"""
                  LOW
                  HIGH @deprecated(reason: "too high")
                  HIGHEST
                }

                input ThingFilter {
                  name: String = "x"
                  level: Level = LOW
                  and: [ThingFilter!]
                  size: Float = 1.50e3
                  pick: Pick
                  not: ThingFilter
                }

                input Tag {
                  name: String!
                }

                input Pick @oneOf {
                  id: ID
                  name: String
                }

                scalar Date @specifiedBy(url: "https://example.com/date")

                scalar Anything @specifiedBy(url: "https://example.com/anything")

                type Changes {
                  touch(pick: Pick!, value: Anything = {a: [1, "two", three]}): Boolean!
                }

                """#)
    }

    /// Building what was printed and printing that gives the same text, so nothing got lost that is
    /// printed at all.
    @Test(arguments: [
        kitchenSink,
        "type Query { a(b: String = \"\"\"\n  block\n    text\n\"\"\"): Int }",
        "\"\"\"\nA \\\"\"\" in it, and a \\ too\n\"\"\"\ntype Query { \" indented\" a: Int \"\" b: Int \"line\\r\\nend\" c: Int }",
        "schema { query: Q subscription: S } type Q { a: Int } type S { a: Int } type Query { a: Int } enum Mutation { A }",
    ])
    func printingIsStable(_ text: String) throws {
        let schema = try build(text)
        let again = try build(schema.sdl())
        #expect(again.document().withoutRanges == schema.document().withoutRanges)
        #expect(again.sdl() == schema.sdl())
        #expect(again.typeOrder == schema.typeOrder)
    }

    @Test func descriptionsSurvive() throws {
        let schema = try build(
            "type Query { \" indented\" a: Int \"\" b: Int \"line\\r\\nend\" c: Int \"\\\"\\\"\\\" \\\\\" d: Int }")
        let again = try build(schema.sdl())
        #expect(again.queryType.fields.map(\.description) == [" indented", "", "line\r\nend", "\"\"\" \\"])
    }

    @Test func theSchemaIsAlwaysStated() throws {
        #expect(
            try build("type Query { a: Int }").sdl() == "schema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}\n")
    }

    @Test func hiddenDirectivesAreLeftOut() throws {
        let schema = try build(
            "directive @list(a: Int) on FIELD_DEFINITION directive @other on FIELD type Query { a: Int @list @deprecated }"
        )
        let shown = "directive @other on FIELD\n\ntype Query {\n  a: Int @deprecated\n}\n"
        #expect(schema.sdl(hiding: ["list"]) == "schema {\n  query: Query\n}\n\n" + shown)
        #expect(
            schema.sdl() == "schema {\n  query: Query\n}\n\ndirective @list(a: Int) on FIELD_DEFINITION\n\n" + shown)
    }

    /// For tools that do not know it; a schema is built from that text as from any.
    @Test func oneOfIsDefinedOnRequest() throws {
        let schema = try build("type Query { a(by: By): Int } input By @oneOf { b: Int }")
        let text = schema.sdl(definesOneOf: true)
        #expect(text.contains("\"\"\"\ndirective @oneOf on INPUT_OBJECT\n") && !schema.sdl().contains("directive"))
        #expect(try build(text).sdl() == schema.sdl())
    }

    /// The definitions of section 4.2, word for word.
    @Test func introspectionIsAsSpecified() throws {
        let schema = try build("type Query { a: __Schema }")
        for (name, expected) in specifiedIntrospection {
            let fields = schema.type(name)?.fields?.map { field in
                let arguments = field.arguments.map {
                    "\($0.name): \($0.type)" + ($0.defaultLiteral.map { " = \($0)" } ?? "")
                }.joined(separator: ", ")
                return field.name + (arguments.isEmpty ? "" : "(\(arguments))") + ": \(field.type)"
            }
            #expect(fields == expected, "\(name)")
        }
        guard case .enum(let kinds)? = schema.type("__TypeKind"),
            case .enum(let locations)? = schema.type("__DirectiveLocation")
        else { throw Missing() }
        #expect(
            kinds.values.names == [
                "SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "LIST", "NON_NULL",
            ])
        #expect(
            locations.values.names == [
                "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD",
                "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT",
                "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT",
                "INPUT_FIELD_DEFINITION",
            ])
    }
}

private let specifiedIntrospection: [(String, [String])] = [
    (
        "__Schema",
        [
            "description: String", "types: [__Type!]!", "queryType: __Type!", "mutationType: __Type",
            "subscriptionType: __Type", "directives: [__Directive!]!",
        ]
    ),
    (
        "__Type",
        [
            "kind: __TypeKind!", "name: String", "description: String", "specifiedByURL: String",
            "fields(includeDeprecated: Boolean! = false): [__Field!]",
            "interfaces: [__Type!]", "possibleTypes: [__Type!]",
            "enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]",
            "inputFields(includeDeprecated: Boolean! = false): [__InputValue!]", "ofType: __Type", "isOneOf: Boolean",
        ]
    ),
    (
        "__Field",
        [
            "name: String!", "description: String", "args(includeDeprecated: Boolean! = false): [__InputValue!]!",
            "type: __Type!", "isDeprecated: Boolean!",
            "deprecationReason: String",
        ]
    ),
    (
        "__InputValue",
        [
            "name: String!", "description: String", "type: __Type!", "defaultValue: String", "isDeprecated: Boolean!",
            "deprecationReason: String",
        ]
    ),
    ("__EnumValue", ["name: String!", "description: String", "isDeprecated: Boolean!", "deprecationReason: String"]),
    (
        "__Directive",
        [
            "name: String!", "description: String", "isRepeatable: Boolean!", "locations: [__DirectiveLocation!]!",
            "args(includeDeprecated: Boolean! = false): [__InputValue!]!",
        ]
    ),
]
