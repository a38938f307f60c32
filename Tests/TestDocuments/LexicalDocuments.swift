import TestRandom

/// Documents whose point is one token: `{ any(value: …) }` for a field that takes every literal.
public enum LexicalDocuments {
    public static func document(_ random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: inArgument(number(&random))
        case 3..<6: inArgument(string(&random))
        case 6..<8: inArgument(blockString(&random))
        case 8: name(&random)
        default: between(&random)
        }
    }

    private static func inArgument(_ token: [UInt8]) -> [UInt8] {
        Array("{ any(value: ".utf8) + token + Array(") }".utf8)
    }

    private static func pieces(
        _ pieces: [String], _ counts: ClosedRange<Int>, _ random: inout SeededGenerator
    ) -> [UInt8] {
        (0..<Int.random(in: counts, using: &random)).flatMap { _ in
            Array((pieces.randomElement(using: &random) ?? "").utf8)
        }
    }

    private static func number(_ random: inout SeededGenerator) -> [UInt8] {
        pieces(
            [
                "0", "1", "9", "00", "42", "-", "+", ".", "e", "E", "e-", "E+", "_", "x", " ", ".5", "1.0", "-1", "e10",
                "\u{0661}", "\u{FF11}",
            ], 1...4, &random)
    }

    private static let characters = [
        "a", " ", "\t", "é", "😀", "\u{0}", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFF}",
        "\u{10FFFF}", "#", ",", "{", "'", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
        "\\\"", "\\u0041", "\\u00e9", "\\uD83D\\uDE00", "\\u{41}", "\\u{1F600}", "\\u{000041}", "\\u{10FFFF}",
    ]
    private static let badCharacters = [
        "\n", "\r", "\"", "\\", "\\a", "\\0", "\\x41", "\\U0041", "\\u", "\\u12", "\\u{", "\\u{}", "\\u{110000}",
        "\\u{D83D}", "\\u{fffffffff}", "\\u{12 }", "\\uD83D", "\\uDE00", "\\uDE00\\uD83D",
        "\\uD83D\\u0041", "\\uD83D\\u{DE00}", "\\u004g", "\\u 041", "\\\n", "\\é",
    ]

    private static func string(_ random: inout SeededGenerator) -> [UInt8] {
        var content = pieces(characters, 0...5, &random)
        if Int.random(in: 0..<100, using: &random) < 45 {
            content += pieces(badCharacters, 1...1, &random) + pieces(characters, 0...2, &random)
        }
        if Int.random(in: 0..<100, using: &random) < 8 { content += illFormed(&random) }
        return [0x22] + content + (Int.random(in: 0..<100, using: &random) < 5 ? [] : [0x22])
    }

    private static func blockString(_ random: inout SeededGenerator) -> [UInt8] {
        let content = pieces(
            [
                "a", " ", "\t", "\n", "\r", "\r\n", "\"", "\"\"", "\\\"\"\"", "\\", "\\n", "\\u", "é", "😀", "\u{0}",
                "\u{FEFF}", "\n  ", "#", "\"\"\"", "\\\"", "\\\\",
            ], 0...7, &random)
        let end = Int.random(in: 0..<100, using: &random)
        let tail: [UInt8] = end < 6 ? [0x22, 0x22] : end < 9 ? illFormed(&random) : [0x22, 0x22, 0x22]
        return [0x22, 0x22, 0x22] + content + tail
    }

    private static func name(_ random: inout SeededGenerator) -> [UInt8] {
        let alias = pieces(
            [
                "a", "Z", "_", "0", "9", "é", "-", ".", "$", "\u{200B}", "ſ", "K", "__typename", "query", "on", "null",
                "@",
            ], 1...3, &random)
        return Array("{ ".utf8) + alias + Array(": any }".utf8)
    }

    /// What stands between tokens.
    private static func between(_ random: inout SeededGenerator) -> [UInt8] {
        let gap = { (random: inout SeededGenerator) in
            pieces(
                [
                    "", " ", ",", "\t", "\n", "\r", "\u{FEFF}", "# any \u{0} \" text\n", "#\r", "\u{B}", "\u{C}",
                    "\u{A0}", "\u{85}", "\u{2028}", ";", "/**/", "\u{0}", ".", "..", "?",
                ], 0...2, &random)
        }
        var bytes = gap(&random)
        for token in ["{", "any", "(", "value", ":", "[", "1", "$v", "]", ")", "}"] where token != "$v" {
            bytes += Array(token.utf8) + gap(&random)
        }
        if Int.random(in: 0..<100, using: &random) < 20 {
            bytes += [0x23] + (Bool.random(using: &random) ? illFormed(&random) : Array("the end".utf8))
        }
        return bytes
    }

    private static func illFormed(_ random: inout SeededGenerator) -> [UInt8] {
        let sequences: [[UInt8]] = [
            [0xFF], [0xC3], [0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF],
            [0xE0, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x82],
            [0xF0, 0x9F, 0x98],
        ]
        return sequences.randomElement(using: &random) ?? []
    }
}
