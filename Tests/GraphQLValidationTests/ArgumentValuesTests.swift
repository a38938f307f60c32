import GraphQLLanguage
import GraphQLSchema
import Testing

@testable import GraphQLValidation

@Suite struct ArgumentValuesTests {
    /// The arguments of the first field below `arguments`, as text.
    private func symbolic(_ variables: String, _ field: String) throws -> String {
        let (operation, field, definition) = try place(variables, field)
        return try symbolicArguments(of: field, definition: definition, in: operation).map {
            "\($0.name)=\(text($0.value))"
        }.joined(separator: " ")
    }

    private func place(_ variables: String, _ text: String) throws -> (ValidatedOperation, Field, FieldType) {
        let operation = try Fixture.operation(
            "query \(variables.isEmpty ? "" : "(\(variables))") { arguments { \(text) } }")
        guard case .field(let outer)? = operation.operation.selectionSet.selections.first,
            case .field(let field)? = outer.selectionSet?.selections.first,
            let type = Fixture.schema.type("Arguments"),
            let definition = Fixture.schema.field(field.name.value, of: type)
        else { throw Missing() }
        return (operation, field, definition)
    }

    private struct Missing: Error {}

    private func text(_ value: SymbolicValue) -> String {
        switch value {
        case .constant(let value): "<\(text(value))>"
        case .variable(let position, nil): "$\(position)"
        case .variable(let position, let absent?): "$\(position)|\(text(absent))"
        case .scalar(let scalar): "\(scalar.scalar.name)\(scalar.variables)"
        case .list(let items): "[\(items.map(text).joined(separator: " "))]"
        case .object(let members): "{\(members.map { "\($0.name):\(text($0.value))" }.joined(separator: " "))}"
        }
    }

