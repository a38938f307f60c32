import Diagnostics
import GraphQLLanguage
import TestDocuments
import TestRandom
import Testing

@Suite struct FuzzTests {
    private static let pieces: [[UInt8]] =
        [
            "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "\\", "\\u", "\\u{", "\\uD83D", "$", "@", "!", "&", "|", "=",
            ":", "...", ".", "#", "\n", "\r", ",", " ", "on", "0", "-", "1.", "e5", "é", "😀", "\u{FEFF}",
            "extend", "type", "query", "null", "repeatable", "{}", "()", "{a",
        ].map { Array($0.utf8) } + [[0x00], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80]]

    private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, index + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.removeSubrange(index..<end)
            case 1: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: index)
            case 2: bytes.replaceSubrange(index..<end, with: Self.pieces.randomElement(using: &random) ?? [])
            case 3 where index < bytes.count: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 4 where index < bytes.count: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 5: bytes.removeSubrange(index...)
            default: bytes.insert(contentsOf: bytes[index..<end], at: index)
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    /// Whatever bytes come in: a document that survives printing, or an error that points into the
    /// text. 4 × 2 × 2,500 cases.
    @Test(arguments: 0..<4)
    func mutationsOfTheKitchenSinks(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var parsed = 0, failed = 0
        for original in [Array(KitchenSink.executable.utf8), Array(KitchenSink.typeSystem.utf8)] {
            for number in 0..<2_500 {
                let bytes = mutated(original, &random)
                do throws(SyntaxError) {
                    let document = try parse(bytes: bytes)
                    parsed += 1
                    if number % 10 == 0 { survives(document, seed, number) }
                } catch {
                    failed += 1
                    if !(error.range.start <= error.range.end && Int(error.range.end) <= bytes.count
                        && !error.message.isEmpty)
                    {
                        Issue.record("seed \(seed), case \(number): \(error)")
                    }
                    if number % 50 == 0 {
                        #expect(!render(error.diagnostic(file: "f"), in: SourceText(name: "f", bytes: bytes)).isEmpty)
                    }
                }
            }
        }
        #expect(parsed > 100 && failed > 100)
    }

    private func survives(_ document: Document, _ seed: Int, _ number: Int) {
        let text = DocumentPrinter.print(document)
        do throws(SyntaxError) {
            let again = try parse(SourceText(name: "", text))
            #expect(again.withoutRanges == document.withoutRanges, "seed \(seed), case \(number)")
        } catch {
            Issue.record("seed \(seed), case \(number): \(render(error.diagnostic(), in: SourceText(name: "", text)))")
        }
    }
}
