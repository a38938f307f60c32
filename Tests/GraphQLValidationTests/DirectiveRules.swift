@testable import GraphQLValidation

extension RuleTable {
    static let directivesAreDefined = RuleTable(
        DirectivesAreDefined.rule,
        valid: [
            "{ dog @include(if: true) { name } }",
            #"{ dog @tag(name: "a") { name } }"#,
            "query @once { dog { name @skip(if: false) } }",
            "query ($a: Int @once) { arguments { int(value: $a) } }",
        ],
        invalid: [
            Case(
                "{ dog @unknown { name } }",
                #"1:7 Directives Are Defined: There is no directive "@unknown"."#),
            Case(
                "{ dog @includ(if: true) { name } }",
                #"1:7 Directives Are Defined: There is no directive "@includ". Did you mean "@include"?"#),
            Case(
                "query @foo { dog { ...F @bar } } fragment F on Dog @baz { ... @qux { name } }",
                #"1:7 Directives Are Defined: There is no directive "@foo"."#,
                #"1:25 Directives Are Defined: There is no directive "@bar". Did you mean "@tag"?"#,
                #"1:52 Directives Are Defined: There is no directive "@baz". Did you mean "@tag"?"#,
                #"1:63 Directives Are Defined: There is no directive "@qux"."#),
            Case(
                "query ($x: Int @nope, $y: Int) { arguments { int(value: $x) other: int(value: $y) @x(y: $y) } }",
                #"1:16 Directives Are Defined: There is no directive "@nope". Did you mean "@once"?"#,
                #"1:83 Directives Are Defined: There is no directive "@x"."#),
        ])

    static let directivesAreInValidLocations = RuleTable(
        DirectivesAreInValidLocations.rule,
        valid: [
            "{ dog @include(if: true) { ...F @skip(if: true) ... @skip(if: false) { name } } } fragment F on Dog { name }",
            #"query @tag(name: "a") { dog { name } }"#,
            #"{ dog { ...F } } fragment F on Dog @tag(name: "a") { name }"#,
            #"query ($a: Int @tag(name: "x")) { arguments { int(value: $a) } }"#,
        ],
        invalid: [
            Case(
                "query @skip(if: true) { dog { name } }",
                #"1:7 Directives Are in Valid Locations: Directive "@skip" cannot stand on a query, only on FIELD, FRAGMENT_SPREAD and INLINE_FRAGMENT."#
            ),
            Case(
                "mutation @once { addPet(pet: {id: 1}) { name } }",
                #"1:10 Directives Are in Valid Locations: Directive "@once" cannot stand on a mutation, only on QUERY, FIELD and VARIABLE_DEFINITION."#
            ),
            Case(
                #"{ dog { ...F @tag(name: "a") } } fragment F on Dog @once { name }"#,
                #"1:14 Directives Are in Valid Locations: Directive "@tag" cannot stand on a fragment spread, only on QUERY, FIELD, FRAGMENT_DEFINITION and VARIABLE_DEFINITION."#,
                #"1:52 Directives Are in Valid Locations: Directive "@once" cannot stand on a fragment's definition, only on QUERY, FIELD and VARIABLE_DEFINITION."#
            ),
            Case(
                "query ($a: Int @include(if: true)) { arguments { int(value: $a) } }",
                #"1:16 Directives Are in Valid Locations: Directive "@include" cannot stand on a variable's definition, only on FIELD, FRAGMENT_SPREAD and INLINE_FRAGMENT."#
            ),
            Case(
                "{ dog { name @deprecated } }",
                #"1:14 Directives Are in Valid Locations: Directive "@deprecated" cannot stand on a field, only on FIELD_DEFINITION, ARGUMENT_DEFINITION, INPUT_FIELD_DEFINITION and ENUM_VALUE."#
            ),
            Case(
                "subscription @once { newMessage { body } }",
                #"1:14 Directives Are in Valid Locations: Directive "@once" cannot stand on a subscription, only on QUERY, FIELD and VARIABLE_DEFINITION."#
            ),
            Case(
                "{ dog { ... @once { name } } }",
                #"1:13 Directives Are in Valid Locations: Directive "@once" cannot stand on an inline fragment, only on QUERY, FIELD and VARIABLE_DEFINITION."#
            ),
        ])

    static let directivesAreUniquePerLocation = RuleTable(
        DirectivesAreUniquePerLocation.rule,
        valid: [
            #"{ dog @tag(name: "a") @tag(name: "b") { name } }"#,
            "{ dog @skip(if: false) { name @skip(if: false) } }",
            "{ dog @skip(if: false) @include(if: true) { name } }",
            "query ($a: Int @once, $b: Int @once) { arguments { int(value: $a) o: int(value: $b) } }",
        ],
        invalid: [
            Case(
                "{ dog @skip(if: true) @skip(if: false) { name } }",
                #"1:7, 1:23 Directives Are Unique per Location: Directive "@skip" stands here 2 times, but is not repeatable."#
            ),
            Case(
                "{ dog @skip(if: true) @include(if: true) @skip(if: false) @include(if: true) { name } }",
                #"1:7, 1:42 Directives Are Unique per Location: Directive "@skip" stands here 2 times, but is not repeatable."#,
                #"1:23, 1:59 Directives Are Unique per Location: Directive "@include" stands here 2 times, but is not repeatable."#
            ),
            Case(
                "query @once @once { dog { name } }",
                #"1:7, 1:13 Directives Are Unique per Location: Directive "@once" stands here 2 times, but is not repeatable."#
            ),
            Case(
                "query ($a: Int @once @once) { arguments { int(value: $a) } }",
                #"1:16, 1:22 Directives Are Unique per Location: Directive "@once" stands here 2 times, but is not repeatable."#
            ),
        ])
}
