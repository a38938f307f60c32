import Diagnostics
import GraphQLLanguage
import TestDocuments
import Testing

@Suite struct LimitTests {
    private func error(_ text: String, _ limits: ParseLimits = .init()) -> SyntaxError? {
        do throws(SyntaxError) {
            _ = try parse(SourceText(name: "", text), limits: limits)
            return nil
        } catch {
            return error
        }
    }

    /// `inner` within `count` pairs.
    private func nested(_ opening: String, _ inner: String, _ closing: String, _ count: Int) -> String {
        String(repeating: opening, count: count) + inner + String(repeating: closing, count: count)
    }

    @Test func depthIsExact() {
        let limits = ParseLimits(depth: 5)
        #expect(error(nested("{a", "", "}", 5), limits) == nil)
        #expect(error(nested("{a", "", "}", 6), limits)?.kind == .limit(name: .depth, limit: 5))
        #expect(error("{a(b:" + nested("[", "1", "]", 4) + ")}", limits) == nil)
        #expect(error("{a(b:" + nested("[", "1", "]", 5) + ")}", limits)?.kind == .limit(name: .depth, limit: 5))
        #expect(error("query($a:" + nested("[", "Int", "]", 5) + "){a}", limits) == nil)
        #expect(
            error("query($a:" + nested("[", "Int", "]", 6) + "){a}", limits)?.kind == .limit(name: .depth, limit: 5))
        #expect(error(nested("{a", "", "}", 5) + nested("{a", "", "}", 5), limits) == nil, "levels are left again")
    }

    @Test(arguments: [
        ("", "{a"), ("{a", "{...{a"), ("{a", "{...on T"), ("{a", "{...@b"), ("{a(b:", "["), ("{a(b:", "{c:"),
        ("{a(b:", "[{c:"), ("query($a:", "["), ("query($a:A=", "["),
        ("type A{b:", "["), ("type A{b(c:D=", "{c:"), ("{a@b(c:", "["),
    ])
    func tenThousandLevels(_ beginning: String, _ opening: String) {
        let text = beginning + String(repeating: opening, count: 10_000)
        #expect(error(text, ParseLimits(tokens: .max))?.kind == .limit(name: .depth, limit: 200))
        #expect(error(text, ParseLimits(tokens: .max))?.message == "The document is nested more than 200 levels deep.")
    }

    /// The deepest tree that any setting allows must not exhaust the stack: not when it is built,
    /// printed, compared nor released.
    @Test func theDeepestTree() throws {
        let limits = ParseLimits(tokens: .max, depth: .max)
        let deepest = ParseLimits.deepest
        #expect(error(nested("{a", "", "}", deepest + 1), limits)?.kind == .limit(name: .depth, limit: deepest))
        for text in [
            nested("{a", "", "}", deepest), nested("{...on T", "{a}", "}", deepest - 1),
            "{a(b:" + nested("[", "1", "]", deepest - 1) + ")}",
            "{a(b:" + nested("{c:", "1", "}", deepest - 1) + ")}",
            "query($a:" + nested("[", "Int", "]", deepest) + "){a}",
        ] {
            let document = try parse(SourceText(name: "", text), limits: limits)
            let again = try parse(SourceText(name: "", DocumentPrinter.print(document)), limits: limits)
            #expect(again.withoutRanges == document.withoutRanges)
        }
    }

    @Test func tokensAreExact() {
        #expect(error("{a b}", ParseLimits(tokens: 4)) == nil)
        #expect(error("#c\n{a,,,b}#c", ParseLimits(tokens: 4)) == nil)
        #expect(
            error("{a b}", ParseLimits(tokens: 3))
                == SyntaxError(
                    "The document has more than 3 tokens.", range: SourceRange(4, 5),
                    kind: .limit(name: .tokens, limit: 3)))
        #expect(error("{a}", ParseLimits(tokens: -1))?.kind == .limit(name: .tokens, limit: 0))
        #expect(error("{" + String(repeating: "a ", count: 14_998) + "}") == nil)
        #expect(error("{" + String(repeating: "a ", count: 14_999) + "}")?.kind == .limit(name: .tokens, limit: 15_000))
    }

    @Test func namesAreExact() {
        let name = String(repeating: "n", count: 8)
        #expect(
            error("query \(name) { \(name): a(\(name): $\(name)) ...\(name) @\(name) }", ParseLimits(names: 8)) == nil)
        #expect(
            error("{\(name)n}", ParseLimits(names: 8))
                == SyntaxError(
                    "The name \"\(name)n\" has more than 8 bytes.", range: SourceRange(1, 10),
                    kind: .limit(name: .names, limit: 8)))
        #expect(
            error("{a(b: \"\(name)\(name)\") #\(name)\(name)\n}", ParseLimits(names: 8)) == nil,
            "texts and comments are no names")
        #expect(error("{" + String(repeating: "a", count: 1 << 10) + "}") == nil)
        #expect(
            error("{" + String(repeating: "a", count: 1 << 10 + 1) + "}")?.kind == .limit(name: .names, limit: 1 << 10))
    }

    @Test func bytesAreExact() {
        #expect(error("{a}", ParseLimits(bytes: 3)) == nil)
        #expect(
            error("{a}", ParseLimits(bytes: 2))
                == SyntaxError(
                    "The document is larger than 2 bytes.", range: SourceRange(0, 0),
                    kind: .limit(name: .bytes, limit: 2)))
        let padding = String(repeating: " ", count: 1 << 20)
        #expect(error("{a}" + padding.dropLast(3)) == nil)
        #expect(error("{a}" + padding.dropLast(2))?.kind == .limit(name: .bytes, limit: 1 << 20))
    }

    @Test func fiftyMegabytes() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "{"), count: 50 << 20)
        let error = try #require(throws: SyntaxError.self) { try parse(bytes: bytes) }
        #expect(error.kind == .limit(name: .bytes, limit: 1 << 20))
    }

    @Test func limitsHoldForValuesAndTypes() throws {
        #expect(throws: SyntaxError.self) { try parseValue(nested("[", "", "]", 10_000)) }
        #expect(throws: SyntaxError.self) { try parseType(nested("[", "A", "]", 10_000)) }
        #expect(throws: SyntaxError.self) { try parseType("A", limits: ParseLimits(bytes: 0)) }
    }
}
