import Testing

/// Section 3.10.
@Suite struct InputObjectTests {
    @Test(arguments: [
        SchemaCase(
            "an input object without fields",
            """
            type Query { a(b: I): Int }
            input I
            """,
            [#"2:7: Input object "I" must define at least one field."#]
        ),
        SchemaCase(
            "a ring of one",
            """
            type Query { a(b: I): Int }
            input I { i: I! }
            """,
            [
                #"2:11: Input object "I" requires a value of itself, which no value can have: "I.i". | Make one of these fields nullable or a list."#
            ]
        ),
        SchemaCase(
            "a ring of three",
            """
            type Query { a(b: A): Int }
            input A { b: B! }
            input B { x: Int, c: C! }
            input C { a: A! }
            """,
            [
                #"2:11: Input object "A" requires a value of itself, which no value can have: "A.b" → "B.c" → "C.a". | Make one of these fields nullable or a list."#
            ]
        ),
        SchemaCase(
            "a oneOf field that is required",
            """
            type Query { a(b: I): Int }
            input I @oneOf { a: Int!, b: Int }
            """,
            [#"2:21: Field "I.a" of a oneOf input object must be nullable."#]
        ),
        SchemaCase(
            "a oneOf field with a default",
            """
            type Query { a(b: I): Int }
            input I @oneOf { a: Int = 1, b: Int }
            """,
            [#"2:27: Field "I.a" of a oneOf input object cannot have a default."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
