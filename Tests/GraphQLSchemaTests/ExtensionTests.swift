import Testing

/// What an extension may not do (sections 3.3.2 and 3.4.3 on).
@Suite struct ExtensionTests {
    @Test(arguments: [
        SchemaCase(
            "extending what is not there",
            """
            type Query { a: Int }
            extend type Quer { b: Int }
            """,
            [#"2:13: There is no type "Quer" to extend. | Did you mean "Query"?"#]
        ),
        SchemaCase(
            "extending as another kind",
            """
            type Query { a: Int }
            extend interface Query { b: Int }
            extend scalar Query @d
            """,
            [
                #"2:18: Type "Query" is an object and cannot be extended as an interface. | Write "extend type Query"."#,
                #"3:15: Type "Query" is an object and cannot be extended as a scalar. | Write "extend type Query"."#,
            ]
        ),
        SchemaCase(
            "extending a specified scalar",
            """
            type Query { a: Int }
            extend scalar Int @specifiedBy(url: "https://example.com")
            """,
            [#"2:15: Type "Int" is GraphQL's own and cannot be extended."#]
        ),
        SchemaCase(
            "extending a schema that is not defined",
            """
            type Query { a: Int }
            type M { a: Int }
            extend schema { mutation: M }
            """,
            [#"3:1: There is no schema definition to extend. | Write "schema { query: … }"."#]
        ),
        SchemaCase(
            "a field that is there already",
            """
            type Query { a: Int }
            extend type Query { a: Int }
            """,
            [#"2:21: Field "Query.a" is defined more than once. | The first one is on line 1."#]
        ),
        SchemaCase(
            "an interface that is there already",
            """
            type Query implements A { a: Int }
            interface A { a: Int }
            extend type Query implements A
            """,
            [#"3:30: Type "Query" implements "A" more than once. | The first one is on line 1."#]
        ),
        SchemaCase(
            "a member that is there already",
            """
            type Query { a: U }
            union U = Query
            extend union U = Query
            """,
            [#"3:18: Union "U" names member "Query" more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "a value that is there already",
            """
            type Query { a: E }
            enum E { A }
            extend enum E { A }
            """,
            [#"3:17: Value "E.A" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an input field that is there already",
            """
            type Query { a(b: I): Int }
            input I { a: Int }
            extend input I { a: Int }
            """,
            [#"3:18: Input field "I.a" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "a directive that is there already",
            """
            type Query { a: S }
            scalar S @specifiedBy(url: "https://example.com")
            extend scalar S @specifiedBy(url: "https://example.com")
            """,
            [#"3:18: Directive "@specifiedBy" cannot be repeated. | The first one is on line 2."#]
        ),
        SchemaCase(
            "oneOf in an extension",
            """
            type Query { a(b: I): Int }
            input I { a: Int }
            extend input I @oneOf
            """,
            [#"3:16: An extension cannot make input object "I" a oneOf one. | Write "@oneOf" at its definition."#]
        ),
        SchemaCase(
            "a required field for a oneOf",
            """
            type Query { a(b: I): Int }
            input I @oneOf { a: Int }
            extend input I { b: Int! = 1 }
            """,
            [
                #"3:21: Field "I.b" of a oneOf input object must be nullable."#,
                #"3:28: Field "I.b" of a oneOf input object cannot have a default."#,
            ]
        ),
        SchemaCase(
            "a root that is stated already",
            """
            schema { query: Query }
            type Query { a: Int }
            type R { a: Int }
            extend schema { query: R }
            """,
            ["4:17: The root type of queries is stated more than once. | The first one is on line 1."]
        ),
        SchemaCase(
            "an interface's extension that its implementer lacks",
            """
            type Query implements A { a: Int }
            interface A { a: Int }
            extend interface A { b: Int }
            """,
            [#"1:23: Type "Query" must have the field "A.b" of its interface."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
