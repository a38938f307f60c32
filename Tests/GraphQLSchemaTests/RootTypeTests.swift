import Testing

/// Section 3.3.1.
@Suite struct RootTypeTests {
    @Test(arguments: [
        SchemaCase(
            "no query root",
            "type A { a: Int }",
            [
                #"-: The schema has no root type of queries. | Define a type "Query", or state another with "schema { query: … }"."#
            ]
        ),
        SchemaCase(
            "a schema definition without query",
            """
            schema { mutation: M }
            type M { a: Int }
            """,
            [#"1:1: The schema definition states no root type of queries. | Write "schema { query: … }"."#]
        ),
        SchemaCase(
            "two schema definitions",
            """
            schema { query: Q }
            schema { query: Q }
            type Q { a: Int }
            """,
            ["2:1: There is more than one schema definition. | The first one is on line 1."]
        ),
        SchemaCase(
            "a kind stated twice",
            """
            schema { query: Q query: R }
            type Q { a: Int }
            type R { a: Int }
            """,
            ["1:19: The root type of queries is stated more than once. | The first one is on line 1."]
        ),
        SchemaCase(
            "an unknown root",
            """
            schema { query: Qury }
            type Query { a: Int }
            """,
            [#"1:17: There is no type "Qury". | Did you mean "Query"?"#]
        ),
        SchemaCase(
            "a root that is no object",
            """
            schema { query: Q, mutation: E }
            type Q { a: Int }
            enum E { A }
            """,
            [#"1:30: The root type of mutations must be an object, but "E" is an enum."#]
        ),
        SchemaCase(
            "a default root that is no object",
            """
            type Query { a: Int }
            input Mutation { a: Int }
            """,
            [#"2:7: The root type of mutations must be an object, but "Mutation" is an input object."#]
        ),
        SchemaCase(
            "one type for two roots",
            """
            schema { query: Q, mutation: Q }
            type Q { a: Int }
            """,
            [#"1:30: Type "Q" cannot be the root of both queries and mutations."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
