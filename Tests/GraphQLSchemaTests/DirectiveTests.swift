import Testing

/// Section 3.13: definitions of directives and their uses.
@Suite struct DirectiveTests {
    @Test(arguments: [
        SchemaCase(
            "an unknown directive",
            "type Query { a: Int @deprcated }",
            [#"1:22: There is no directive "@deprcated". | Did you mean "@deprecated"?"#]
        ),
        SchemaCase(
            "a directive in the wrong place",
            "type Query @deprecated { a: Int @oneOf }",
            [
                #"1:13: Directive "@deprecated" cannot stand on OBJECT. | It may stand on FIELD_DEFINITION, ARGUMENT_DEFINITION, INPUT_FIELD_DEFINITION, ENUM_VALUE."#,
                #"1:34: Directive "@oneOf" cannot stand on FIELD_DEFINITION. | It may stand on INPUT_OBJECT."#,
            ]
        ),
        SchemaCase(
            "a directive repeated",
            "type Query { a: Int @deprecated @deprecated }",
            [#"1:34: Directive "@deprecated" cannot be repeated. | The first one is on line 1."#]
        ),
        SchemaCase(
            "an unknown argument of a directive",
            #"type Query { a: Int @deprecated(reson: "x") }"#,
            [#"1:33: Directive "@deprecated" has no argument "reson". | Did you mean "reason"?"#]
        ),
        SchemaCase(
            "an argument given twice",
            #"type Query { a: Int @deprecated(reason: "x", reason: "y") }"#,
            [
                #"1:46: Argument "reason" of directive "@deprecated" is given more than once. | The first one is on line 1."#
            ]
        ),
        SchemaCase(
            "a missing argument",
            """
            type Query { a: Date }
            scalar Date @specifiedBy
            """,
            [#"2:13: Directive "@specifiedBy" requires argument "url" of type "String!"."#]
        ),
        SchemaCase(
            "a wrong argument",
            "type Query { a: Int @deprecated(reason: 1), b: Int @deprecated(reason: null) }",
            [
                "1:41: String cannot represent 1: it is not a string.",
                #"1:72: Expected a value of type "String!", found null."#,
            ]
        ),
        SchemaCase(
            "an interface argument that is deprecated and required",
            """
            type Query { a: A }
            interface A { a(b: Int! @deprecated): Int }
            """,
            [
                #"2:25: Required argument "b" of field "A.a" cannot be deprecated. | Make its type nullable or give it a default first."#
            ]
        ),
        SchemaCase(
            "a location named twice",
            """
            type Query { a: Int }
            directive @d on FIELD | FIELD
            """,
            [#"2:25: Location "FIELD" of directive "@d" is named more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an argument of an output type",
            """
            type Query { a: Int }
            directive @d(a: Query, a: Int, __b: Int) on FIELD
            """,
            [
                #"2:17: Argument "a" of directive "@d" cannot be of type "Query", which is an object. | Input is made of scalars, enums and input objects."#,
                #"2:24: Argument "a" of directive "@d" is defined more than once. | The first one is on line 2."#,
                #"2:32: Name "__b" begins with "__", which is reserved for introspection."#,
            ]
        ),
        SchemaCase(
            "a deprecated required argument of a directive",
            """
            type Query { a: Int }
            directive @d(a: Int! @deprecated) on FIELD
            """,
            [
                #"2:22: Required argument "a" of directive "@d" cannot be deprecated. | Make its type nullable or give it a default first."#
            ]
        ),
        SchemaCase(
            "a directive on its own argument",
            """
            type Query { a: Int }
            directive @d(a: Int @d) on ARGUMENT_DEFINITION
            """,
            [#"2:12: Directive "@d" refers to itself through its arguments."#]
        ),
        SchemaCase(
            "a directive that refers to itself through a type",
            """
            type Query { a: Int }
            directive @d(a: I) on INPUT_FIELD_DEFINITION | ENUM_VALUE
            input I { b: J }
            input J { e: E }
            enum E { A @d }
            """,
            [#"2:12: Directive "@d" refers to itself through its arguments."#]
        ),
        SchemaCase(
            "a directive that refers to itself through another",
            """
            type Query { a: Int }
            directive @d(a: Int @e) on ARGUMENT_DEFINITION
            directive @e(a: Int @d) on ARGUMENT_DEFINITION
            """,
            [
                #"2:12: Directive "@d" refers to itself through its arguments."#,
                #"3:12: Directive "@e" refers to itself through its arguments."#,
            ]
        ),
        SchemaCase(
            "a specified directive defined differently",
            """
            type Query { a: Int }
            directive @skip(unless: Boolean!) on FIELD
            """,
            [#"2:12: The definition of "@skip" differs from GraphQL's own. | Leave it out."#]
        ),
        SchemaCase(
            "directives on every other place",
            """
            schema @a { query: Query }
            type Query { a(b: I @a): U }
            interface N @a { n: Int }
            union U @a = Query
            enum E @a { A @a }
            input I @a { a: Int @a }
            scalar S @a
            directive @d(a: Int @a) on FIELD
            """,
            [
                #"1:9: There is no directive "@a". | Did you mean "@d"?"#,
                #"2:22: There is no directive "@a". | Did you mean "@d"?"#,
                #"3:14: There is no directive "@a". | Did you mean "@d"?"#,
                #"4:10: There is no directive "@a". | Did you mean "@d"?"#,
                #"5:9: There is no directive "@a". | Did you mean "@d"?"#,
                #"5:16: There is no directive "@a". | Did you mean "@d"?"#,
                #"6:10: There is no directive "@a". | Did you mean "@d"?"#,
                #"6:22: There is no directive "@a". | Did you mean "@d"?"#,
                #"7:11: There is no directive "@a". | Did you mean "@d"?"#,
                #"8:22: There is no directive "@a". | Did you mean "@d"?"#,
            ]
        ),
        SchemaCase(
            "a specification that is no URL",
            """
            type Query { a: S, b: T }
            scalar S @specifiedBy(url: "somewhere")
            scalar T @specifiedBy(url: "1:x")
            """,
            [
                #"2:28: "somewhere" is not a URL. | A URL begins with a scheme, such as "https:"."#,
                #"3:28: "1:x" is not a URL. | A URL begins with a scheme, such as "https:"."#,
            ]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