    private func text(_ value: InputValue) -> String {
        switch value {
        case .null: "null"
        case .int(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .string(let text), .enumValue(let text): text
        case .json(let text): "json\(text)"
        case .list(let items): "[\(items.map(text).joined(separator: " "))]"
        case .object(let members): "{\(members.map { "\($0.name):\(text($0.value))" }.joined(separator: " "))}"
        }
    }

    @Test(arguments: [
        ("", "int", ""),
        ("", "int(value: null)", "value=<null>"),
        ("", "both(y: 2, x: 1)", "x=<1> y=<2>"),
        ("", "float(value: 3)", "value=<3.0>"),
        ("", "id(value: 3)", "value=<3>"),
        ("", "matrix(rows: 1)", "rows=<[[1]]>"),
        ("", "matrix(rows: [1, [2, 3], null])", "rows=<[[1] [2 3] null]>"),
        ("", "optional", "value=<false>"),
        ("", "json(value: {a: [1]})", #"value=<json{"a":[1]}>"#),
        ("", "echo(value: {})", "value=<{flag:true count:3}>"),
        ("", "echo(value: {count: null, text: \"a\"})", "value=<{flag:true text:a count:null}>"),
        ("", "echoes", "values=<[{flag:true text:x count:3}]> first=<50>"),
        ("", "echoes(values: {text: \"y\"}, first: 1)", "values=<[{flag:true text:y count:3}]> first=<1>"),
        ("$a: Int", "int(value: $a)", "value=$0"),
        ("$a: Int = 9", "int(value: $a)", "value=$0"),
        ("$a: Int", "echoes(first: $a)", "values=<[{flag:true text:x count:3}]> first=$0|50"),
        ("$a: Boolean", "optional(value: $a)", "value=$0|false"),
        ("$a: Int!, $b: Int!", "both(y: $a, x: $b)", "x=$1 y=$0"),
        ("$a: Int", "matrix(rows: [[1, $a], [2]])", "rows=[[<1> $0] <[2]>]"),
        ("$a: [Int]", "matrix(rows: [$a])", "rows=[$0]"),
        ("$t: String, $c: Int", "echo(value: {count: $c, text: $t})", "value={flag:<true> text:$0 count:$1|3}"),
        ("$a: Int, $b: String", "json(value: {b: [$b, {a: $a}], c: 1})", "value=JSON[1, 0]"),
        ("$e: Echo!", "echoes(values: [{flag: false}, $e])", "values=[<{flag:false count:3}> $0] first=<50>"),
        ("$t: String", "echoes(values: {text: $t})", "values=[{flag:<true> text:$0 count:<3>}] first=<50>"),
    ])
    func variablesStayOpenAndTheRestIsConstant(_ variables: String, _ field: String, _ expected: String) throws {
        #expect(try symbolic(variables, field) == expected)
    }

    @Test(
        arguments: [
            ("$a: Int", "int(value: $a)", "{}", [:]),
            (
                "$a: Int, $b: String", "json(value: {b: [$b, {a: $a}], a: $a, c: 1})", "{}",
                ["value": .json(#"{"b":[null,{}],"c":1}"#)]
            ),
            (
                "$a: Int, $b: String", "json(value: {b: [$b, {a: $a}]})", #"{"a": 3, "b": "\""}"#,
                ["value": .json(#"{"b":["\"",{"a":3}]}"#)]
            ),
            (
                "$a: JSON, $b: Echo", "json(value: [$a, $b])", #"{"a": {"x": [1e2]}, "b": {"text": null}}"#,
                ["value": .json(#"[{"x":[1e2]},{"flag":true,"text":null,"count":3}]"#)]
            ),
            ("$a: Int", "int(value: $a)", "{\"a\": null}", ["value": .null]),
            ("$a: Int = 9", "int(value: $a)", "{}", ["value": .int(9)]),
            ("$a: Boolean", "optional(value: $a)", "{}", ["value": .boolean(false)]),
            ("$a: Boolean", "optional(value: $a)", "{\"a\": true}", ["value": .boolean(true)]),
            ("$a: Int", "matrix(rows: [[1, $a]])", "{}", ["rows": .list([.list([.int(1), .null])])]),
            ("$a: Int", "matrix(rows: [[1, $a]])", "{\"a\": 2}", ["rows": .list([.list([.int(1), .int(2)])])]),
            (
                "$t: String", "echo(value: {text: $t})", "{}",
                [
                    "value": .object([
                        InputMember(name: "flag", value: .boolean(true)), InputMember(name: "count", value: .int(3)),
                    ])
                ]
            ),
            (
                "$c: Int", "echo(value: {flag: false, count: $c})", "{\"c\": null}",
                [
                    "value": .object([
                        InputMember(name: "flag", value: .boolean(false)), InputMember(name: "count", value: .null),
                    ])
                ]
            ),
        ] as [(String, String, String, [String: InputValue])])
    func argumentsOfOneRequest(
        _ variables: String, _ field: String, _ given: String, _ expected: [String: InputValue]
    ) throws {
        let (operation, field, definition) = try place(variables, field)
        let values = try coerceVariables(operation, Fixture.members(given))
        let arguments = try symbolicArguments(of: field, definition: definition, in: operation)
        let given = arguments.compactMap { argument in argument.value.value(with: values).map { (argument.name, $0) } }
        #expect(Dictionary(uniqueKeysWithValues: given) == expected)
    }

    @Test func equalLiteralsGiveEqualSymbols() throws {
        let (operation, field, definition) = try place("$a: String", "echo(value: {text: $a, count: 2})")
        let (other, same, _) = try place("$b: String", "echo(value: {count: 2, text: $b})")
        let first = try symbolicArguments(of: field, definition: definition, in: operation).map(\.value)
        #expect(try symbolicArguments(of: same, definition: definition, in: other).map(\.value) == first)
        #expect(Set(first).count == 1)
    }

    @Test func aPositionBeyondTheVariablesIsAbsent() {
        #expect(SymbolicValue.variable(3, absent: .int(1)).value(with: .none) == .int(1))
        #expect(SymbolicValue.variable(-1, absent: nil).value(with: VariableValues([.null])) == nil)
    }

    @Test(arguments: [0, 1])
    func valuesAsDeepAsTheParserLetsThemBe(_ kind: Int) throws {
        let depth = 190
        let json = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        let object =
            String(repeating: "{name: \"a\", near: ", count: depth) + "null" + String(repeating: "}", count: depth)
        let text = kind == 0 ? "{ arguments { json(value: \(json)) } }" : "{ findDog(searchBy: \(object)) { name } }"
        let operation = try Fixture.operation(text)
        guard case .field(var field)? = operation.operation.selectionSet.selections.first else { throw Missing() }
        var definition = Fixture.schema.queryType.fields["findDog"]
        if kind == 0, case .field(let inner)? = field.selectionSet?.selections.first,
            let type = Fixture.schema.type("Arguments")
        {
            field = inner
            definition = Fixture.schema.field("json", of: type)
        }
        guard let definition else { throw Missing() }
        let arguments = try symbolicArguments(of: field, definition: definition, in: operation)
        #expect(arguments.count == 1 && arguments[0].value.value(with: .none) != nil)
    }

    @Test func defaultsThatMultiplyAreRefused() throws {
        let levels = (0..<20).map { "input L\($0) { x: L\($0 + 1) = {} y: L\($0 + 1) = {} }" }.joined(separator: " ")
        let schema = Fixture.build(
            "schema { query: Query } type Query { a(v: L0 = {}): Int } \(levels) input L20 { n: Int = 1 }")
        let operation = try Fixture.operation("{ a }", schema: schema)
        guard case .field(let field)? = operation.operation.selectionSet.selections.first,
            let definition = schema.queryType.fields["a"]
        else { throw Missing() }
        #expect { try symbolicArguments(of: field, definition: definition, in: operation) } throws: { error in
            (error as? InputErrors)?.items.map(\.limit) == [.nodes]
        }
    }
}
