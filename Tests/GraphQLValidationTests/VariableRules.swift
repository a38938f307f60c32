@testable import GraphQLValidation

extension RuleTable {
    static let variableUniqueness = RuleTable(
        VariableUniqueness.rule,
        valid: [
            "query ($a: Int, $b: Int) { arguments { int(value: $a) o: int(value: $b) } }",
            "query A($a: Int) { arguments { int(value: $a) } } query B($a: Int) { arguments { int(value: $a) } }",
            "query ($a: Int) { arguments { int(value: $a) o: int(value: $a) } }",
            "query ($a: Int, $A: Int) { arguments { int(value: $a) o: int(value: $A) } }",
        ],
        invalid: [
            Case(
                "query ($a: Int, $a: Int) { arguments { int(value: $a) } }",
                #"1:8, 1:17 Variable Uniqueness: There are 2 variables called "$a"."#),
            Case(
                "query ($a: Int, $a: String) { arguments { int(value: $a) } }",
                #"1:8, 1:17 Variable Uniqueness: There are 2 variables called "$a"."#),
            Case(
                #"query ($a: Int,\#n $b: Int,\#n $a: Int,\#n $b: Int) { arguments { int(value: $a) o: int(value: $b) } }"#,
                #"1:8, 3:2 Variable Uniqueness: There are 2 variables called "$a"."#,
                #"2:2, 4:2 Variable Uniqueness: There are 2 variables called "$b"."#),
            Case(
                "query A($a: Int, $a: Int) { arguments { int(value: $a) } } query B($a: Int, $a: Int) { arguments { int(value: $a) } }",
                #"1:9, 1:18 Variable Uniqueness: There are 2 variables called "$a"."#,
                #"1:68, 1:77 Variable Uniqueness: There are 2 variables called "$a"."#),
        ])

    static let variablesAreInputTypes = RuleTable(
        VariablesAreInputTypes.rule,
        valid: [
            "query ($a: Int) { arguments { int(value: $a) } }",
            "query ($a: [Int!]) { arguments { ints(value: $a) } }",
            "query ($s: FindDogInput!) { findDog(searchBy: $s) { name } }",
            "query ($c: DogCommand!) { dog { doesKnowCommand(dogCommand: $c) } }",
        ],
        invalid: [
            Case(
                "query ($c: Cat) { arguments { json(value: $c) } }",
                #"1:12 Variables Are Input Types: Variable "$c" cannot be of type "Cat", which is no input type."#),
            Case(
                "query ($c: [[CatOrDog!]]!) { arguments { json(value: $c) } }",
                #"1:12 Variables Are Input Types: Variable "$c" cannot be of type "CatOrDog", which is no input type."#),
            Case(
                "query ($p: Pet) { arguments { json(value: $p) } }",
                #"1:12 Variables Are Input Types: Variable "$p" cannot be of type "Pet", which is no input type."#),
            Case(
                "query ($p: FindDogInpt) { findDog(searchBy: $p) { name } }",
                #"1:12 Variables Are Input Types: There is no type "FindDogInpt". Did you mean "FindDogInput"?"#),
            Case(
                #"query ($p: Strin = "x") { arguments { string(value: $p) } }"#,
                #"1:12 Variables Are Input Types: There is no type "Strin". Did you mean "String"?"#),
        ])

    static let allVariableUsesDefined = RuleTable(
        AllVariableUsesDefined.rule,
        valid: [
            "query ($a: Int) { arguments { int(value: $a) } }",
            "query ($a: Int) { ...F } fragment F on Query { arguments { int(value: $a) } }",
            "query A($a: Int) { ...F } query B($a: Int) { ...F } fragment F on Query { arguments { int(value: $a) } }",
            "query ($b: Boolean!) { dog @include(if: $b) { name } }",
        ],
        invalid: [
            Case(
                "{ arguments { int(value: $a) } }",
                #"1:26, 1:1 All Variable Uses Defined: Variable "$a" is not defined by the operation."#),
            Case(
                "query A($ab: Int) { arguments { int(value: $ab) o: int(value: $abc) } }",
                #"1:63, 1:7 All Variable Uses Defined: Variable "$abc" is not defined by operation "A". Did you mean "$ab"?"#
            ),
            Case(
                "query A($a: Int) { ...F } query B { ...F } fragment F on Query { arguments { int(value: $a) } }",
                #"1:89, 1:33 All Variable Uses Defined: Variable "$a" is not defined by operation "B"."#),
            Case(
                "{ ...F } fragment F on Query { ...G } fragment G on Query { arguments { ints(value: [1, $a]) } }",
                #"1:89, 1:1 All Variable Uses Defined: Variable "$a" is not defined by the operation."#),
            Case(
                "{ findDog(searchBy: {name: $n, bad: $m}) { name @skip(if: $s) } }",
                #"1:28, 1:1 All Variable Uses Defined: Variable "$n" is not defined by the operation."#,
                #"1:32 Input Object Field Names: Input type "FindDogInput" has no field "bad"."#,
                #"1:37, 1:1 All Variable Uses Defined: Variable "$m" is not defined by the operation."#,
                #"1:59, 1:1 All Variable Uses Defined: Variable "$s" is not defined by the operation."#),
            Case(
                "{ dog { unknown(a: $q) } }",
                #"1:9 Field Selections: Type "Dog" has no field "unknown"."#,
                #"1:20, 1:1 All Variable Uses Defined: Variable "$q" is not defined by the operation."#),
        ])

    static let allVariablesUsed = RuleTable(
        AllVariablesUsed.rule,
        valid: [
            "query ($a: Int) { arguments { int(value: $a) } }",
            "query ($a: Int) { ...F } fragment F on Query { ...G } fragment G on Query { arguments { int(value: $a) } }",
            #"query ($n: String!) { findDog(searchBy: {name: "a", near: {name: $n}}) { name } }"#,
            "query ($b: Boolean!) { ... @skip(if: $b) { dog { name } } }",
        ],
        invalid: [
            Case(
                "query ($a: Int) { dog { name } }",
                #"1:8 All Variables Used: Variable "$a" is never used in the operation."#),
            Case(
                "query A($a: Int, $b: Int) { arguments { int(value: $b) } }",
                #"1:9 All Variables Used: Variable "$a" is never used in operation "A"."#),
            Case(
                "query A($a: Int) { arguments { int(value: $a) } } query B($a: Int) { dog { name } }",
                #"1:59 All Variables Used: Variable "$a" is never used in operation "B"."#),
            Case(
                #"query (\#n $a: Int\#n $b: Int) { dog { ...F } } fragment F on Dog { name }"#,
                #"2:2 All Variables Used: Variable "$a" is never used in the operation."#,
                #"3:2 All Variables Used: Variable "$b" is never used in the operation."#),
        ])

    static let allVariableUsagesAreAllowed = RuleTable(
        AllVariableUsagesAreAllowed.rule,
        valid: [
            "query ($a: Int!) { arguments { int(value: $a) both(x: $a, y: $a) } }",
            "query ($a: Boolean) { arguments { optional(value: $a) } }",
            "query ($a: Boolean = true) { arguments { nonNull(value: $a) } }",
            "query ($a: [Boolean!]!) { arguments { list(value: $a) } booleans(value: $a) }",
            "query ($a: Int) { arguments { matrix(rows: [[1, $a]]) } }",
            "query ($b: Boolean) { arguments { echo(value: {flag: $b}) } }",
            "query ($i: ID!) { node(pet: {id: $i}) { name } }",
            "query ($i: ID! = 1) { node(pet: {id: $i}) { name } }",
        ],
        invalid: [
            Case(
                "query ($a: Int) { arguments { boolean(value: $a) } }",
                #"1:46, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "Int" cannot be used where "Boolean" is expected."#
            ),
            Case(
                "query ($a: [Boolean]) { arguments { boolean(value: $a) } }",
                #"1:52, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "[Boolean]" cannot be used where "Boolean" is expected."#
            ),
            Case(
                "query ($a: Boolean) { arguments { nonNull(value: $a) } }",
                #"1:50, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "Boolean" cannot be used where "Boolean!" is expected."#
            ),
            Case(
                "query ($a: [Boolean]) { arguments { list(value: $a) } }",
                #"1:49, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "[Boolean]" cannot be used where "[Boolean]!" is expected."#
            ),
            Case(
                "query ($a: [Boolean]!) { booleans(value: $a) }",
                #"1:42, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "[Boolean]!" cannot be used where "[Boolean!]" is expected."#
            ),
            Case(
                "query ($a: Boolean = null) { arguments { nonNull(value: $a) } }",
                #"1:57, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "Boolean" cannot be used where "Boolean!" is expected."#
            ),
            Case(
                "query ($i: ID) { node(pet: {id: $i}) { name } }",
                #"1:33, 1:8 All Variable Usages Are Allowed: Variable "$i" of type "ID" cannot be used where the field of a OneOf input object, which must not be null, is expected."#
            ),
            Case(
                "mutation ($c: CatInput) { addPet(pet: {cat: $c}) { name } addPets(pets: {cat: $c}) { name } }",
                #"1:45, 1:11 All Variable Usages Are Allowed: Variable "$c" of type "CatInput" cannot be used where the field of a OneOf input object, which must not be null, is expected."#,
                #"1:79, 1:11 All Variable Usages Are Allowed: Variable "$c" of type "CatInput" cannot be used where the field of a OneOf input object, which must not be null, is expected."#
            ),
            Case(
                "query ($i: ID = 1) { node(pet: {id: $i}) { name } }",
                #"1:37, 1:8 All Variable Usages Are Allowed: Variable "$i" of type "ID" cannot be used where the field of a OneOf input object, which must not be null, is expected."#
            ),
            Case(
                #"query A($a: String) { ...F }\#nfragment F on Query { arguments { int(value: $a) } }"#,
                #"2:46, 1:9 All Variable Usages Are Allowed: Variable "$a" of type "String" cannot be used where "Int" is expected."#
            ),
            Case(
                "query ($a: Int) { arguments { ints(value: [$a]) } }",
                #"1:44, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "Int" cannot be used where "Int!" is expected."#
            ),
            Case(
                "query ($a: Int) { arguments { ints(value: $a) } }",
                #"1:43, 1:8 All Variable Usages Are Allowed: Variable "$a" of type "Int" cannot be used where "[Int!]" is expected."#
            ),
            Case(
                "query ($n: String) { findDog(searchBy: {name: $n}) { name } }",
                #"1:47, 1:8 All Variable Usages Are Allowed: Variable "$n" of type "String" cannot be used where "String!" is expected."#
            ),
            Case(
                "query ($b: Boolean) { dog @include(if: $b) { name } }",
                #"1:40, 1:8 All Variable Usages Are Allowed: Variable "$b" of type "Boolean" cannot be used where "Boolean!" is expected."#
            ),
        ])
}
