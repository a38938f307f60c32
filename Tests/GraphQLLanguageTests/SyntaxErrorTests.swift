import Diagnostics
import GraphQLLanguage
import Testing

/// A document that must not parse, and what is said of it.
struct BadDocument: Sendable, CustomTestStringConvertible {
    var text: String
    var message: String
    var line: Int
    var column: Int
    var hint: String?

    init(_ text: String, _ message: String, _ line: Int, _ column: Int, hint: String? = nil) {
        self.text = text
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
    }

    var testDescription: String { text }
}

@Suite struct SyntaxErrorTests {
    @Test(arguments: executable + typeSystem + lexical)
    func message(_ bad: BadDocument) throws {
        let source = SourceText(name: "q", bad.text)
        let error = try #require(throws: SyntaxError.self) { try parse(source) }
        let position = source.position(at: Int(error.range.start))
        #expect(error.message == bad.message)
        #expect(position == SourcePosition(line: bad.line, column: bad.column))
        #expect(error.hint == bad.hint)
        #expect(error.kind == .syntax)
        #expect(error.range.start <= error.range.end && Int(error.range.end) <= source.bytes.count)
    }

    static let executable = [
        BadDocument("", "Expected a definition, but the text is empty.", 1, 1),
        BadDocument("# only\n , ", "Expected a definition, but the text is empty.", 2, 4),
        BadDocument("{", "Expected a field, a fragment or \"}\", found the end of the text.", 1, 2),
        BadDocument("{ a", "Expected a field, a fragment or \"}\", found the end of the text.", 1, 4),
        BadDocument("{}", "Expected a field or fragment, found \"}\".", 1, 2, hint: "A selection set cannot be empty."),
        BadDocument(
            "{ a {} }", "Expected a field or fragment, found \"}\".", 1, 6, hint: "A selection set cannot be empty."),
        BadDocument("{ a() }", "Expected an argument, found \")\".", 1, 5, hint: "Leave out the empty \"()\"."),
        BadDocument("query () { a }", "Expected a variable, found \")\".", 1, 8, hint: "Leave out the empty \"()\"."),
        BadDocument("{ a }\n}", "Expected a definition, found \"}\".", 2, 1),
        BadDocument(
            "{ $a }", "Expected a field, a fragment or \"}\", found \"$\".", 1, 3, hint: "Variables stand in arguments."
        ),
        BadDocument("{ \"a\" }", "Expected a field, a fragment or \"}\", found a string.", 1, 3),
        BadDocument("{ a: }", "Expected a field name, found \"}\".", 1, 6),
        BadDocument("{ a: b: c }", "Expected a field, a fragment or \"}\", found \":\".", 1, 7),
        BadDocument("{ a(b) }", "Expected \":\", found \")\".", 1, 6),
        BadDocument("{ a(b: ) }", "Expected a value, found \")\".", 1, 8),
        BadDocument("{ a(b: 1 ", "Expected an argument or \")\", found the end of the text.", 1, 10),
        BadDocument("{ a(b: [1 ", "Expected a value or \"]\", found the end of the text.", 1, 11),
        BadDocument("{ a(b: {c 1}) }", "Expected \":\", found \"1\".", 1, 11),
        BadDocument("{ a(b: {1: 1}) }", "Expected the name of an input field or \"}\", found \"1\".", 1, 9),
        BadDocument("{ a(b: $) }", "Expected the name of a variable, found \")\".", 1, 9),
        BadDocument("{ a @ }", "Expected the name of a directive, found \"}\".", 1, 7),
        BadDocument("{ ... }", "Expected a fragment name, \"on\" or a selection set, found \"}\".", 1, 7),
        BadDocument("{ ...on }", "Expected a type name, found \"}\".", 1, 9),
        BadDocument("{ ... on T }", "Expected a selection set, found \"}\".", 1, 12),
        BadDocument("{ ... @a }", "Expected a selection set, found \"}\".", 1, 10),
        BadDocument("query Q", "Expected a selection set, found the end of the text.", 1, 8),
        BadDocument("query Q T { a }", "Expected a selection set, found \"T\".", 1, 9),
        BadDocument("query Q(a: Int) { a }", "Expected a variable or \")\", found \"a\".", 1, 9),
        BadDocument("query Q(\"d\" a: Int) { a }", "Expected a variable, found \"a\".", 1, 13),
        BadDocument("query Q($a Int) { a }", "Expected \":\", found \"Int\".", 1, 12),
        BadDocument("query Q($a: ) { a }", "Expected a type, found \")\".", 1, 13),
        BadDocument("query Q($a: [Int) { a }", "Expected \"]\", found \")\".", 1, 17),
        BadDocument("query Q($a: Int!!) { a }", "Expected a variable or \")\", found \"!\".", 1, 17),
        BadDocument("query Q($a: Int = $b) { a }", "Expected a constant value, found the variable \"$b\".", 1, 19),
        BadDocument(
            "query Q($a: Int = [{b: $c}]) { a }", "Expected a constant value, found the variable \"$c\".", 1, 24),
        BadDocument("query Q($a: Int @d(b: $c)) { a }", "Expected a constant value, found the variable \"$c\".", 1, 23),
        BadDocument(
            "fragment on on T { a }", "Expected a fragment name, found \"on\".", 1, 10,
            hint: "A fragment cannot be called \"on\"."),
        BadDocument("fragment F { a }", "Expected \"on\", found \"{\".", 1, 12),
        BadDocument("fragment F on { a }", "Expected a type name, found \"{\".", 1, 15),
        BadDocument("fragment F on T", "Expected a selection set, found the end of the text.", 1, 16),
        BadDocument("fragment F($a: Int) on T { a }", "Expected \"on\", found \"(\".", 1, 11),
        BadDocument("querry { a }", "Expected a definition, found \"querry\".", 1, 1, hint: "Did you mean \"query\"?"),
        BadDocument("Type A", "Expected a definition, found \"Type\".", 1, 1, hint: "Did you mean \"type\"?"),
        BadDocument(
            "\"d\" { a }", "The short form of a query cannot have a description.", 1, 1,
            hint: "Write \"query\" before the \"{\"."),
        BadDocument("\"d\" \"e\" query { a }", "Expected a definition after the description, found a string.", 1, 5),
        BadDocument("\"d\"", "Expected a definition after the description, found the end of the text.", 1, 4),
        BadDocument(
            "{ a }\n\n\"d\"\nextend type A @b", "An extension cannot have a description.", 3, 1,
            hint: "Describe the definition that it extends."),
        BadDocument(
            "{ \(String(repeating: "a", count: 50))! }", "Expected a field, a fragment or \"}\", found \"!\".", 1, 53),
        BadDocument(
            "\(String(repeating: "q", count: 50))",
            "Expected a definition, found \"\(String(repeating: "q", count: 40))…\".", 1, 1),
    ]

