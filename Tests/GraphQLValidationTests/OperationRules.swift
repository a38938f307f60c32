@testable import GraphQLValidation

extension RuleTable {
    static let executableDefinitions = RuleTable(
        ExecutableDefinitions.rule,
        valid: [
            "{ dog { name } }",
            "query A { dog { name } } query B { dog { ...F } } fragment F on Dog { name }",
            "mutation { addPet(pet: {id: 1}) { name } }",
            "subscription { newMessage { body } }",
        ],
        invalid: [
            Case(
                "{ dog { name } } type Foo { a: Int }",
                #"1:23 Executable Definitions: The definition of type "Foo" cannot be executed: a request holds only operations and fragments."#
            ),
            Case(
                "{ dog { name } } extend type Dog { color: String }",
                #"1:30 Executable Definitions: The extension of type "Dog" cannot be executed: a request holds only operations and fragments."#
            ),
            Case(
                "{ dog { name } } schema { query: Query }",
                "1:18 Executable Definitions: A schema definition cannot be executed: a request holds only operations and fragments."
            ),
            Case(
                "{ dog { name } } directive @x on FIELD",
                #"1:29 Executable Definitions: The definition of directive "@x" cannot be executed: a request holds only operations and fragments."#
            ),
            Case(
                "{ dog { name } } extend schema @once",
                "1:18 Executable Definitions: An extension of the schema cannot be executed: a request holds only operations and fragments."
            ),
        ])

    static let operationNameUniqueness = RuleTable(
        OperationNameUniqueness.rule,
        valid: [
            "query A { dog { name } } query B { dog { name } }",
            "query A { dog { name } } mutation B { addPet(pet: {id: 1}) { name } }",
            "{ dog { name } }",
            "query A { dog { ...A } } fragment A on Dog { name }",
        ],
        invalid: [
            Case(
                "query A { dog { name } } query A { cat { name } }",
                #"1:7, 1:32 Operation Name Uniqueness: There are 2 operations called "A": each needs a name of its own."#
            ),
            Case(
                "query A { dog { name } } mutation A { addPet(pet: {id: 1}) { name } }",
                #"1:7, 1:35 Operation Name Uniqueness: There are 2 operations called "A": each needs a name of its own."#
            ),
            Case(
                #"query A { dog { name } }\#nquery A { dog { name } }\#nquery A { dog { name } }"#,
                #"1:7, 2:7, 3:7 Operation Name Uniqueness: There are 3 operations called "A": each needs a name of its own."#
            ),
            Case(
                "query A { dog { name } } query B { cat { name } } query A { cat { name } } query B { dog { name } }",
                #"1:7, 1:57 Operation Name Uniqueness: There are 2 operations called "A": each needs a name of its own."#,
                #"1:32, 1:82 Operation Name Uniqueness: There are 2 operations called "B": each needs a name of its own."#
            ),
        ])

    static let loneAnonymousOperation = RuleTable(
        LoneAnonymousOperation.rule,
        valid: [
            "{ dog { name } }",
            "query A { dog { name } } query B { dog { name } }",
            "mutation { addPet(pet: {id: 1}) { name } }",
            "{ dog { ...F } } fragment F on Dog { name }",
        ],
        invalid: [
            Case(
                "{ dog { name } } query A { dog { name } }",
                "1:1 Lone Anonymous Operation: This operation has no name, so it must be the only one of the document."),
            Case(
                "{ dog { name } } { cat { name } }",
                "1:1 Lone Anonymous Operation: This operation has no name, so it must be the only one of the document.",
                "1:18 Lone Anonymous Operation: This operation has no name, so it must be the only one of the document."
            ),
            Case(
                "query A { dog { name } } mutation { addPet(pet: {id: 1}) { name } }",
                "1:26 Lone Anonymous Operation: This operation has no name, so it must be the only one of the document."
            ),
            Case(
                #"query A { dog { name } }\#nsubscription { newMessage { body } }"#,
                "2:1 Lone Anonymous Operation: This operation has no name, so it must be the only one of the document."),
        ])

    static let singleRootField = RuleTable(
        SingleRootField.rule,
        valid: [
            "subscription S { newMessage { body } }",
            "subscription S { ...F } fragment F on Subscription { newMessage { body } }",
            "subscription { a: newMessage { body } a: newMessage { sender } }",
            "subscription ($b: Boolean!) { newMessage { body @skip(if: $b) } }",
            "subscription { ... on Subscription { newMessage { body } } newMessage { sender } }",
        ],
        invalid: [
            Case(
                "subscription S { newMessage { body } other }",
                #"1:38 Single Root Field: Subscription "S" must have one root field, not several: "other" is asked for besides "newMessage"."#
            ),
            Case(
                "subscription { ...F } fragment F on Subscription { newMessage { body } other }",
                #"1:72 Single Root Field: A subscription must have one root field, not several: "other" is asked for besides "newMessage"."#
            ),
            Case(
                "subscription { __typename }",
                #"1:16 Single Root Field: A subscription cannot have the introspection field "__typename" at its root."#
            ),
            Case(
                "subscription ($b: Boolean!) { newMessage @include(if: $b) { body } other @skip(if: $b) }",
                #"1:42 Single Root Field: Directive "@include" cannot stand at the root of a subscription."#,
                #"1:68 Single Root Field: A subscription must have one root field, not several: "other" is asked for besides "newMessage"."#,
                #"1:74 Single Root Field: Directive "@skip" cannot stand at the root of a subscription."#),
            Case(
                "subscription { newMessage { body } ... @skip(if: true) { newMessage { sender } } }",
                #"1:40 Single Root Field: Directive "@skip" cannot stand at the root of a subscription."#),
            Case(
                "subscription { a: other b: other c: other }",
                #"1:25, 1:34 Single Root Field: A subscription must have one root field, not several: "b" is asked for besides "a"."#
            ),
        ])
}
