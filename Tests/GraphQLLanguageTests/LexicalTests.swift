import Diagnostics
import GraphQLLanguage
import TestDocuments
import Testing

@Suite struct LexicalTests {
    @Test(arguments: [
        (#""""#, ""),
        (#""simple""#, "simple"),
        (#"" white space ""#, " white space "),
        (#""quote \"""#, "quote \""),
        (#""escaped \n\r\b\t\f\/\\""#, "escaped \n\r\u{8}\t\u{C}/\\"),
        (#""\u0000\u00e9\u00E9""#, "\u{0}éé"),
        (#""\u{0}\u{000000041}\u{1f600}\u{10FFFF}""#, "\u{0}A😀\u{10FFFF}"),
        (#""\uD83D\uDE00x\uDBFF\uDFFF""#, "😀x\u{10FFFF}"),
        (#""raw é 😀 \#u{FEFF} "# + "\u{0}\u{1B}\u{2028}\t" + #"# , ""#, "raw é 😀 \u{FEFF} \u{0}\u{1B}\u{2028}\t# , "),
    ])
    func strings(_ text: String, _ expected: String) throws {
        #expect(try parseValue(text) == .string(StringValue(expected, range: SourceRange(0, text.utf8.count))))
    }

    @Test(arguments: [
        ("", ""),
        ("   ", ""),
        ("\n \n\t\n", ""),
        ("simple", "simple"),
        (" keeps the first indent", " keeps the first indent"),
        ("trailing  \n", "trailing  "),
        ("\n    a\n      b\n\n    c\n  ", "a\n  b\n\nc"),
        ("a\n  b\n    c", "a\nb\n  c"),
        ("\n\ta\n\t\tb", "a\n\tb"),
        ("\n \ta\n  b", "a\nb"),
        ("\n    a\n  \n      \n    b", "a\n\n  \nb"),
        ("\n  a\r\n  b\r  c\n", "a\nb\nc"),
        ("\r\n\r\n a\n\r b", "a\n\nb"),
        ("\\n \\u0041 \\ \"\" \\\"\"\" x", "\\n \\u0041 \\ \"\" \"\"\" x"),
        ("\\\\\"\"\"", "\\\"\"\""),
        ("\n  \\\"\"\"\n  é😀\n", "\"\"\"\né😀"),
        ("\"", "\""),
        ("a\u{0}b", "a\u{0}b"),
    ])
    func blockStrings(_ content: String, _ expected: String) throws {
        let text = "\"\"\"\(content)\(content.hasSuffix("\"") && !content.hasSuffix("\\\"\"\"") ? "\n" : "")\"\"\""
        guard case .string(let value) = try parseValue(text) else {
            Issue.record("expected a string")
            return
        }
        #expect(value.isBlock)
        #expect(Array(value.value.utf8) == Array(expected.utf8))
    }

    @Test(arguments: ["0", "-0", "1", "-123", "9007199254740993", "123456789012345678901234567890"])
    func integers(_ text: String) throws {
        #expect(try parseValue(text).withoutRanges == .int(text, .none))
    }

    @Test(arguments: ["0.0", "-0.5", "1e5", "1E5", "1e+5", "-1.25E-10", "0e0", "123.456789"])
    func floats(_ text: String) throws {
        #expect(try parseValue(text).withoutRanges == .float(text, .none))
    }

    /// What follows a number directly must not belong to a name or number, but may be anything
    /// else.
    @Test(arguments: ["1]", "1{}]", "1#c\n]", "1,1]", "1\"s\"]", "1$a]", "1\u{FEFF}]", "1[]]", "1.5\t]"])
    func numbersEndAtAnythingElse(_ text: String) throws {
        guard case .list(let values, _) = try parseValue("[" + text, allowVariables: true) else {
            Issue.record("expected a list")
            return
        }
        #expect(values.first?.withoutRanges == (text.hasPrefix("1.5") ? .float("1.5", .none) : .int("1", .none)))
    }

    @Test(arguments: [
        ("true", Value.boolean(true, .none)), ("false", .boolean(false, .none)), ("null", .null(.none)),
        ("nul", .enumValue(Name("nul"))), ("TRUE", .enumValue(Name("TRUE"))), ("_", .enumValue(Name("_"))),
        ("__a1", .enumValue(Name("__a1"))), ("on", .enumValue(Name("on"))),
        ("[]", .list([], .none)), ("{}", .object([], .none)),
    ])
    func words(_ text: String, _ expected: Value) throws {
        #expect(try parseValue(text).withoutRanges == expected)
    }

    @Test(arguments: [
        "\u{FEFF}{a}", "{,,a,,}", "{a}#", "#\n{a}", "\r\n\t {a}\u{FEFF}", "{a #é\r}", "{#\u{0}\u{FEFF}😀\na}",
        "{a\u{FEFF}}",
    ])
    func whatIsIgnored(_ text: String) throws {
        let plain = try parse(SourceText(name: "", "{ a }")).withoutRanges
        #expect(try parse(SourceText(name: "", text)).withoutRanges == plain)
    }
}