    static let typeSystem = [
        BadDocument("schema", "Expected \"{\", found the end of the text.", 1, 7),
        BadDocument("schema {}", "Expected \"query\", \"mutation\" or \"subscription\", found \"}\".", 1, 9),
        BadDocument(
            "schema { query: Q, x: Y }", "Expected \"query\", \"mutation\", \"subscription\" or \"}\", found \"x\".", 1,
            20),
        BadDocument("schema { query Q }", "Expected \":\", found \"Q\".", 1, 16),
        BadDocument("schema @a(b: $c) { query: Q }", "Expected a constant value, found the variable \"$c\".", 1, 14),
        BadDocument("type", "Expected a type name, found the end of the text.", 1, 5),
        BadDocument("type A {}", "Expected a field, found \"}\".", 1, 9, hint: "Leave out the empty \"{}\"."),
        BadDocument("type A { b }", "Expected \":\", found \"}\".", 1, 12),
        BadDocument("type A { b: }", "Expected a type, found \"}\".", 1, 13),
        BadDocument("type A { b: C = 1 }", "Expected a field or \"}\", found \"=\".", 1, 15),
        BadDocument(
            "type A { b(): C }", "Expected an argument, found \")\".", 1, 12, hint: "Leave out the empty \"()\"."),
        BadDocument("type A { b($c: D): E }", "Expected an argument or \")\", found \"$\".", 1, 12),
        BadDocument("type A { b(\"d\"): E }", "Expected an argument, found \")\".", 1, 15),
        BadDocument("type A { b(c: D = $e): F }", "Expected a constant value, found the variable \"$e\".", 1, 19),
        BadDocument("type A { b: C @d(e: $f) }", "Expected a constant value, found the variable \"$f\".", 1, 21),
        BadDocument("type A { \"d\" }", "Expected a field, found \"}\".", 1, 14),
        BadDocument("type A implements { b: C }", "Expected an interface name, found \"{\".", 1, 19),
        BadDocument("type A implements B & { b: C }", "Expected an interface name, found \"{\".", 1, 23),
        BadDocument(
            "type A implements B C { b: C }", "Expected \"&\" or \"{\", found \"C\".", 1, 21,
            hint: "Several interfaces are separated by \"&\"."),
        BadDocument(
            "type A implements B, C { b: C }", "Expected \"&\" or \"{\", found \"C\".", 1, 22,
            hint: "Several interfaces are separated by \"&\"."),
        BadDocument("interface A {}", "Expected a field, found \"}\".", 1, 14, hint: "Leave out the empty \"{}\"."),
        BadDocument("union A = ", "Expected a type name, found the end of the text.", 1, 11),
        BadDocument("union A = | ", "Expected a type name, found the end of the text.", 1, 13),
        BadDocument("union A = B || C", "Expected a type name, found \"|\".", 1, 14),
        BadDocument("enum A {}", "Expected an enum value, found \"}\".", 1, 9, hint: "Leave out the empty \"{}\"."),
        BadDocument(
            "enum A { true }", "Expected an enum value, found \"true\".", 1, 10,
            hint: "\"true\", \"false\" and \"null\" cannot be enum values."),
        BadDocument(
            "enum A { B false }", "Expected an enum value, found \"false\".", 1, 12,
            hint: "\"true\", \"false\" and \"null\" cannot be enum values."),
        BadDocument(
            "enum A { \"d\" null }", "Expected an enum value, found \"null\".", 1, 14,
            hint: "\"true\", \"false\" and \"null\" cannot be enum values."),
        BadDocument("enum A { 1 }", "Expected an enum value or \"}\", found \"1\".", 1, 10),
        BadDocument("input A {}", "Expected an input field, found \"}\".", 1, 10, hint: "Leave out the empty \"{}\"."),
        BadDocument("input A { b(c: D): E }", "Expected \":\", found \"(\".", 1, 12),
        BadDocument("input A { b: C = $d }", "Expected a constant value, found the variable \"$d\".", 1, 18),
        BadDocument("input A { b: C = {d: $e} }", "Expected a constant value, found the variable \"$e\".", 1, 22),
        BadDocument("directive a on FIELD", "Expected \"@\", found \"a\".", 1, 11),
        BadDocument("directive @a", "Expected \"on\" or \"repeatable\", found the end of the text.", 1, 13),
        BadDocument("directive @a repeatable FIELD", "Expected \"on\", found \"FIELD\".", 1, 25),
        BadDocument("directive @a on", "Expected a directive location, found the end of the text.", 1, 16),
        BadDocument(
            "directive @a on FEILD", "Expected a directive location, found \"FEILD\".", 1, 17,
            hint: "Did you mean \"FIELD\"?"),
        BadDocument(
            "directive @a on FIELD | field", "Expected a directive location, found \"field\".", 1, 25,
            hint: "Did you mean \"FIELD\"?"),
        BadDocument("directive @a on FIELD | 1", "Expected a directive location, found \"1\".", 1, 25),
        BadDocument(
            "directive @a() on FIELD", "Expected an argument, found \")\".", 1, 14, hint: "Leave out the empty \"()\"."),
        BadDocument("extend", "Expected \"schema\" or the keyword of a type, found the end of the text.", 1, 7),
        BadDocument(
            "extend tpye A", "Expected \"schema\" or the keyword of a type, found \"tpye\".", 1, 8,
            hint: "Did you mean \"type\"?"),
        BadDocument(
            "extend directive @a on FIELD", "Expected \"schema\" or the keyword of a type, found \"directive\".", 1, 8),
        BadDocument(
            "extend schema", "Expected directives or \"{\", found the end of the text.", 1, 14,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend type A", "Expected \"implements\", directives or \"{\", found the end of the text.", 1, 14,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend interface A type B", "Expected \"implements\", directives or \"{\", found \"type\".", 1, 20,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend scalar A", "Expected directives, found the end of the text.", 1, 16,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend union A", "Expected directives or \"=\", found the end of the text.", 1, 15,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend enum A", "Expected directives or \"{\", found the end of the text.", 1, 14,
            hint: "An extension cannot be empty."),
        BadDocument(
            "extend input A", "Expected directives or \"{\", found the end of the text.", 1, 15,
            hint: "An extension cannot be empty."),
    ]

