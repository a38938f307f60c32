import Testing

/// Input coercion of defaults (sections 3.5 to 3.12), and defaults that need themselves (section
/// 3.10).
@Suite struct DefaultValueTests {
    @Test(arguments: [
        SchemaCase(
            "an Int that is none",
            #"type Query { a(b: Int = "1", c: Int = 1.0, d: Int = 3000000000, e: Int = true): Int }"#,
            [
                #"1:25: Int cannot represent "1": it is not an integer."#,
                "1:39: Int cannot represent 1.0: it is not an integer.",
                "1:53: Int cannot represent 3000000000: it is not within 32 bits.",
                "1:74: Int cannot represent true: it is not an integer.",
            ]
        ),
        SchemaCase(
            "a Float that is none",
            #"type Query { a(b: Float = "1", c: Float = 1e999): Int }"#,
            [
                #"1:27: Float cannot represent "1": it is not a number."#,
                "1:43: Float cannot represent 1e999: it is not within double precision.",
            ]
        ),
        SchemaCase(
            "a String that is none",
            "type Query { a(b: String = 1, c: String = A): Int }",
            [
                "1:28: String cannot represent 1: it is not a string.",
                "1:43: String cannot represent A: it is not a string.",
            ]
        ),
        SchemaCase(
            "a Boolean that is none",
            "type Query { a(b: Boolean = 1): Int }",
            ["1:29: Boolean cannot represent 1: it is neither true nor false."]
        ),
        SchemaCase(
            "an ID that is none",
            "type Query { a(b: ID = 1.5, c: ID = {}, d: ID = [1]): Int }",
            [
                "1:24: ID cannot represent 1.5: it is neither a string nor an integer.",
                "1:37: ID cannot represent an object: it is neither a string nor an integer.",
                "1:49: ID cannot represent a list: it is neither a string nor an integer.",
            ]
        ),
        SchemaCase(
            "null where none may be",
            "type Query { a(b: Int! = null, c: [Int!] = [1, null]): Int }",
            [
                #"1:26: Expected a value of type "Int!", found null."#,
                #"1:48: Expected a value of type "Int!", found null."#,
            ]
        ),
        SchemaCase(
            "an unknown enum value",
            """
            type Query { a(b: E = RD): Int }
            enum E { RED GREEN }
            """,
            [#"1:23: Enum "E" has no value "RD". | Did you mean "RED"?"#]
        ),
        SchemaCase(
            "an enum value in quotes",
            """
            type Query { a(b: E = "RED"): Int }
            enum E { RED GREEN }
            """,
            [#"1:23: Expected a value of enum "E", found "RED". | Write RED without quotes."#]
        ),
        SchemaCase(
            "an unknown input field",
            """
            type Query { a(b: I = { nme: "x" }): Int }
            input I { name: String }
            """,
            [#"1:25: Input object "I" has no field "nme". | Did you mean "name"?"#]
        ),
        SchemaCase(
            "a missing input field",
            """
            type Query { a(b: I = {}): Int }
            input I { name: String!, age: Int! = 1 }
            """,
            [#"1:23: Field "name" of type "String!" is missing in this value of "I"."#]
        ),
        SchemaCase(
            "an input field given twice",
            """
            type Query { a(b: I = { a: 1, a: 2 }): Int }
            input I { a: Int }
            """,
            [#"1:31: Field "a" of this value is given more than once. | The first one is on line 1."#]
        ),
        SchemaCase(
            "a scalar for an input object",
            """
            type Query { a(b: I = 7): Int }
            input I { a: Int }
            """,
            [#"1:23: Expected an input object "I", found 7."#]
        ),
        SchemaCase(
            "a wrong item of a list",
            #"type Query { a(b: [[Int]] = [[1, 2], [3, "x"]]): Int }"#,
            [#"1:42: Int cannot represent "x": it is not an integer."#]
        ),
        SchemaCase(
            "two fields of a oneOf",
            """
            type Query { a(b: I = { a: 1, b: 2 }): Int }
            input I @oneOf { a: Int, b: Int }
            """,
            [#"1:23: A value of oneOf input object "I" must have exactly one field."#]
        ),
        SchemaCase(
            "a null in a oneOf",
            """
            type Query { a(b: I = { a: null }): Int }
            input I @oneOf { a: Int, b: Int }
            """,
            ["1:28: The field of a oneOf value cannot be null."]
        ),
        SchemaCase(
            "a default of an input field",
            """
            type Query { a(b: I): Int }
            input I { a: Int = "x" }
            """,
            [#"2:20: Int cannot represent "x": it is not an integer."#]
        ),
        SchemaCase(
            "a default of a directive's argument",
            """
            type Query { a: Int }
            directive @d(a: Int = "x") on FIELD
            """,
            [#"2:23: Int cannot represent "x": it is not an integer."#]
        ),
        SchemaCase(
            "a default that contains itself",
            """
            type Query { a(b: I): Int }
            input I { a: Int, i: I = {} }
            """,
            [#"2:26: The default of input field "I.i" contains itself: "I.i"."#]
        ),
        SchemaCase(
            "defaults that contain each other",
            """
            type Query { a(b: A): Int }
            input A { b: B = { x: 1 } }
            input B { x: Int, a: [A] = [{}] }
            """,
            [#"2:18: The default of input field "A.b" contains itself: "A.b" → "B.a"."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
