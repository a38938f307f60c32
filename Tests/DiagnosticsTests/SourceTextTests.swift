import Diagnostics
import Testing

@Suite struct SourceTextTests {
    @Test(arguments: [
        ("", 0, 1, 1),
        ("ab", 2, 1, 3),
        ("a\nb", 2, 2, 1),
        ("a\r\nb", 3, 2, 1),
        ("a\r\nb", 2, 1, 3),
        ("a\rb", 2, 2, 1),
        ("\n\n", 2, 3, 1),
        ("é😀x", 6, 1, 3),
        ("ab", 99, 1, 3),
    ])
    func positions(_ text: String, _ offset: Int, _ line: Int, _ column: Int) {
        #expect(SourceText(name: "", text).position(at: offset) == SourcePosition(line: line, column: column))
    }

    @Test func manyPositionsInTheirOrder() {
        let source = SourceText(name: "", "ab\r\ncd\nè")
        #expect(
            source.positions(at: [9, 0, 5, 0]) == [
                SourcePosition(line: 3, column: 2), SourcePosition(line: 1, column: 1),
                SourcePosition(line: 2, column: 2), SourcePosition(line: 1, column: 1),
            ])
        #expect(source.positions(at: []).isEmpty)
    }

    @Test func rangesJoin() {
        #expect(SourceRange(3, 5).through(SourceRange(9, 11)) == SourceRange(3, 11))
        #expect(SourceRange.none == SourceRange(0, 0))
    }
}