    static let lexical = [
        BadDocument("{ a(b: \"c) }", "Unterminated string.", 1, 8),
        BadDocument(
            "{ a(b: \"c\n\") }", "Unterminated string.", 1, 8,
            hint: "A string over several lines stands between \"\"\" and \"\"\"."),
        BadDocument(
            "{ a(b: \"c\r\") }", "Unterminated string.", 1, 8,
            hint: "A string over several lines stands between \"\"\" and \"\"\"."),
        BadDocument("{\n a(b: \"\"\"c\n\n\"\" ) }", "Unterminated block string: expected \"\"\".", 2, 7),
        BadDocument("{ a(b: \"\"\"c\\\"\"\"", "Unterminated block string: expected \"\"\".", 1, 8),
        BadDocument(
            "{ a(b: \"\\x\") }", "Invalid escape sequence \"\\x\".", 1, 9, hint: "A backslash itself is written \\\\."),
        BadDocument(
            "{ a(b: \"\\u12\") }", "Invalid escape sequence \"\\u12\".", 1, 9,
            hint: "A backslash itself is written \\\\."),
        BadDocument(
            "{ a(b: \"\\u{}\") }", "Invalid escape sequence \"\\u{}\".", 1, 9,
            hint: "A backslash itself is written \\\\."),
        BadDocument(
            "{ a(b: \"\\u{12\") }", "Invalid escape sequence \"\\u{12\".", 1, 9,
            hint: "A backslash itself is written \\\\."),
        BadDocument(
            "{ a(b: \"\\é\") }", "Invalid escape sequence \"\\\".", 1, 9, hint: "A backslash itself is written \\\\."),
        BadDocument(
            "{ a(b: \"\\u{110000}\") }", "The escape sequence \"\\u{110000}\" stands for no Unicode character.", 1, 9),
        BadDocument(
            "{ a(b: \"\\u{FFFFFFFFFFFF}\") }",
            "The escape sequence \"\\u{FFFFFFFFFFFF}\" stands for no Unicode character.", 1, 9),
        BadDocument(
            "{ a(b: \"\\u{D83D}\\u{DE00}\") }", "The escape sequence \"\\u{D83D}\" stands for no Unicode character.", 1,
            9),
        BadDocument(
            "{ a(b: \"x\\uD83D\") }", "The escape sequence \"\\uD83D\" is half of a surrogate pair.", 1, 10,
            hint: "Write the character itself, or \\u{…} with its number."),
        BadDocument(
            "{ a(b: \"\\uDE00\\uD83D\") }", "The escape sequence \"\\uDE00\" is half of a surrogate pair.", 1, 9,
            hint: "Write the character itself, or \\u{…} with its number."),
        BadDocument(
            "{ a(b: \"\\uD83D\\u0041\") }", "The escape sequence \"\\uD83D\" is half of a surrogate pair.", 1, 9,
            hint: "Write the character itself, or \\u{…} with its number."),
        BadDocument("{ a(b: 'c') }", "Unexpected character \"'\".", 1, 8, hint: "Strings stand in double quotes."),
        BadDocument("{ a; b }", "Unexpected character \";\".", 1, 4),
        BadDocument("{ é }", "Unexpected character \"é\".", 1, 3),
        BadDocument("{ aé }", "Unexpected character \"é\".", 1, 4),
        BadDocument("{ a\u{0} }", "Unexpected character U+0000.", 1, 4),
        BadDocument("{ a\u{A0}}", "Unexpected character U+00A0.", 1, 4),
        BadDocument("{ a\u{2028}}", "Unexpected character U+2028.", 1, 4),
        BadDocument("{ a\u{1F600} }", "Unexpected character \"😀\".", 1, 4),
        BadDocument("{ .. a }", "Expected \"...\", found \".\".", 1, 3),
        BadDocument("{ a .b }", "Expected \"...\", found \".\".", 1, 5),
        BadDocument("{ a(b: 01) }", "The number \"01\" must not begin with a zero.", 1, 8),
        BadDocument("{ a(b: -00) }", "The number \"-00\" must not begin with a zero.", 1, 8),
        BadDocument("{ a(b: 00.1) }", "The number \"00\" must not begin with a zero.", 1, 8),
        BadDocument("{ a(b: 1.) }", "Expected a digit after \"1.\", found \")\".", 1, 8),
        BadDocument("{ a(b: 1.e1) }", "Expected a digit after \"1.\", found \"e\".", 1, 8),
        BadDocument("{ a(b: 1e) }", "Expected a digit after \"1e\", found \")\".", 1, 8),
        BadDocument("{ a(b: 1e+ ) }", "Expected a digit after \"1e+\", found a space.", 1, 8),
        BadDocument("{ a(b: 1e+\n) }", "Expected a digit after \"1e+\", found the end of the line.", 1, 8),
        BadDocument("{ a(b: -", "Expected a digit after \"-\", found the end of the text.", 1, 8),
        BadDocument("{ a(b: -a) }", "Expected a digit after \"-\", found \"a\".", 1, 8),
        BadDocument("{ a(b: +1) }", "Unexpected character \"+\".", 1, 8),
        BadDocument("{ a(b: .5) }", "Expected \"...\", found \".\".", 1, 8),
        BadDocument("{ a(b: 1a) }", "The number \"1\" must not be followed directly by \"a\".", 1, 8),
        BadDocument("{ a(b: 0x1) }", "The number \"0\" must not be followed directly by \"x\".", 1, 8),
        BadDocument("{ a(b: 1_000) }", "The number \"1\" must not be followed directly by \"_\".", 1, 8),
        BadDocument("{ a(b: 1.2.3) }", "The number \"1.2\" must not be followed directly by \".\".", 1, 8),
        BadDocument("{ a(b: 1.2e3e) }", "The number \"1.2e3\" must not be followed directly by \"e\".", 1, 8),
        BadDocument("{ a(b: 1...a) }", "Expected a digit after \"1.\", found \".\".", 1, 8),
    ]

    @Test(
        arguments: [
            [0xFF], [0x22, 0x80, 0x22], [0x23, 0xC0, 0xAF], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82], [0x23, 0xF0, 0x9F, 0x98],
            [0x22, 0x22, 0x22, 0xC3, 0x22, 0x22, 0x22], [0x2D, 0xFE], [0xEF, 0xBB],
        ] as [[UInt8]])
    func textThatIsNotUTF8(_ bytes: [UInt8]) throws {
        let error = try #require(throws: SyntaxError.self) { try parse(bytes: bytes) }
        #expect(error.message == "The text is not well-formed UTF-8.")
        #expect(Int(error.range.end) <= bytes.count)
    }

    @Test func asDiagnostic() {
        let error = SyntaxError("Wrong.", range: SourceRange(1, 2), hint: "Do.")
        #expect(error.diagnostic(file: "f") == Diagnostic("Wrong.", file: "f", range: SourceRange(1, 2), hint: "Do."))
    }
}
