import Testing

/// Names are unique, and those of introspection and of the specification are taken (section 3.3).
@Suite struct NameTests {
    @Test(arguments: [
        SchemaCase(
            "a type defined twice",
            """
            type Query { a: A }
            type A { a: Int }
            type A { b: Int }
            """,
            [#"3:6: Type "A" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "a type with the name of a specified scalar",
            """
            type Query { a: Int }
            scalar Int
            """,
            [#"2:8: Type "Int" is GraphQL's own and cannot be defined."#]
        ),
        SchemaCase(
            "a type with the name of one of introspection's",
            """
            type Query { a: Int }
            type __Type { a: Int }
            """,
            [#"2:6: Type "__Type" is GraphQL's own and cannot be defined."#]
        ),
        SchemaCase(
            "a reserved type name",
            """
            type Query { a: __A }
            type __A { a: Int }
            """,
            [#"2:6: Name "__A" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a reserved field name",
            "type Query { __a: Int }",
            [#"1:14: Name "__a" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a reserved argument name",
            "type Query { a(__b: Int): Int }",
            [#"1:16: Name "__b" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a reserved input field name",
            """
            type Query { a(b: I): Int }
            input I { __a: Int }
            """,
            [#"2:11: Name "__a" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a reserved directive name",
            """
            type Query { a: Int }
            directive @__d on FIELD
            """,
            [#"2:12: Name "__d" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a reserved enum value",
            """
            type Query { a: E }
            enum E { __A }
            """,
            [#"2:10: Name "__A" begins with "__", which is reserved for introspection."#]
        ),
        SchemaCase(
            "a field defined twice",
            """
            type Query {
              a: Int
              a: String
            }
            """,
            [#"3:3: Field "Query.a" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an argument defined twice",
            "type Query { a(b: Int, b: Int): Int }",
            [#"1:24: Argument "b" of field "Query.a" is defined more than once. | The first one is on line 1."#]
        ),
        SchemaCase(
            "an input field defined twice",
            """
            type Query { a(b: I): Int }
            input I { a: Int, a: Int }
            """,
            [#"2:19: Input field "I.a" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an enum value defined twice",
            """
            type Query { a: E }
            enum E { A B A }
            """,
            [#"2:14: Value "E.A" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "a directive defined twice",
            """
            type Query { a: Int }
            directive @d on FIELD
            directive @d on QUERY
            """,
            [#"3:12: Directive "@d" is defined more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an operation in a schema",
            """
            type Query { a: Int }
            query Q { a }
            """,
            ["2:7: A schema document cannot contain operations."]
        ),
        SchemaCase(
            "a fragment in a schema",
            """
            type Query { a: Int }
            fragment F on Query { a }
            """,
            ["2:10: A schema document cannot contain fragments."]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
