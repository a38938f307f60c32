import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import Testing

@testable import GraphQLValidation

@Suite struct ValidatorTests {
    @Test func aSchemaWithoutARootTypeRefusesItsOperations() throws {
        let schema = Fixture.build("schema { query: Query } type Query { a: Int }")
        #expect(
            try Fixture.errors("mutation M { a }", schema: schema) == [
                "1:10 Operation Type Existence: This schema has no mutations."
            ])
        #expect(
            try Fixture.errors("subscription { a }", schema: schema) == [
                "1:1 Operation Type Existence: This schema has no subscriptions."
            ])
        #expect(try Fixture.errors("{ a }", schema: schema) == [])
    }

    @Test func suggestionsNameNothingOutsideTheSchema() throws {
        let narrow = Fixture.build("schema { query: Query } type Query { a: Int } enum Colour { RED }")
        for text in [
            "{ dog { name } }", "{ ... on Dog { name } }", "query ($a: FindDogInput) { a(x: $a) }",
            "{ a @tag(name: \"x\") }",
        ] {
            let errors = try Fixture.errors(text, schema: narrow)
            #expect(!errors.isEmpty)
            #expect(errors.allSatisfy { !$0.contains("Did you mean") }, "\(errors)")
        }
    }

    @Test func errorsStopAtTheirMaximumWithOneSentence() throws {
        let text = "{ " + (0..<300).map { "a\($0): nothing" }.joined(separator: " ") + " }"
        let all = try Fixture.errors(text)
        #expect(all.count == 101)
        #expect(all.last == " Maximum of Errors: There are more than 100 errors; the others are not listed.")
        #expect(try Fixture.errors("{ a b c }", limits: .init(errors: 3)).count == 3)
        #expect(try Fixture.errors("{ a b c d }", limits: .init(errors: 3)).count == 4)
    }

    @Test func messagesStayShortWhateverIsInThem() throws {
        let long = String(repeating: "x", count: 100_000)
        for text in [
            "{ \(long) }", "{ dog { ...\(long) } }", "{ arguments { int(value: \"\(long)\") } }",
            "query ($\(long): Int) { dog { name } }", "{ dog { name(\(long): 1) } }",
        ] {
            let errors = try Fixture.errors(text)
            #expect(!errors.isEmpty)
            #expect(errors.allSatisfy { $0.utf8.count < 700 })
        }
    }

    @Test func placesOfOneErrorAreBounded() throws {
        let text = "{ arguments { int(" + String(repeating: "value: 1 ", count: 500) + ") } }"
        let errors = try Fixture.examine(text).errors
        #expect(errors.map(\.message) == ["Argument \"value\" is given 500 times."])
        #expect(errors.first?.ranges.count == 20)
    }

    @Test func errorsOfSeveralRulesStandInTheOrderOfTheirPlaces() throws {
        let errors = try Fixture.errors(
            "query ($unused: Int) {\n  dgo { name }\n  dog { ...Missing }\n  dog { nam }\n}\nfragment F on Dog { name }"
        )
        #expect(errors.map { $0.prefix { $0 != " " } } == ["1:8", "2:3", "3:12", "4:9", "6:10"])
    }

    @Test func whatIsUnknownHidesNoOtherError() throws {
        let errors = try Fixture.errors("{ unknown(a: {b: 1, b: $v}) { child @nope { grandchild(x: $w) } } }")
        #expect(errors.map { $0.contains("Variable") }.filter { $0 }.count == 2)
        #expect(errors.contains { $0.contains("Input Object Field Uniqueness") })
        #expect(errors.contains { $0.contains("@nope") })
    }

    // MARK: Choosing the operation

    private static let two = "query A { dog { name } } mutation B { addPet(pet: {id: 1}) { name } }"

    @Test func theOperationIsChosenByItsName() throws {
        #expect(try Fixture.operation(Self.two, named: "A").kind == .query)
        let mutation = try Fixture.operation(Self.two, named: "B")
        #expect(mutation.kind == .mutation && mutation.name == "B" && mutation.rootType.name == "Mutation")
        #expect(try Fixture.operation("{ dog { name } }").name == nil)
        #expect(try Fixture.operation("query A { dog { name } }").name == "A")
    }

    @Test(
        arguments: [
            (two, nil, "The document has 2 operations: say by its name which one to run, \"A\" and \"B\"."),
            (
                "query Dogs { dog { name } }", "Dog",
                "The document has no operation called \"Dog\". Did you mean \"Dogs\"?"
            ),
            ("{ dog { name } }", "A", "The document has no operation called \"A\"."),
        ] as [(String, String?, String)])
    func anOperationThatCannotBeChosenIsAnError(_ text: String, _ name: String?, _ message: String) {
        #expect { try Fixture.operation(text, named: name) } throws: { error in
            (error as? ValidationFailure)?.errors.map(\.message) == [message]
        }
    }

    @Test func aDocumentWithErrorsHasNoOperation() {
        #expect { try Fixture.operation("query A { dog { name } } query B { nothing }", named: "A") } throws: { error in
            (error as? ValidationFailure)?.errors.map(\.rule) == ["Field Selections"]
        }
    }

    @Test func variablesHaveTheirDefaultsCoerced() throws {
        let operation = try Fixture.operation(
            "query ($a: Int = 5, $s: FindDogInput = {name: \"x\"}, $n: Int = null, $o: Int) { arguments { a: int(value: $a) b: int(value: $n) c: int(value: $o) } findDog(searchBy: $s) { name } }"
        )
        #expect(operation.variables.map(\.name) == ["a", "s", "n", "o"])
        #expect(operation.variables.map(\.type.description) == ["Int", "FindDogInput", "Int", "Int"])
        #expect(
            operation.variables.map(\.defaultValue) == [
                .int(5),
                .object([InputMember(name: "name", value: .string("x")), InputMember(name: "limit", value: .int(10))]),
                .null, nil,
            ])
    }
}
