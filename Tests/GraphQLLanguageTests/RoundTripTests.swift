import Diagnostics
import GraphQLLanguage
import TestDocuments
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: 0..<8)
    func printingAndParsingGivesTheSame(_ seed: Int) throws {
        var documents = RandomDocuments(seed: UInt64(seed))
        for number in 0..<150 {
            let document = documents.document()
            let text = DocumentPrinter.print(document)
            let again: Document
            do throws(SyntaxError) {
                again = try parse(SourceText(name: "", text))
            } catch {
                Issue.record(
                    "seed \(seed), document \(number): \(render(error.diagnostic(), in: SourceText(name: "", text)))")
                return
            }
            #expect(again.withoutRanges == document, "seed \(seed), document \(number)\n\(text)")
            #expect(DocumentPrinter.print(again) == text, "seed \(seed), document \(number)")
            #expect(document.withoutRanges == document)
        }
    }

    /// The generator is worth something only if it makes every kind of node.
    @Test func theGeneratorMakesAllKinds() {
        var documents = RandomDocuments(seed: 1)
        let text = (0..<300).map { _ in DocumentPrinter.print(documents.document()) }.joined()
        for piece in [
            "query", "mutation", "subscription", "fragment ", "schema", "scalar", "type ", "interface ", "union ",
            "enum ", "input ", "directive @", "extend ", " repeatable on", "implements ", "\"\"\"\n", "... on ",
            "... @", "= [", "{a: ", "\n  | ",
        ] {
            #expect(text.contains(piece), "\(piece)")
        }
    }
}
