@testable import GraphQLValidation

extension RuleTable {
    static let argumentNames = RuleTable(
        ArgumentNames.rule,
        valid: [
            "{ dog { isHouseTrained(atOtherHomes: true) } }",
            "{ dog { doesKnowCommand(dogCommand: SIT) @include(if: true) } }",
            "{ dog { isHouseTrained } }",
            "{ arguments { both(y: 1, x: 2) } }",
        ],
        invalid: [
            Case(
                "{ dog { isHouseTrained(atOtherHome: true) } }",
                #"1:24 Argument Names: Field "Dog.isHouseTrained" has no argument "atOtherHome". Did you mean "atOtherHomes"?"#
            ),
            Case(
                "{ dog { name(x: 1) } }",
                #"1:14 Argument Names: Field "Dog.name" has no argument "x"."#),
            Case(
                "{ dog { name @include(unless: false, if: true) } }",
                #"1:23 Argument Names: Directive "@include" has no argument "unless"."#),
            Case(
                "{ dog { doesKnowCommand(command: CLEAN_UP, dogCommand: SIT) } }",
                #"1:25 Argument Names: Field "Dog.doesKnowCommand" has no argument "command". Did you mean "dogCommand"?"#
            ),
            Case(
                #"{ dog @tag(name: "a", nam: "b") { name } }"#,
                #"1:23 Argument Names: Directive "@tag" has no argument "nam". Did you mean "name"?"#),
        ])

    static let argumentUniqueness = RuleTable(
        ArgumentUniqueness.rule,
        valid: [
            "{ arguments { both(x: 1, y: 1) } }",
            "{ a: arguments { int(value: 1) } b: arguments { int(value: 1) } }",
            "{ dog @include(if: true) @skip(if: false) { name } }",
            #"{ dog @tag(name: "a") @tag(name: "a") { name } }"#,
        ],
        invalid: [
            Case(
                "{ arguments { int(value: 1, value: 2) } }",
                #"1:19, 1:29 Argument Uniqueness: Argument "value" is given 2 times."#),
            Case(
                "{ arguments { int(value: 1, value: 1, value: 1) } }",
                #"1:19, 1:29, 1:39 Argument Uniqueness: Argument "value" is given 3 times."#),
            Case(
                "{ dog @include(if: true, if: true) { name } }",
                #"1:16, 1:26 Argument Uniqueness: Argument "if" is given 2 times."#),
            Case(
                #"{ arguments {\#n both(x: 1,\#n y: 2,\#n x: 3) } }"#,
                #"2:7, 4:2 Argument Uniqueness: Argument "x" is given 2 times."#),
        ])

    static let requiredArguments = RuleTable(
        RequiredArguments.rule,
        valid: [
            "{ arguments { both(x: 1, y: 2) } }",
            "{ arguments { int optional } }",
            "query ($x: Int!) { arguments { both(x: $x, y: $x) } }",
            "{ arguments { optional(value: true) } }",
        ],
        invalid: [
            Case(
                "{ arguments { both(x: 1) } }",
                #"1:15 Required Arguments: Field "Arguments.both" needs the argument "y" of type "Int!"."#),
            Case(
                "{ arguments { both } }",
                #"1:15 Required Arguments: Field "Arguments.both" needs the argument "x" of type "Int!"."#,
                #"1:15 Required Arguments: Field "Arguments.both" needs the argument "y" of type "Int!"."#),
            Case(
                "{ dog @include { name } }",
                #"1:7 Required Arguments: Directive "@include" needs the argument "if" of type "Boolean!"."#),
            Case(
                "{ arguments { nonNull } }",
                #"1:15 Required Arguments: Field "Arguments.nonNull" needs the argument "value" of type "Boolean!"."#),
            Case(
                "{ dog @tag { name } }",
                #"1:7 Required Arguments: Directive "@tag" needs the argument "name" of type "String!"."#),
        ])
}
