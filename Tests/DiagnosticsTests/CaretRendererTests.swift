import Diagnostics
import Testing

@Suite struct CaretRendererTests {
    private func rendered(_ text: String, _ start: Int, _ end: Int, hint: String? = nil) -> String {
        render(
            Diagnostic("Wrong.", range: SourceRange(start, end), hint: hint), in: SourceText(name: "a.graphql", text))
    }

    @Test func wholeForm() {
        #expect(
            rendered("type A {\n  id: Strnig\n}\n", 15, 21, hint: "Did you mean \"String\"?") == """
                a.graphql:2:7: error: Wrong.
                      id: Strnig
                          ^~~~~~
                hint: Did you mean "String"?
                """)
    }

    @Test func whatIsNotKnownIsLeftOut() {
        #expect(render(Diagnostic("Wrong."), in: nil) == "error: Wrong.")
        #expect(render(Diagnostic("Wrong.", file: "b", severity: .warning), in: nil) == "b: warning: Wrong.")
        #expect(
            render(Diagnostic("Wrong.", hint: "Do."), in: SourceText(name: "a", "x")) == "a: error: Wrong.\nhint: Do.")
        #expect(
            render(Diagnostic("Wrong.", range: SourceRange(0, 1)), in: SourceText(name: "", "x"))
                == "1:1: error: Wrong.\n    x\n    ^")
        #expect(render(Diagnostic("Wrong.", file: "b", range: SourceRange(0, 1)), in: nil) == "b: error: Wrong.")
    }

    @Test(arguments: [
        ("ab", 1, 1, "ab", " ^"),
        ("ab", 2, 2, "ab", "  ^"),
        ("ab", 9, 12, "ab", "  ^"),
        ("", 0, 0, "", "^"),
        ("a\nb", 0, 3, "a", "^"),
        ("abc\ndef", 1, 6, "abc", " ^~"),
        ("abc\ndef", 4, 5, "def", "^"),
        ("abc\r\ndef", 4, 5, "abc", "   ^"),
        ("abc\n", 4, 4, "", "^"),
        ("\ta\tb", 1, 2, "    a   b", "    ^"),
        ("\ta\tb", 3, 4, "    a   b", "        ^"),
        ("é😀xy", 2, 6, "é😀xy", " ^"),
        ("é😀xy", 6, 8, "é😀xy", "  ^~"),
        ("a\u{1B}[31mb", 1, 2, "a␛[31mb", " ^"),
        ("a\u{202E}b", 4, 5, "a<U+202E>b", "         ^"),
        ("\u{0}\u{7F}x", 2, 3, "␀␡x", "  ^"),
    ])
    func excerpts(_ text: String, _ start: Int, _ end: Int, _ line: String, _ marks: String) {
        let lines = rendered(text, start, end).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.dropFirst().map { String($0) } == ["    " + line, "    " + marks])
    }

    @Test func longLinesAreCutAroundTheCaret() {
        let text = String(repeating: "é", count: 50_000) + "X" + String(repeating: "b", count: 50_000)
        let lines = rendered(text, 100_000, 100_001).split(separator: "\n")
        #expect(lines[0] == "a.graphql:1:50001: error: Wrong.")
        #expect(lines[1] == "    …" + String(repeating: "é", count: 60) + "X" + String(repeating: "b", count: 59) + "…")
        #expect(lines[2] == "    " + String(repeating: " ", count: 61) + "^")
        let wide = rendered(text, 100_000, 200_001).split(separator: "\n")
        #expect(wide[2] == "    " + String(repeating: " ", count: 61) + "^" + String(repeating: "~", count: 59))
    }

    @Test func bytesThatAreNotTextAreShownAsSuch() {
        let source = SourceText(name: "a", bytes: [0x61, 0xFF, 0x62, 0x80])
        #expect(
            render(Diagnostic("Wrong.", range: SourceRange(2, 3)), in: source).contains("a\u{FFFD}b\u{FFFD}\n      ^"))
    }

    @Test func messagesCannotSteerTheTerminal() {
        let diagnostic = Diagnostic("Unknown \"\u{1B}[2J\".", file: "a\u{7}", hint: "One\nline.")
        #expect(render(diagnostic, in: nil) == "a␇: error: Unknown \"␛[2J\".\nhint: One␊line.")
    }
}
