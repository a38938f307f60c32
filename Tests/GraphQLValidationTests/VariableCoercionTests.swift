import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import JSONBytes
import Testing

@testable import GraphQLValidation

@Suite struct VariableCoercionTests {
    /// The value of a variable `$v` of `type`.
    private func coerce(_ type: String, _ json: String, limits: InputLimits = .init()) throws -> InputValue? {
        var coercion = VariableCoercion(schema: Fixture.schema, limits: limits)
        let document = try parse(SourceText(name: "", "query($v: \(type)) { a }"))
        guard case .operation(let operation)? = document.definitions.first else { return nil }
        let stated = operation.variables[0].type
        let variable = OperationVariable(name: "v", type: WrappedType(stated), defaultValue: nil)
        let value = coercion.coerce(variable, try parseJSON(Array(json.utf8)), range: .none)
        try coercion.throwErrors()
        return value
    }

    private func messages(_ type: String, _ json: String, limits: InputLimits = .init()) -> [String] {
        do {
            return ["no error: \(String(describing: try coerce(type, json, limits: limits)))"]
        } catch let error as InputErrors {
            return error.items.map(\.message)
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        arguments: [
            ("Int", "7", .int(7)), ("Int", "1.0", .int(1)), ("Int", "null", .null),
            ("Float", "1", .float(1)), ("Float", "2.5", .float(2.5)), ("Float", "1e3", .float(1_000)),
            ("ID", "7", .string("7")), ("ID", "\"x\"", .string("x")), ("String", "\"x\"", .string("x")),
            ("Boolean", "true", .boolean(true)),
            ("DogCommand", "\"SIT\"", .enumValue("SIT")),
            ("[Int]", "[1, null]", .list([.int(1), .null])), ("[Int]", "1", .list([.int(1)])),
            ("[[Int]]", "1", .list([.list([.int(1)])])),
            ("[[Int]]", "[1, [2]]", .list([.list([.int(1)]), .list([.int(2)])])), ("[Int!]", "null", .null),
            ("[Int]", "[]", .list([])),
            ("JSON", "{\"a\": [1, null, {\"b\": \"c\"}]}", .json("{\"a\":[1,null,{\"b\":\"c\"}]}")),
            ("JSON", "\"x\"", .string("x")),
            (
                "Echo", "{}",
                .object([InputMember(name: "flag", value: .boolean(true)), InputMember(name: "count", value: .int(3))])
            ),
            (
                "Echo", "{\"count\": null, \"text\": \"a\", \"flag\": false}",
                .object([
                    InputMember(name: "flag", value: .boolean(false)), InputMember(name: "text", value: .string("a")),
                    InputMember(name: "count", value: .null),
                ])
            ),
            ("PetInput", "{\"id\": 1}", .object([InputMember(name: "id", value: .string("1"))])),
            ("[PetInput!]", "{\"id\": \"1\"}", .list([.object([InputMember(name: "id", value: .string("1"))])])),
        ] as [(String, String, InputValue)])
    func valuesThatFit(_ type: String, _ json: String, _ expected: InputValue) throws {
        #expect(try coerce(type, json) == expected)
    }

    @Test(arguments: [
        ("Int", "\"1\"", #"Variable "$v" got an invalid value: Int cannot represent "1": it is not an integer."#),
        ("Int", "1.5", #"Variable "$v" got an invalid value: Int cannot represent 1.5: it is not an integer."#),
        (
            "Int", "3000000000",
            #"Variable "$v" got an invalid value: Int cannot represent 3000000000: it is not within 32 bits."#
        ),
        ("Int!", "null", #"Variable "$v" got an invalid value: expected a value of type "Int!", found null."#),
        (
            "Boolean", "1",
            #"Variable "$v" got an invalid value: Boolean cannot represent 1: it is neither true nor false."#
        ),
        (
            "DogCommand", "\"SITT\"",
            #"Variable "$v" got an invalid value: enum "DogCommand" has no value "SITT". Did you mean "SIT"?"#
        ),
        (
            "DogCommand", "1",
            #"Variable "$v" got an invalid value: expected a value of the enum "DogCommand", given as a string."#
        ),
        (
            "[Int!]", "[1, null]",
            #"Variable "$v" got an invalid value at "v[1]": expected a value of type "Int!", found null."#
        ),
        (
            "[[Int]]", "[[1], [true]]",
            #"Variable "$v" got an invalid value at "v[1][0]": Int cannot represent true: it is not an integer."#
        ),
        ("FindDogInput", "1", #"Variable "$v" got an invalid value: expected an object of type "FindDogInput"."#),
        (
            "FindDogInput", "{\"owner\": \"a\"}",
            #"Variable "$v" got an invalid value at "v.name": input type "FindDogInput" needs the field "name" of type "String!"."#
        ),
        (
            "FindDogInput", "{\"name\": \"a\", \"ownr\": \"b\"}",
            #"Variable "$v" got an invalid value at "v.ownr": input type "FindDogInput" has no field "ownr". Did you mean "owner"?"#
        ),
        (
            "FindDogInput", "{\"name\": \"a\", \"near\": {\"name\": 1}}",
            #"Variable "$v" got an invalid value at "v.near.name": String cannot represent 1: it is not a string."#
        ),
        (
            "FindDogInput", "{\"name\": \"a\", \"limit\": null}",
            #"Variable "$v" got an invalid value at "v.limit": expected a value of type "Int!", found null."#
        ),
        (
            "PetInput", "{}",
            #"Variable "$v" got an invalid value: input type "PetInput" takes exactly one field, found none."#
        ),
        (
            "PetInput", "{\"id\": 1, \"cat\": null}",
            #"Variable "$v" got an invalid value: input type "PetInput" takes exactly one field, found "id" and "cat"."#
        ),
        (
            "PetInput", "{\"cat\": null}",
            #"Variable "$v" got an invalid value at "v.cat": a field of input type "PetInput" must not be null."#
        ),
        (
            "[PetInput!]", "[{\"id\": 1}, {\"id\": true}]",
            #"Variable "$v" got an invalid value at "v[1].id": ID cannot represent true: it is neither a string nor an integer."#
        ),
    ])
    func valuesThatDoNotFit(_ type: String, _ json: String, _ message: String) {
        #expect(messages(type, json) == [message])
    }

    @Test func allErrorsAreCollected() {
        let json = #"{"nme": "a", "limit": "x", "near": {"commands": ["SIT", "STAY", 3]}}"#
        #expect(
            messages("FindDogInput", json) == [
                #"Variable "$v" got an invalid value at "v.nme": input type "FindDogInput" has no field "nme". Did you mean "name"?"#,
                #"Variable "$v" got an invalid value at "v.name": input type "FindDogInput" needs the field "name" of type "String!"."#,
                #"Variable "$v" got an invalid value at "v.limit": Int cannot represent "x": it is not an integer."#,
                #"Variable "$v" got an invalid value at "v.near.name": input type "FindDogInput" needs the field "name" of type "String!"."#,
                #"Variable "$v" got an invalid value at "v.near.commands[1]": enum "DogCommand" has no value "STAY"."#,
                #"Variable "$v" got an invalid value at "v.near.commands[2]": expected a value of the enum "DogCommand", given as a string."#,
            ])
    }

    @Test func whatIsNotGivenIsNotNull() throws {
        let operation = try Fixture.operation(
            "query ($a: Int, $b: Int = 4, $c: Int) { arguments { x: int(value: $a) y: int(value: $b) z: int(value: $c) } }"
        )
        #expect(try coerceVariables(operation, Fixture.members("{}")) == VariableValues([nil, .int(4), nil]))
        #expect(
            try coerceVariables(operation, Fixture.members("{\"a\": null, \"b\": null, \"unknown\": {}}"))
                == VariableValues([.null, .null, nil]))
        let twice = [JSONMember(key: "c", value: .number("1")), JSONMember(key: "c", value: .number("2"))]
        #expect(try coerceVariables(operation, twice) == VariableValues([nil, .int(4), .int(2)]))
    }

    @Test func requiredVariablesAreAskedForWithTheirPlace() throws {
        let operation = try Fixture.operation("query ($x: Int!,\n $y: Int!) { arguments { both(x: $x, y: $y) } }")
        do {
            _ = try coerceVariables(operation, [])
            Issue.record("No error.")
        } catch {
            #expect(
                error.items.map(\.message) == [
                    #"Variable "$x" of type "Int!" is required, but was not given."#,
                    #"Variable "$y" of type "Int!" is required, but was not given."#,
                ])
            #expect(error.items.map(\.path) == ["x", "y"])
            #expect(error.items.map { $0.ranges.map(\.start) } == [[7], [18]])
        }
    }

    /// The variables coerce (section 6.1.2); the field's arguments do not (section 6.4.1).
    @Test(arguments: [
        "query ($v: Boolean = true) { arguments { nonNull(value: $v) } }",
        "query ($v: Boolean) { arguments { optional(value: $v) } }",
        "query ($v: Boolean) { ...F } fragment F on Query { arguments { echo(value: {flag: $v}) } }",
    ])
    func aNullWhereNoneMayStandIsFoundInTheField(_ text: String) throws {
        let operation = try Fixture.operation(text)
        let nulls = ForbiddenNulls(operation, try coerceVariables(operation, Fixture.members("{\"v\": null}")))
        let field = collectFields(
            [operation.operation.selectionSet], on: operation.rootType, in: operation, variables: .none)[0]
        let found = try #require(nulls.first(within: field))
        #expect(found.message.hasPrefix(#"Variable "$v" is null, and stands where null is not allowed:"#))
        #expect(found.ranges.map { text.utf8.dropFirst(Int($0.start)).prefix(2).elementsEqual("$v".utf8) } == [true])
        for given in ["{}", "{\"v\": true}"] {
            #expect(
                ForbiddenNulls(operation, try coerceVariables(operation, Fixture.members(given))).first(within: field)
                    == nil)
        }
    }

    @Test func theNumberOfValuesIsBounded() throws {
        let list = "[" + Array(repeating: "1", count: 200).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try coerce("[Int]", list, limits: .init(nodes: 201)) }
        #expect(
            messages("[Int]", list, limits: .init(nodes: 200)) == [
                "The variables hold more than the 200 values that are allowed."
            ])
        #expect(
            messages("JSON", "[[[[\(list)]]]]", limits: .init(nodes: 100)) == [
                "The variables hold more than the 100 values that are allowed."
            ])
        // Defaults that are filled in count too: each {} becomes an object of three.
        let echoes = "[" + Array(repeating: "{}", count: 50).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try coerce("[Echo]", echoes, limits: .init(nodes: 151)) }
        #expect(
            messages("[Echo]", echoes, limits: .init(nodes: 150)) == [
                "The variables hold more than the 150 values that are allowed."
            ])
    }

    @Test func errorsStopAtTheirMaximum() {
        let list = "[" + Array(repeating: "true", count: 500).joined(separator: ",") + "]"
        let found = messages("[Int]", list)
        #expect(found.count == 101)
        #expect(found.last == "There are more than 100 errors in the variables; the others are not listed.")
    }
}
