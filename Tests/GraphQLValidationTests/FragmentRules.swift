@testable import GraphQLValidation

extension RuleTable {
    static let fragmentNameUniqueness = RuleTable(
        FragmentNameUniqueness.rule,
        valid: [
            "{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { name }",
            "{ dog { ...A } } fragment A on Dog { name }",
            "query A { dog { ...A } } fragment A on Dog { name }",
            "{ dog { ... on Dog { name } ... on Dog { name } } }",
        ],
        invalid: [
            Case(
                "{ dog { ...A } } fragment A on Dog { name } fragment A on Dog { nickname }",
                #"1:27, 1:54 Fragment Name Uniqueness: There are 2 fragments called "A": each needs a name of its own."#
            ),
            Case(
                "{ dog { ...A } } fragment A on Dog { name } fragment A on Cat { name }",
                #"1:27, 1:54 Fragment Name Uniqueness: There are 2 fragments called "A": each needs a name of its own."#
            ),
            Case(
                #"{ dog { ...A } }\#nfragment A on Dog { name }\#nfragment A on Dog { name }\#nfragment A on Dog { name }"#,
                #"2:10, 3:10, 4:10 Fragment Name Uniqueness: There are 3 fragments called "A": each needs a name of its own."#
            ),
            Case(
                "{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { name } fragment B on Dog { name } fragment A on Dog { name }",
                #"1:32, 1:113 Fragment Name Uniqueness: There are 2 fragments called "A": each needs a name of its own."#,
                #"1:59, 1:86 Fragment Name Uniqueness: There are 2 fragments called "B": each needs a name of its own."#
            ),
        ])

