import GraphQLIntrospection
import GraphQLSchema
import JSONBytes
import Testing

@Suite struct IntrospectionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let query: String
        var variables = "{}"
        let answer: String

        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(
            name: "a type that does not exist", query: #"{ __type(name: "Nothing") { name } }"#,
            answer: #"{"__type":null}"#),
        Case(
            name: "aliases", query: #"{ a: __type(name: "Book") { n: name } b: __type(name: "Node") { k: kind } }"#,
            answer: #"{"a":{"n":"Book"},"b":{"k":"INTERFACE"}}"#),
        Case(
            name: "__typename everywhere",
            query: """
                { __schema { __typename directives { __typename args { __typename } } } __type(name: "Order") { __typename enumValues { __typename } } }
                """,
            answer: #"""
                {"__schema":{"__typename":"__Schema","directives":[{"__typename":"__Directive","args":[{"__typename":"__InputValue"},{"__typename":"__InputValue"}]},{"__typename":"__Directive","args":[]},{"__typename":"__Directive","args":[{"__typename":"__InputValue"}]},{"__typename":"__Directive","args":[{"__typename":"__InputValue"}]},{"__typename":"__Directive","args":[{"__typename":"__InputValue"}]},{"__typename":"__Directive","args":[{"__typename":"__InputValue"}]},{"__typename":"__Directive","args":[]}]},"__type":{"__typename":"__Type","enumValues":[{"__typename":"__EnumValue"},{"__typename":"__EnumValue"}]}}
                """#),
        Case(
            name: "fields of one name are merged",
            query: """
                { __type(name: "Change") { fields { name } ...F fields { args { name } } } }
                fragment F on __Type { fields { type { kind } args { defaultValue } } name }
                """,
            answer:
                #"{"__type":{"fields":[{"name":"put","type":{"kind":"NON_NULL"},"args":[{"defaultValue":null,"name":"label"},{"defaultValue":"\"x\"","name":"loose"}]}],"name":"Change"}}"#
        ),
        Case(
            name: "the root field itself is merged",
            query: #"{ __type(name: "Change") { name } ... { __type(name: "Change") { kind name } } }"#,
            answer: #"{"__type":{"name":"Change","kind":"OBJECT"}}"#),
        Case(
            name: "skip and include",
            query: """
                query ($yes: Boolean!, $no: Boolean = false) {
                    __type(name: "Book") { name @skip(if: $yes) kind @include(if: $yes) ...F @include(if: $no) ... @skip(if: $no) { description } isOneOf @include(if: $no) }
                }
                fragment F on __Type { fields { name } }
                """, variables: #"{"yes":true}"#, answer: #"{"__type":{"kind":"OBJECT","description":null}}"#
        ),
        Case(
            name: "a name from a variable", query: "query ($n: String!) { __type(name: $n) { name } }",
            variables: #"{"n":"Colour"}"#, answer: #"{"__type":{"name":"Colour"}}"#),
        Case(
            name: "a name from a variable's default",
            query: #"query ($n: String! = "Label") { __type(name: $n) { name } }"#,
            answer: #"{"__type":{"name":"Label"}}"#),
        Case(
            name: "a name in a block string", query: #"{ __type(name: """Label""") { name } }"#,
            answer: #"{"__type":{"name":"Label"}}"#),
        Case(
            name: "deprecated ones are left out",
            query: #"""
                { a: __type(name: "Author") { fields { name } } e: __type(name: "Order") { enumValues { name } } i: __type(name: "BookFilter") { inputFields { name } } }
                """#,
            answer:
                #"{"a":{"fields":[{"name":"id"},{"name":"name"},{"name":"books"}]},"e":{"enumValues":[{"name":"NEWEST"},{"name":"TITLE"}]},"i":{"inputFields":[{"name":"title"},{"name":"minimum"},{"name":"within"},{"name":"label"}]}}"#
        ),
        Case(
            name: "deprecated ones are shown",
            query: #"""
                { a: __type(name: "Author") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } i: __type(name: "BookFilter") { inputFields(includeDeprecated: true) { isDeprecated } } }
                """#,
            answer:
                #"{"a":{"fields":[{"name":"id","isDeprecated":false,"deprecationReason":null},{"name":"name","isDeprecated":false,"deprecationReason":null},{"name":"books","isDeprecated":false,"deprecationReason":null},{"name":"alias","isDeprecated":true,"deprecationReason":"Nobody has one."}]},"i":{"inputFields":[{"isDeprecated":false},{"isDeprecated":false},{"isDeprecated":false},{"isDeprecated":false},{"isDeprecated":true}]}}"#
        ),
        Case(
            name: "whether deprecated ones are shown, from a variable",
            query: """
                query ($all: Boolean! = false) { a: __type(name: "Order") { enumValues(includeDeprecated: $all) { name } } }
                """, variables: #"{"all":true}"#,
            answer: #"{"a":{"enumValues":[{"name":"NEWEST"},{"name":"OLDEST"},{"name":"TITLE"}]}}"#
        ),
        Case(
            name: "deprecated arguments", query: #"{ __schema { directives { name args { name } } } }"#,
            answer: #"""
                {"__schema":{"directives":[{"name":"shelf","args":[{"name":"number"},{"name":"labels"}]},{"name":"plain","args":[]},{"name":"include","args":[{"name":"if"}]},{"name":"skip","args":[{"name":"if"}]},{"name":"deprecated","args":[{"name":"reason"}]},{"name":"specifiedBy","args":[{"name":"url"}]},{"name":"oneOf","args":[]}]}}
                """#),
        Case(
            name: "what does not apply to a kind is null",
            query:
                #"{ __type(name: "Instant") { fields { name } inputFields { name } enumValues { name } possibleTypes { name } interfaces { name } ofType { name } isOneOf specifiedByURL } }"#,
            answer:
                #"{"__type":{"fields":null,"inputFields":null,"enumValues":null,"possibleTypes":null,"interfaces":null,"ofType":null,"isOneOf":null,"specifiedByURL":"https://example.com/instant"}}"#
        ),
        Case(
            name: "an object has interfaces, even none",
            query:
                #"{ a: __type(name: "Watch") { interfaces { name } } b: __type(name: "Book") { interfaces { name } } }"#,
            answer: #"{"a":{"interfaces":[]},"b":{"interfaces":[{"name":"Titled"},{"name":"Node"}]}}"#),
        Case(
            name: "introspection's own types", query: #"{ __type(name: "__TypeKind") { name enumValues { name } } }"#,
            answer:
                #"{"__type":{"name":"__TypeKind","enumValues":[{"name":"SCALAR"},{"name":"OBJECT"},{"name":"INTERFACE"},{"name":"UNION"},{"name":"ENUM"},{"name":"INPUT_OBJECT"},{"name":"LIST"},{"name":"NON_NULL"}]}}"#
        ),
        Case(
            name: "the roots",
            query: "{ __schema { queryType { name } mutationType { name } subscriptionType { name } description } }",
            answer:
                #"{"__schema":{"queryType":{"name":"Library"},"mutationType":{"name":"Change"},"subscriptionType":{"name":"Watch"},"description":"A schema with every kind of type."}}"#
        ),
        Case(
            name: "possible types in the order of the document",
            query:
                #"{ u: __type(name: "Found") { possibleTypes { name } } i: __type(name: "Node") { possibleTypes { name } } }"#,
            answer:
                #"{"u":{"possibleTypes":[{"name":"Book"},{"name":"Author"}]},"i":{"possibleTypes":[{"name":"Library"},{"name":"Book"},{"name":"Author"}]}}"#
        ),
    ])
    func isAnswered(_ example: Case) throws {
        let schema = try schema(fixture("schema.graphql"))
        #expect(try answer(example.query, on: schema, variables: example.variables) == example.answer)
    }

    @Test func typesAroundTypesAreFollowedAsFarAsAsked() throws {
        let schema = try schema("type Query { a: [[Int!]]! }")
        let found = try answer(
            #"{ __type(name: "Query") { fields { type { kind name ofType { kind ofType { kind ofType { kind ofType { kind name ofType { kind } } } } } } } } }"#,
            on: schema)
        #expect(
            found == #"""
                {"__type":{"fields":[{"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Int","ofType":null}}}}}}]}}
                """#)
    }

    @Test func theNewestFieldsAreThere() throws {
        let schema = try schema(
            "type Query { a(p: Pick, f: Filter): Int } input Pick @oneOf { a: Int, b: Int } input Filter { a: Int }")
        let found = try answer(
            #"{ p: __type(name: "Pick") { isOneOf } f: __type(name: "Filter") { isOneOf } q: __type(name: "Query") { isOneOf } __schema { mutationType { name } description } }"#,
            on: schema)
        #expect(
            found
                == #"{"p":{"isOneOf":true},"f":{"isOneOf":false},"q":{"isOneOf":null},"__schema":{"mutationType":null,"description":null}}"#
        )
        let directive = try answer(
            "{ __schema { directives { name args { type { kind ofType { name } } defaultValue } } } }", on: schema)
        #expect(
            directive.contains(
                #"{"name":"deprecated","args":[{"type":{"kind":"NON_NULL","ofType":{"name":"String"}},"defaultValue":"\"No longer supported\""}]}"#
            ))
        #expect(directive.contains(#"{"name":"oneOf","args":[]}"#))
    }

    @Test func aRestrictedSchemaShowsNothingElse() throws {
        let whole = try schema(fixture("schema.graphql"))
        let rest = whole.restricted(
            to: { type, field in type == "Library" && field == "id" || type == "Watch" }, directive: { $0 != "shelf" })
        let found = try answer(
            "{ __schema { types { name } directives { name } mutationType { name } subscriptionType { name } } book: __type(name: \"Book\") { name } }",
            on: rest)
        #expect(
            found == #"""
                {"__schema":{"types":[{"name":"Library"},{"name":"String"},{"name":"Boolean"},{"name":"ID"},{"name":"__Schema"},{"name":"__Type"},{"name":"__TypeKind"},{"name":"__Field"},{"name":"__InputValue"},{"name":"__EnumValue"},{"name":"__Directive"},{"name":"__DirectiveLocation"}],"directives":[{"name":"plain"},{"name":"include"},{"name":"skip"},{"name":"deprecated"},{"name":"specifiedBy"},{"name":"oneOf"}],"mutationType":null,"subscriptionType":null},"book":null}
                """#)
    }
}
