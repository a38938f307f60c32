@testable import GraphQLValidation

extension RuleTable {
    static let fieldSelections = RuleTable(
        FieldSelections.rule,
        valid: [
            "{ dog { name __typename } }",
            "{ pet { name } catOrDog { __typename } }",
            #"{ __schema { queryType { name } } __type(name: "Dog") { kind } }"#,
            "{ pet { ... on Dog { barkVolume } } }",
            "{ dog: cat { meowVolume } }",
        ],
        invalid: [
            Case(
                "{ dog { meowVolume } }",
                #"1:9 Field Selections: Type "Dog" has no field "meowVolume". Did you mean "barkVolume"?"#),
            Case(
                "{ dog { nam } }",
                #"1:9 Field Selections: Type "Dog" has no field "nam". Did you mean "name"?"#),
            Case(
                "{ pet { nickname } }",
                #"1:9 Field Selections: Type "Pet" has no field "nickname". Did you mean to select it in an inline fragment on "Cat" and "Dog"?"#
            ),
            Case(
                "{ catOrDog { name } }",
                #"1:14 Field Selections: Type "CatOrDog" has no field "name". Did you mean to select it in an inline fragment on "Cat" and "Dog"?"#
            ),
            Case(
                "{ dogs { name } }",
                #"1:3 Field Selections: Type "Query" has no field "dogs". Did you mean "dog"?"#),
            Case(
                "{ dog { owner { __schema { queryType { name } } } } }",
                #"1:17 Field Selections: Type "Human" has no field "__schema"."#),
            Case(
                "{ dog { ... on Dog { barks } } }",
                #"1:22 Field Selections: Type "Dog" has no field "barks"."#),
            Case(
                "{ dog { ... { nicknam } } }",
                #"1:15 Field Selections: Type "Dog" has no field "nicknam". Did you mean "nickname"?"#),
            Case(
                "{ a: dgo { name } }",
                #"1:6 Field Selections: Type "Query" has no field "dgo". Did you mean "dog"?"#),
        ])

    static let fieldSelectionMerging = RuleTable(
        FieldSelectionMerging.rule,
        valid: [
            "{ dog { name name } }",
            "{ dog { otherName: name otherName: name } }",
            "query ($c: DogCommand!) { dog { doesKnowCommand(dogCommand: $c) doesKnowCommand(dogCommand: $c) } }",
            "{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }",
            "{ pet { ... on Dog { doesKnowCommand(dogCommand: SIT) } ... on Cat { doesKnowCommand(catCommand: JUMP) } } }",
            #"{ arguments { both(x: 1, y: 2) both(y: 2, x: 1) } findDog(searchBy: {name: "a", owner: "b"}) { name } findDog(searchBy: {owner: "b", name: "a"}) { nickname } }"#,
            "{ catOrDog { ... on Dog { o: owner { name } } ... on Pet { name } } }",
            "{ pet { ... on Dog { o: owner { n: name } } ... on Dog { o: owner { n: name pets { name } } } } }",
            "{ pet { ...D ...C } } fragment D on Dog { nickname } fragment C on Cat { nickname }",
        ],
        invalid: [
            Case(
                "{ dog { name: nickname name } }",
                #"1:24, 1:9 Field Selection Merging: "dog.name" would have two types, "String" of "Dog.nickname" and "String!" of "Dog.name". Give one of them another alias."#
            ),
            Case(
                "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: HEEL) } }",
                #"1:42, 1:9 Field Selection Merging: "dog.doesKnowCommand" is selected with different arguments. Give one of them another alias."#
            ),
            Case(
                "query ($c: DogCommand!) { dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: $c) } }",
                #"1:66, 1:33 Field Selection Merging: "dog.doesKnowCommand" is selected with different arguments. Give one of them another alias."#
            ),
            Case(
                "{ dog { isHouseTrained isHouseTrained(atOtherHomes: true) } }",
                #"1:24, 1:9 Field Selection Merging: "dog.isHouseTrained" is selected with different arguments. Give one of them another alias."#
            ),
            Case(
                "{ pet { ... on Dog { someValue: nickname } ... on Cat { someValue: meowVolume } } }",
                #"1:57, 1:22 Field Selection Merging: "pet.someValue" would have two types, "String" of "Dog.nickname" and "Int" of "Cat.meowVolume". Give one of them another alias."#
            ),
            Case(
                "{ pet { ... on Dog { v: barkVolume } ... on Cat { v: name } } }",
                #"1:51, 1:22 Field Selection Merging: "pet.v" would have two types, "Int" of "Dog.barkVolume" and "String!" of "Cat.name". Give one of them another alias."#
            ),
            Case(
                "{ dog { owner { n: name } owner { n: pets { name } } } }",
                #"1:35, 1:17 Field Selection Merging: "dog.owner.n" would have two types, "String!" of "Human.name" and "[Pet!]" of "Human.pets". Give one of them another alias."#
            ),
            Case(
                "{ dog { ...A ...B } } fragment A on Dog { x: name } fragment B on Dog { x: nickname }",
                #"1:73, 1:43 Field Selection Merging: "dog.x" would have two types, "String!" of "Dog.name" and "String" of "Dog.nickname". Give one of them another alias."#
            ),
            Case(
                "{ pet { ... on Dog { o: owner { name } } ... on Cat { o: owner { name } } } }",
                #"1:55, 1:22 Field Selection Merging: "pet.o" would have two types, "Human" of "Dog.owner" and "Human!" of "Cat.owner". Give one of them another alias."#
            ),
            Case(
                "{ pet { name ... on Dog { name: nickname } } }",
                #"1:27, 1:9 Field Selection Merging: "pet.name" would have two types, "String!" of "Pet.name" and "String" of "Dog.nickname". Give one of them another alias."#
            ),
            Case(
                "{ a: dog { x: name } a: dog { ...A } b: cat { ...B } b: cat { x: name } } fragment A on Dog { x: nickname } fragment B on Cat { x: nickname }",
                #"1:95, 1:12 Field Selection Merging: "a.x" would have two types, "String!" of "Dog.name" and "String" of "Dog.nickname". Give one of them another alias."#,
                #"1:129, 1:63 Field Selection Merging: "b.x" would have two types, "String!" of "Cat.name" and "String" of "Cat.nickname". Give one of them another alias."#
            ),
            Case(
                "{ pet { ... on Dog { p: owner { x: name } } ... on Cat { p: likes } } }",
                #"1:58, 1:22 Field Selection Merging: "pet.p" would have two types, "Human" of "Dog.owner" and "[String]" of "Cat.likes". Give one of them another alias."#
            ),
            Case(
                "{ pet { ... on Dog { a: owner { pets { n: name } } } ... on Dog { a: owner { pets { ... on Dog { n: barkVolume } } } } } }",
                #"1:98, 1:40 Field Selection Merging: "pet.a.pets.n" would have two types, "String!" of "Pet.name" and "Int" of "Dog.barkVolume". Give one of them another alias."#
            ),
            Case(
                #"{\#n  dog { name }\#n  dog: cat { name }\#n}"#,
                #"3:3, 2:3 Field Selection Merging: "dog" stands for two fields, "dog" and "cat". Give one of them another alias."#
            ),
            Case(
                #"{ arguments { string(value: "1") string(value: """1""") int(value: 1) int: float(value: 1) } }"#,
                #"1:71, 1:57 Field Selection Merging: "arguments.int" would have two types, "Int" of "Arguments.int" and "Float" of "Arguments.float". Give one of them another alias."#
            ),
        ])

    static let leafFieldSelections = RuleTable(
        LeafFieldSelections.rule,
        valid: [
            "{ dog { name } }",
            "{ catOrDog { __typename } }",
            "{ dog { barkVolume } }",
            "{ arguments { json } }",
        ],
        invalid: [
            Case(
                "{ dog }",
                #"1:3 Leaf Field Selections: Field "dog" of type "Dog" needs a selection of its fields: did you mean "dog { … }"?"#
            ),
            Case(
                "{ dog { name { length } } }",
                #"1:14 Leaf Field Selections: Field "name" of type "String!" has no fields of its own: leave out its selections."#
            ),
            Case(
                "{ human { pets } }",
                #"1:11 Leaf Field Selections: Field "pets" of type "[Pet!]" needs a selection of its fields: did you mean "pets { … }"?"#
            ),
            Case(
                "{ pet }",
                #"1:3 Leaf Field Selections: Field "pet" of type "Pet" needs a selection of its fields: did you mean "pet { … }"?"#
            ),
            Case(
                "{ dog { barkVolume { since } __typename { a } } }",
                #"1:20 Leaf Field Selections: Field "barkVolume" of type "Int" has no fields of its own: leave out its selections."#,
                #"1:41 Leaf Field Selections: Field "__typename" of type "String!" has no fields of its own: leave out its selections."#
            ),
        ])
}
