@testable import GraphQLValidation

extension RuleTable {
    static let valuesOfCorrectType = RuleTable(
        ValuesOfCorrectType.rule,
        valid: [
            #"{ arguments { boolean(value: true) int(value: -5) float(value: 123) id(value: 7) string(value: "a") } }"#,
            #"{ arguments { float(value: 1.5e3) ids: id(value: "a") list(value: [true, null]) ones: list(value: true) } }"#,
            "{ arguments { int(value: null) ints(value: 3) matrix(rows: [[1, 2], [3]]) flat: matrix(rows: [1, 2]) one: matrix(rows: 1) } }",
            #"query ($s: FindDogInput = {name: "Fido"}) { findDog(searchBy: $s) { name } }"#,
            "{ dog { doesKnowCommand(dogCommand: HEEL) } arguments { json(value: {a: [1, {b: null}], c: X}) } }",
            "query ($x: Int, $y: [Echo!]) { arguments { json(value: {a: $x, b: [$y]}) } }",
        ],
        invalid: [
            Case(
                #"{ arguments { int(value: "123") } }"#,
                #"1:26 Values of Correct Type: Value at "value": Int cannot represent "123": it is not an integer."#),
            Case(
                "{ arguments { int(value: 3000000000) int2: int(value: 1.0) } }",
                #"1:26 Values of Correct Type: Value at "value": Int cannot represent 3000000000: it is not within 32 bits."#,
                #"1:55 Values of Correct Type: Value at "value": Int cannot represent 1.0: it is not an integer."#),
            Case(
                "{ arguments { boolean(value: 1) nonNull(value: null) } }",
                #"1:30 Values of Correct Type: Value at "value": Boolean cannot represent 1: it is neither true nor false."#,
                #"1:48 Values of Correct Type: Expected a value of type "Boolean!", found null."#),
            Case(
                "{ findDog(searchBy: {name: 123}) { name } }",
                #"1:28 Values of Correct Type: Value at "searchBy.name": String cannot represent 123: it is not a string."#
            ),
            Case(
                "{ dog { doesKnowCommand(dogCommand: SITT) } }",
                #"1:37 Values of Correct Type: Enum "DogCommand" has no value "SITT". Did you mean "SIT"?"#),
            Case(
                #"{ dog { doesKnowCommand(dogCommand: "SIT") } }"#,
                #"1:37 Values of Correct Type: Enum "DogCommand" cannot be given as a string: write its value without quotation marks. Did you mean "SIT"?"#
            ),
            Case(
                "{ dog { doesKnowCommand(dogCommand: 2) } }",
                #"1:37 Values of Correct Type: Expected a value of the enum "DogCommand", found 2."#),
            Case(
                #"{ arguments { ints(value: [1, null, "x"]) } }"#,
                #"1:31 Values of Correct Type: Expected a value of type "Int!", found null."#,
                #"1:37 Values of Correct Type: Value at "value[2]": Int cannot represent "x": it is not an integer."#),
            Case(
                #"query ($a: Int = "1", $b: Int! = null) { arguments { both(x: $b, y: 1) int(value: $a) } }"#,
                #"1:18 Values of Correct Type: Value at "$a": Int cannot represent "1": it is not an integer."#,
                #"1:34 Values of Correct Type: Expected a value of type "Int!", found null."#),
            Case(
                #"{ findDog(searchBy: "Fido") { name } }"#,
                #"1:21 Values of Correct Type: Expected an object of type "FindDogInput", found "Fido". Did you mean {name: "Fido"}?"#
            ),
            Case(
                "query ($x: Int) { arguments { int(value: [$x]) } }",
                #"1:42 Values of Correct Type: Value at "value": Int cannot represent a list: it is not an integer."#),
            Case(
                #"{ arguments { string(value: ENUM) id(value: 1.5) float(value: "1") } }"#,
                #"1:29 Values of Correct Type: Value at "value": String cannot represent ENUM: it is not a string."#,
                #"1:45 Values of Correct Type: Value at "value": ID cannot represent 1.5: it is neither a string nor an integer."#,
                #"1:63 Values of Correct Type: Value at "value": Float cannot represent "1": it is not a number."#),
            Case(
                #"{ dog @include(if: "yes") { name } }"#,
                #"1:20 Values of Correct Type: Value at "if": Boolean cannot represent "yes": it is neither true nor false."#
            ),
            Case(
                "{ arguments { matrix(rows: [[true]]) } }",
                #"1:30 Values of Correct Type: Value at "rows[0][0]": Int cannot represent true: it is not an integer."#
            ),
        ])

    static let inputObjectFieldNames = RuleTable(
        InputObjectFieldNames.rule,
        valid: [
            #"{ findDog(searchBy: {name: "Fido"}) { name } }"#,
            #"{ findDog(searchBy: {name: "Fido", near: {name: "x", owner: null}}) { name } }"#,
            "{ arguments { json(value: {any: 1}) } }",
            #"query ($s: FindDogInput = {name: "a", owner: "b"}) { findDog(searchBy: $s) { name } }"#,
        ],
        invalid: [
            Case(
                #"{ findDog(searchBy: {name: "a", favoriteCookieFlavor: "Bacon"}) { name } }"#,
                #"1:33 Input Object Field Names: Input type "FindDogInput" has no field "favoriteCookieFlavor"."#),
            Case(
                #"{ findDog(searchBy: {name: "a", ownr: "b"}) { name } }"#,
                #"1:33 Input Object Field Names: Input type "FindDogInput" has no field "ownr". Did you mean "owner"?"#),
            Case(
                #"{ findDog(searchBy: {name: "a", near: {name: "x", nam: "y"}}) { name } }"#,
                #"1:51 Input Object Field Names: Input type "FindDogInput" has no field "nam". Did you mean "name" or "near"?"#
            ),
            Case(
                #"query ($s: FindDogInput = {name: "a", limits: 3}) { findDog(searchBy: $s) { name } }"#,
                #"1:39 Input Object Field Names: Input type "FindDogInput" has no field "limits". Did you mean "limit"?"#
            ),
        ])

    static let inputObjectFieldUniqueness = RuleTable(
        InputObjectFieldUniqueness.rule,
        valid: [
            #"{ findDog(searchBy: {name: "a", owner: "b"}) { name } }"#,
            "{ arguments { json(value: {a: 1, b: {a: 1}}) } }",
            #"{ arguments { echoes(values: [{text: "a"}, {text: "a"}]) } }"#,
            #"{ findDog(searchBy: {name: "a", near: {name: "b"}}) { name } }"#,
        ],
        invalid: [
            Case(
                #"{ findDog(searchBy: {name: "a", name: "b"}) { name } }"#,
                #"1:22, 1:33 Input Object Field Uniqueness: Input field "name" is given 2 times."#),
            Case(
                "{ arguments { json(value: {a: 1, a: 2}) } }",
                #"1:28, 1:34 Input Object Field Uniqueness: Input field "a" is given 2 times."#),
            Case(
                "{ arguments { json(value: [{a: {b: 1, b: 2, b: 3}}]) } }",
                #"1:33, 1:39, 1:45 Input Object Field Uniqueness: Input field "b" is given 3 times."#),
            Case(
                "{ arguments { int(value: {a: 1, a: 2}) } }",
                #"1:26 Values of Correct Type: Value at "value": Int cannot represent an object: it is not an integer."#,
                #"1:27, 1:33 Input Object Field Uniqueness: Input field "a" is given 2 times."#),
        ])

    static let inputObjectRequiredFields = RuleTable(
        InputObjectRequiredFields.rule,
        valid: [
            #"{ findDog(searchBy: {name: "a"}) { name } }"#,
            "{ arguments { echo(value: {}) } }",
            "query ($n: String!) { findDog(searchBy: {name: $n}) { name } }",
            "{ findDog(searchBy: null) { name } }",
        ],
        invalid: [
            Case(
                "{ findDog(searchBy: {}) { name } }",
                #"1:21 Input Object Required Fields: Input type "FindDogInput" needs the field "name" of type "String!"."#
            ),
            Case(
                #"{ findDog(searchBy: {owner: "a"}) { name } }"#,
                #"1:21 Input Object Required Fields: Input type "FindDogInput" needs the field "name" of type "String!"."#
            ),
            Case(
                "{ findDog(searchBy: {name: null}) { name } }",
                #"1:28 Values of Correct Type: Expected a value of type "String!", found null."#),
            Case(
                #"{ node(pet: {cat: {nickname: "a"}}) { name } }"#,
                #"1:19 Input Object Required Fields: Input type "CatInput" needs the field "name" of type "String!"."#),
            Case(
                "query ($s: FindDogInput = {near: {}}) { findDog(searchBy: $s) { name } }",
                #"1:27 Input Object Required Fields: Input type "FindDogInput" needs the field "name" of type "String!"."#,
                #"1:34 Input Object Required Fields: Input type "FindDogInput" needs the field "name" of type "String!"."#
            ),
        ])

    static let oneOfInputObjects = RuleTable(
        OneOfInputObjects.rule,
        valid: [
            #"{ node(pet: {cat: {name: "a"}}) { name } }"#,
            "query ($c: CatInput!) { node(pet: {cat: $c}) { name } }",
            "query ($p: PetInput) { node(pet: $p) { name } }",
            #"mutation { addPets(pets: [{id: 1}, {dog: {name: "a"}}]) { name } }"#,
        ],
        invalid: [
            Case(
                "{ node(pet: {}) { name } }",
                #"1:13 OneOf Input Objects: Input type "PetInput" takes exactly one field, found none."#),
            Case(
                #"query ($d: DogInput!) { node(pet: {cat: {name: "a"}, dog: $d}) { name } }"#,
                #"1:35 OneOf Input Objects: Input type "PetInput" takes exactly one field, found "cat" and "dog"."#),
            Case(
                "{ node(pet: {cat: null}) { name } }",
                #"1:19 OneOf Input Objects: Field "cat" of input type "PetInput" must not be null."#),
            Case(
                "mutation { addPets(pets: [{id: 1, cat: null}]) { name } }",
                #"1:27 OneOf Input Objects: Input type "PetInput" takes exactly one field, found "id" and "cat"."#),
            Case(
                "query ($p: PetInput = {}) { node(pet: $p) { name } }",
                #"1:23 OneOf Input Objects: Input type "PetInput" takes exactly one field, found none."#),
            Case(
                "{ node(pet: {bird: 1}) { name } }",
                #"1:14 Input Object Field Names: Input type "PetInput" has no field "bird". Did you mean "id"?"#),
        ])
}
