import GraphQLLanguage
import GraphQLSchema
import Testing

@testable import GraphQLValidation

@Suite struct FieldCollectorTests {
    /// The fields on an object of `type` below the root field, such as `name nick:nickname×2`.
    private func collect(_ text: String, on type: String, _ variables: [InputValue?] = []) throws -> String {
        let operation = try Fixture.operation(text)
        let root = collectFields(
            [operation.operation.selectionSet], on: operation.rootType, in: operation,
            variables: VariableValues(variables))
        guard let first = root.first, case .object(let object)? = Fixture.schema.type(type) else { return "" }
        return collectFields(first.selectionSets, on: object, in: operation, variables: VariableValues(variables)).map {
            field in
            let alias = field.responseKey == field.name ? "" : "\(field.responseKey):"
            return "\(alias)\(field.name)\(field.nodes.count > 1 ? "×\(field.nodes.count)" : "")"
        }.joined(separator: " ")
    }

    @Test(arguments: [
        ("{ dog { name nick: nickname } }", "Dog", "name nick:nickname"),
        ("{ dog { nickname name nickname } }", "Dog", "nickname×2 name"),
        ("{ dog { name } dog { nickname } ... { dog { name } } }", "Dog", "name×2 nickname"),
        ("{ pet { name ... on Dog { barkVolume } ... on Cat { meowVolume } } }", "Dog", "name barkVolume"),
        ("{ pet { name ... on Dog { barkVolume } ... on Cat { meowVolume } } }", "Cat", "name meowVolume"),
        (
            "{ catOrDog { __typename ... on Pet { name } ...D } } fragment D on Dog { nickname ...P } fragment P on Pet { name }",
            "Dog", "__typename name×2 nickname"
        ),
        (
            "{ catOrDog { __typename ... on Pet { name } ...D } } fragment D on Dog { nickname ...P } fragment P on Pet { name }",
            "Cat", "__typename name"
        ),
        (
            "{ dog { ...F ...F ...G } } fragment F on Dog { name } fragment G on Dog { ...F nickname }", "Dog",
            "name nickname"
        ),
        (
            "{ dog { name @skip(if: true) nickname @include(if: false) barkVolume @include(if: true) @skip(if: false) } }",
            "Dog", "barkVolume"
        ),
        (
            "{ dog { ...F @skip(if: true) ...F ... @include(if: false) { nickname } } } fragment F on Dog { name }",
            "Dog", "name"
        ),
    ])
    func fieldsAreMergedInTheOrderOfTheirFirstMention(_ text: String, _ type: String, _ expected: String) throws {
        #expect(try collect(text, on: type) == expected)
    }

    @Test func conditionsReadTheirVariables() throws {
        let text =
            "query ($a: Boolean!, $n: Int, $b: Boolean! = true) { dog { name @skip(if: $a) nickname @include(if: $b) ...F @include(if: $a) } arguments { int(value: $n) } } fragment F on Dog { barkVolume @skip(if: $b) owner { name } }"
        #expect(try collect(text, on: "Dog", [.boolean(false), nil, .boolean(true)]) == "name nickname")
        #expect(try collect(text, on: "Dog", [.boolean(true), nil, .boolean(false)]) == "barkVolume owner")
        #expect(try collect(text, on: "Dog", [.boolean(true), nil, .boolean(true)]) == "nickname owner")
    }

    @Test func manyFieldsAreMergedAtOnce() throws {
        let text = "{ dog { " + (0..<1_000).map { "a\($0 % 500): name" }.joined(separator: " ") + " } }"
        let operation = try Fixture.operation(text)
        guard case .field(let dog)? = operation.operation.selectionSet.selections.first, let set = dog.selectionSet,
            case .object(let object)? = Fixture.schema.type("Dog")
        else {
            Issue.record("No field.")
            return
        }
        let fields = collectFields([set], on: object, in: operation, variables: .none)
        #expect(fields.count == 500)
        #expect(fields.allSatisfy { $0.nodes.count == 2 })
    }
}
