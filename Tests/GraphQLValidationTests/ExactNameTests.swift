import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema
import JSONBytes
import Testing

@testable import GraphQLValidation

/// Names that a request brings as JSON, which are one text in Unicode with declared ones, and
/// others in bytes.
@Suite struct ExactNameTests {
    private static let schema: Schema = {
        let source = SourceText(
            name: "schema",
            "schema { query: Query } type Query { f(k: Kind, o: Options, K: Int, t: String): String } enum Kind { KEEP DROP } input Options { K: Int k: Int }"
        )
        guard let document = try? parse(source),
            let schema = try? SchemaBuilder.build(document: document, source: source)
        else { preconditionFailure("a schema") }
        return schema
    }()

    private func operation(_ text: String, named: String? = nil) throws -> ValidatedOperation {
        let source = SourceText(name: "", text)
        return try Validator(schema: Self.schema).operation(
            try parse(source, allow: .executable), source: source, named: named)
    }

    private func coerced(_ text: String, _ json: String) throws -> [InputValue?] {
        guard case .object(let members) = try parseJSON(Array(json.utf8)) else { return [] }
        return try coerceVariables(try operation(text), members).values
    }

    @Test(arguments: [0, 20]) func aVariableIsGivenUnderItsOwnNameAlone(_ others: Int) throws {
        let more = (0..<others).map { ",\"x\($0)\": 1" }.joined()
        #expect(try coerced("query($K: Int) { f(K: $K) }", "{\"K\": 1\(more)}") == [.int(1)])
        #expect(try coerced("query($K: Int) { f(K: $K) }", "{\"\u{212A}\": 1\(more)}") == [nil])
        #expect(try coerced("query($K: Int) { f(K: $K) }", "{\"\u{212A}\": 2, \"K\": 1\(more)}") == [.int(1)])
        #expect(try coerced("query($K: Int) { f(K: $K) }", "{\"K\": 1, \"\u{212A}\": 2\(more)}") == [.int(1)])
        #expect(throws: InputErrors.self) { try coerced("query($K: Int!) { f(K: $K) }", "{\"\u{212A}\": 1\(more)}") }
    }

    @Test func membersOfInputObjects() throws {
        #expect(
            try coerced("query($o: Options) { f(o: $o) }", "{\"o\": {\"K\": 1}}") == [
                .object([InputMember(name: "K", value: .int(1))])
            ])
        #expect(throws: InputErrors.self) {
            try coerced("query($o: Options) { f(o: $o) }", "{\"o\": {\"\u{212A}\": 1}}")
        }
    }

    @Test func valuesOfEnums() throws {
        #expect(try coerced("query($k: Kind) { f(k: $k) }", "{\"k\": \"KEEP\"}") == [.enumValue("KEEP")])
        #expect(throws: InputErrors.self) { try coerced("query($k: Kind) { f(k: $k) }", "{\"k\": \"\u{212A}EEP\"}") }
    }

    @Test func namesOfOperationsAndTypes() throws {
        let text = "query K { f } query Other { f }"
        #expect(try operation(text, named: "K").name == "K")
        #expect(throws: ValidationFailure.self) { try operation(text, named: "\u{212A}") }
        #expect(Self.schema.type("Kind") != nil && Self.schema.type("\u{212A}ind") == nil)
        #expect(!Self.schema.isPossible("\u{212A}", for: "Query"))
    }

    @Test(arguments: [
        "{ \u{212A} }", "query \u{212A} { f }", "query($\u{212A}: Int) { f }", "{ caf\u{E9}: f }", "{ ...\u{212A} }",
        "{ f(k: \u{212A}EEP) }",
    ])
    func noNameOfADocumentIsBeyondASCII(_ text: String) {
        #expect(throws: SyntaxError.self) { try parse(SourceText(name: "", text), allow: .executable) }
    }

    /// Arguments that are equal in Unicode alone, also with as many bytes, are different arguments.
    @Test(arguments: [("K", "\u{212A}"), ("\u{E9}e\u{301}", "e\u{301}\u{E9}")])
    func fieldsWithOtherArgumentsAreNotMerged(_ one: String, _ other: String) throws {
        #expect(throws: Never.self) { try operation("{ a: f(t: \"\(one)\") a: f(t: \"\(one)\") }") }
        #expect(throws: ValidationFailure.self) { try operation("{ a: f(t: \"\(one)\") a: f(t: \"\(other)\") }") }
    }

    @Test func valuesAreEqualByBytes() {
        #expect(InputValue.string("\u{E9}") != .string("e\u{301}") && InputValue.string("\u{E9}") == .string("\u{E9}"))
        #expect(Set<InputValue>([.string("K"), .string("\u{212A}"), .enumValue("K"), .json("K")]).count == 4)
        #expect(ScalarInput.string("K") != .string("\u{212A}"))
    }
}
