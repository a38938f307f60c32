import Testing

/// Sections 3.8 and 3.9.
@Suite struct MemberTests {
    @Test(arguments: [
        SchemaCase(
            "a union without members",
            """
            type Query { a: U }
            union U
            """,
            [#"2:7: Union "U" must have at least one member."#]
        ),
        SchemaCase(
            "a member that is no object",
            """
            type Query { a: U }
            union U = Query | E | Int
            enum E { A }
            """,
            [
                #"2:19: Member "E" of union "U" must be an object, but it is an enum."#,
                #"2:23: Member "Int" of union "U" must be an object, but it is a scalar."#,
            ]
        ),
        SchemaCase(
            "an unknown member",
            """
            type Query { a: U }
            union U = Quer
            """,
            [#"2:11: There is no type "Quer". | Did you mean "Query"?"#]
        ),
        SchemaCase(
            "a member named twice",
            """
            type Query { a: U }
            union U = Query | Query
            """,
            [#"2:19: Union "U" names member "Query" more than once. | The first one is on line 2."#]
        ),
        SchemaCase(
            "an enum without values",
            """
            type Query { a: E }
            enum E
            """,
            [#"2:6: Enum "E" must define at least one value."#]
        ),
    ])
    func isRefused(_ schema: SchemaCase) throws {
        #expect(try problems(of: schema.sdl) == schema.problems)
    }
}
