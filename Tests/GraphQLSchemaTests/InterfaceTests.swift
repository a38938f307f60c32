import Testing

/// IsValidImplementation (sections 3.6 and 3.7).
@Suite struct InterfaceTests {
    @Test(arguments: [
        SchemaCase(
            "an unknown interface",
            """
            type Query implements Nod { id: ID }
            interface Node { id: ID }
            """,
            [#"1:23: There is no type "Nod". | Did you mean "Node"?"#]
        ),
        SchemaCase(
            "implementing an object",
            """
            type Query implements A { a: Int }
            type A { a: Int }
            """,
            [#"1:23: Type "Query" cannot implement "A", which is an object."#]
        ),
        SchemaCase(
            "implementing twice",
            """
            type Query implements A & A { a: Int }
            interface A { a: Int }
            """,
            [#"1:27: Type "Query" implements "A" more than once. | The first one is on line 1."#]
        ),
        SchemaCase(
            "implementing itself",
            """
            type Query { a: A }
            interface A implements A { a: Int }
            """,
            [#"2:24: Interface "A" cannot implement itself."#]
        ),
        SchemaCase(
            "a ring of interfaces",
            """
            type Query { a: A }
            interface A implements B { a: Int }
            interface B implements C { a: Int }
            interface C implements A { a: Int }
            """,
            [
                #"2:24: Type "A" must also implement "C", because "B" does."#,
                #"2:24: Interfaces cannot implement each other in a ring: "A" → "B" → "C" → "A"."#,
                #"3:24: Type "B" must also implement "A", because "C" does."#,
                #"4:24: Type "C" must also implement "B", because "A" does."#,
            ]
        ),
        SchemaCase(
            "an inherited interface that is missing",
            """
            type Query implements B { a: Int }
            interface A { a: Int }
            interface B implements A { a: Int }
            """,
            [#"1:23: Type "Query" must also implement "A", because "B" does."#]
        ),
        SchemaCase(
            "a missing field",
            """
            type Query implements A { b: Int }
            interface A { a: Int }
            """,
            [#"1:23: Type "Query" must have the field "A.a" of its interface."#]
        ),
        SchemaCase(
            "a field of another type",
            """
            type Query implements A { a: String }
            interface A { a: Int }
            """,
            [#"1:30: Field "Query.a" must be of type "Int" as "A.a", or of a subtype; it is of type "String"."#]
        ),
        SchemaCase(
            "a field that is nullable where it must not be",
            """
            type Query implements A { a: Int }
            interface A { a: Int! }
            """,
            [#"1:30: Field "Query.a" must be of type "Int!" as "A.a", or of a subtype; it is of type "Int"."#]
        ),
        SchemaCase(
            "a list for a single value",
            """
            type Query implements A { a: [Int] }
            interface A { a: Int }
            """,
            [#"1:30: Field "Query.a" must be of type "Int" as "A.a", or of a subtype; it is of type "[Int]"."#]
        ),
        SchemaCase(
            "a field of a type that is no subtype",
            """
            type Query implements A { a: B }
            interface A { a: C }
            type B { a: Int }
            interface C { a: Int }
            """,
            [#"1:30: Field "Query.a" must be of type "C" as "A.a", or of a subtype; it is of type "B"."#]
        ),
        SchemaCase(
            "a missing argument",
            """
            type Query implements A { a: Int }
            interface A { a(b: Int): Int }
            """,
            [#"1:27: Field "Query.a" must have the argument "b" of "A.a"."#]
        ),
        SchemaCase(
            "an argument of another type",
            """
            type Query implements A { a(b: Int!): Int }
            interface A { a(b: Int): Int }
            """,
            [#"1:32: Argument "b" of field "Query.a" must be of type "Int" as in "A.a", not "Int!"."#]
        ),
        SchemaCase(
            "an additional required argument",
            """
            type Query implements A { a(b: Int, c: Int!, d: Int! = 1): Int }
            interface A { a(b: Int): Int }
            """,
            [#"1:37: Argument "c" of field "Query.a" must not be required, because "A.a" does not have it."#]
        ),
        SchemaCase(
            "a deprecated field of an interface that is not",
            """
            type Query implements A { a: Int @deprecated }
            interface A { a: Int }
            """,
            [#"1:34: Field "Query.a" cannot be deprecated while "A.a" is not."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