    static let fragmentSpreadTypeExistence = RuleTable(
        FragmentSpreadTypeExistence.rule,
        valid: [
            "{ dog { ...F } } fragment F on Dog { name }",
            "{ pet { ... on Cat { name } } }",
            "{ dog { ... { name } } }",
            "{ pet { ... on Pet { name } } }",
        ],
        invalid: [
            Case(
                "{ dog { ...F } } fragment F on Dgo { name }",
                #"1:32 Fragment Spread Type Existence: There is no type "Dgo". Did you mean "Dog"?"#),
            Case(
                "{ pet { ... on Bird { name } } }",
                #"1:16 Fragment Spread Type Existence: There is no type "Bird"."#),
            Case(
                "{ pet { ... on cat { name } } }",
                #"1:16 Fragment Spread Type Existence: There is no type "cat". Did you mean "Cat" or "Pet"?"#),
            Case(
                #"{ dog { ...F } }\#nfragment F on NotInSchema { name @unknown }"#,
                #"2:15 Fragment Spread Type Existence: There is no type "NotInSchema"."#,
                #"2:34 Directives Are Defined: There is no directive "@unknown"."#),
        ])

    static let fragmentsOnCompositeTypes = RuleTable(
        FragmentsOnCompositeTypes.rule,
        valid: [
            "{ dog { ...F } } fragment F on Dog { name }",
            "{ pet { ...F } } fragment F on Pet { name }",
            "{ catOrDog { ...F } } fragment F on CatOrDog { __typename }",
            "{ dog { ... on CatOrDog { __typename } } }",
        ],
        invalid: [
            Case(
                "{ dog { ...F } } fragment F on Int { name }",
                #"1:32 Fragments on Object, Interface or Union Types: Fragment "F" cannot be on "Int": only objects, interfaces and unions have selections."#
            ),
            Case(
                "{ dog { ... on Boolean { name } } }",
                #"1:16 Fragments on Object, Interface or Union Types: A fragment cannot be on "Boolean": only objects, interfaces and unions have selections."#
            ),
            Case(
                "{ dog { ...F } } fragment F on FindDogInput { name }",
                #"1:32 Fragments on Object, Interface or Union Types: Fragment "F" cannot be on "FindDogInput": only objects, interfaces and unions have selections."#
            ),
            Case(
                "{ dog { ... on DogCommand { SIT } } }",
                #"1:16 Fragments on Object, Interface or Union Types: A fragment cannot be on "DogCommand": only objects, interfaces and unions have selections."#
            ),
        ])

    static let fragmentsMustBeUsed = RuleTable(
        FragmentsMustBeUsed.rule,
        valid: [
            "{ dog { ...A } } fragment A on Dog { name }",
            "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { name }",
            "query A { dog { name } } query B { dog { ...A } } fragment A on Dog { name }",
            "{ dog { ... on Dog { owner { ...H } } } } fragment H on Human { name }",
        ],
        invalid: [
            Case(
                "{ dog { name } } fragment A on Dog { name }",
                #"1:27 Fragments Must Be Used: Fragment "A" is never used."#),
            Case(
                "{ dog { ...A } } fragment A on Dog { name } fragment B on Dog { name }",
                #"1:54 Fragments Must Be Used: Fragment "B" is never used."#),
            Case(
                "{ dog { name } } fragment A on Dog { ...B } fragment B on Dog { name }",
                #"1:27 Fragments Must Be Used: Fragment "A" is never used."#),
            Case(
                #"{ dog { name } }\#nfragment A on Dog { name }\#nfragment B on Dog { name }"#,
                #"2:10 Fragments Must Be Used: Fragment "A" is never used."#,
                #"3:10 Fragments Must Be Used: Fragment "B" is never used."#),
        ])

    static let fragmentSpreadTargetDefined = RuleTable(
        FragmentSpreadTargetDefined.rule,
        valid: [
            "{ dog { ...A } } fragment A on Dog { name }",
            "{ dog { ... { name } } }",
            "fragment A on Dog { name } { dog { ...A } }",
            "{ dog { ...A ...A } } fragment A on Dog { name }",
        ],
        invalid: [
            Case(
                "{ dog { ...A } }",
                #"1:12 Fragment Spread Target Defined: There is no fragment "A"."#),
            Case(
                "{ dog { ...dogFiel } } fragment dogField on Dog { name ...dogField2 } fragment dogField2 on Dog { ...dogFields }",
                #"1:12 Fragment Spread Target Defined: There is no fragment "dogFiel". Did you mean "dogField" or "dogField2"?"#,
                #"1:33 Fragments Must Be Used: Fragment "dogField" is never used."#,
                #"1:102 Fragment Spread Target Defined: There is no fragment "dogFields". Did you mean "dogField" or "dogField2"?"#
            ),
            Case(
                "{ dog { ... { ...Missing } } }",
                #"1:18 Fragment Spread Target Defined: There is no fragment "Missing"."#),
            Case(
                #"{ ...A\#n ...B }"#,
                #"1:6 Fragment Spread Target Defined: There is no fragment "A"."#,
                #"2:5 Fragment Spread Target Defined: There is no fragment "B"."#),
        ])

    static let fragmentSpreadsMustNotFormCycles = RuleTable(
        FragmentSpreadsMustNotFormCycles.rule,
        valid: [
            "{ dog { ...A ...A } } fragment A on Dog { name }",
            "{ dog { ...A ...B } } fragment A on Dog { ...B } fragment B on Dog { name }",
            "{ dog { ...A } } fragment A on Dog { owner { pets { name } } }",
            "{ human { ...A } } fragment A on Human { pets { ...B } } fragment B on Pet { name }",
        ],
        invalid: [
            Case(
                "{ dog { ...A } } fragment A on Dog { ...A }",
                #"1:38 Fragment Spreads Must Not Form Cycles: Fragment "A" spreads itself."#),
            Case(
                "{ dog { ...A } } fragment A on Dog { name ...B } fragment B on Dog { nickname ...A }",
                #"1:43, 1:79 Fragment Spreads Must Not Form Cycles: Fragment "A" spreads itself by way of "B"."#),
            Case(
                "{ dog { ...A } } fragment A on Dog { owner { ...H } } fragment H on Human { pets { ...A } }",
                #"1:46, 1:84 Fragment Spreads Must Not Form Cycles: Fragment "A" spreads itself by way of "H"."#),
            Case(
                #"{ dog { ...A } }\#nfragment A on Dog { ...B }\#nfragment B on Dog { ...C }\#nfragment C on Dog { ...A ...B }"#,
                #"2:21, 3:21, 4:21 Fragment Spreads Must Not Form Cycles: Fragment "A" spreads itself by way of "B" and "C"."#,
                #"3:21, 4:26 Fragment Spreads Must Not Form Cycles: Fragment "B" spreads itself by way of "C"."#),
            Case(
                "{ dog { ... on Dog { ...A } } } fragment A on Dog { ... { ...A } }",
                #"1:59 Fragment Spreads Must Not Form Cycles: Fragment "A" spreads itself."#),
        ])

    static let fragmentSpreadIsPossible = RuleTable(
        FragmentSpreadIsPossible.rule,
        valid: [
            "{ dog { ... on Dog { barkVolume } } }",
            "{ dog { ... on Pet { name } ... on CatOrDog { __typename } } }",
            "{ pet { ... on Dog { name } } catOrDog { ... on Cat { name } } }",
            "{ pet { ... on CatOrDog { __typename } } }",
            "{ humanOrAlien { ... on Sentient { name } } }",
        ],
        invalid: [
            Case(
                "{ dog { ... on Cat { meowVolume } } }",
                #"1:16 Fragment Spread Is Possible: This fragment is on "Cat", which no object of type "Dog" can be."#),
            Case(
                "{ pet { ... on Human { name } } }",
                #"1:16 Fragment Spread Is Possible: This fragment is on "Human", which no object of type "Pet" can be."#
            ),
            Case(
                "{ pet { ...F } } fragment F on Sentient { name }",
                #"1:9 Fragment Spread Is Possible: Fragment "F" is on "Sentient", which no object of type "Pet" can be."#
            ),
            Case(
                "{ humanOrAlien { ... on Cat { name } } }",
                #"1:25 Fragment Spread Is Possible: This fragment is on "Cat", which no object of type "HumanOrAlien" can be."#
            ),
            Case(
                "{ catOrDog { ... on HumanOrAlien { __typename } } }",
                #"1:21 Fragment Spread Is Possible: This fragment is on "HumanOrAlien", which no object of type "CatOrDog" can be."#
            ),
            Case(
                "{ human { ...F } } fragment F on Pet { name }",
                #"1:11 Fragment Spread Is Possible: Fragment "F" is on "Pet", which no object of type "Human" can be."#),
        ])
}
