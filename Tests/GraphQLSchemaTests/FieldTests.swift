import Testing

/// Sections 3.6, 3.6.1 and 3.7.
@Suite struct FieldTests {
    @Test(arguments: [
        SchemaCase(
            "an object without fields",
            """
            type Query { a: A }
            type A
            """,
            [#"2:6: Type "A" must define at least one field."#]
        ),
        SchemaCase(
            "an interface without fields",
            """
            type Query { a: A }
            interface A
            """,
            [#"2:11: Type "A" must define at least one field."#]
        ),
        SchemaCase(
            "a field of an unknown type",
            "type Query { a: Strng, b: [Quary!]! }",
            [
                #"1:17: There is no type "Strng". | Did you mean "String"?"#,
                #"1:28: There is no type "Quary". | Did you mean "Query"?"#,
            ]
        ),
        SchemaCase(
            "a field of an input type",
            """
            type Query { a: [I!] }
            input I { a: Int }
            """,
            [#"1:18: Field "Query.a" cannot be of type "I", which is an input object."#]
        ),
        SchemaCase(
            "an argument of an output type",
            "type Query { a(b: [Query]): Int }",
            [
                #"1:20: Argument "b" of field "Query.a" cannot be of type "Query", which is an object. | Input is made of scalars, enums and input objects."#
            ]
        ),
        SchemaCase(
            "an argument of an unknown type",
            """
            type Query { a(b: Filtr): Int }
            input Filter { a: Int }
            type Filtre { a: Int }
            """,
            [#"1:19: There is no type "Filtr". | Did you mean "Filter"?"#]
        ),
        SchemaCase(
            "an input field of an output type",
            """
            type Query { a(b: I): Int }
            input I { q: Query! }
            """,
            [
                #"2:14: Input field "I.q" cannot be of type "Query", which is an object. | Input is made of scalars, enums and input objects."#
            ]
        ),
        SchemaCase(
            "a deprecated required argument",
            "type Query { a(b: Int! @deprecated): Int }",
            [
                #"1:24: Required argument "b" of field "Query.a" cannot be deprecated. | Make its type nullable or give it a default first."#
            ]
        ),
        SchemaCase(
            "a deprecated required input field",
            """
            type Query { a(b: I): Int }
            input I { a: Int! @deprecated(reason: "no"), b: Int! = 1 @deprecated }
            """,
            [
                #"2:19: Required input field "I.a" cannot be deprecated. | Make its type nullable or give it a default first."#
            ]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
