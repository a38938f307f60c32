import TestRandom

/// Breaks tokens and bytes without regard to any rule; what comes out may still be a document.
public enum TokenSoup {
    /// One to three changes of whole tokens. `names` are put in the place of other names.
    public static func changed(_ tokens: [String], names: [String], _ random: inout SeededGenerator) -> [String] {
        var tokens = tokens
        for _ in 0..<Int.random(in: 1...3, using: &random) where !tokens.isEmpty {
            let place = Int.random(in: 0..<tokens.count, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: tokens.remove(at: place)
            case 1: tokens.insert(tokens[place], at: place)
            case 2: tokens.swapAt(place, Int.random(in: 0..<tokens.count, using: &random))
            case 3: tokens[place] = punctuators.randomElement(using: &random) ?? "{"
            case 4: tokens.insert(punctuators.randomElement(using: &random) ?? "}", at: place)
            case 5: tokens[place] = literals.randomElement(using: &random) ?? "1"
            case 6: tokens[place] = keywords.randomElement(using: &random) ?? "on"
            default:
                let end = min(tokens.count, place + Int.random(in: 1...4, using: &random))
                tokens.removeSubrange(place..<end)
            }
        }
        return tokens
    }

    /// One to three names replaced by others: what parses still parses, and means something else.
    public static func renamed(_ tokens: [String], names: [String], _ random: inout SeededGenerator) -> [String] {
        var tokens = tokens
        let places = tokens.indices.filter {
            tokens[$0].unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "_" } ?? false
        }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let place = places.randomElement(using: &random) else { return tokens }
            let other =
                Bool.random(using: &random)
                ? places.randomElement(using: &random).map { tokens[$0] } : names.randomElement(using: &random)
            tokens[place] = other ?? tokens[place]
        }
        return tokens
    }

    /// One to three changes of bytes.
    public static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, index + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes.removeSubrange(index..<end)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: index)
            case 2: bytes.replaceSubrange(index..<end, with: pieces.randomElement(using: &random) ?? [])
            case 3: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 4: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 5: bytes.removeSubrange(index...)
            default: bytes.insert(contentsOf: bytes[index..<end], at: index)
            }
        }
        return bytes
    }

    /// Tokens in no order at all.
    public static func soup(_ count: Int, names: [String], _ random: inout SeededGenerator) -> [String] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: punctuators.randomElement(using: &random) ?? "{"
            case 4..<6: keywords.randomElement(using: &random) ?? "on"
            case 6..<7: literals.randomElement(using: &random) ?? "1"
            default: names.randomElement(using: &random) ?? "a"
            }
        }
    }

    public static let punctuators = ["{", "}", "(", ")", "[", "]", "$", "@", "!", "&", "|", "=", ":", "..."]
    public static let keywords = [
        "query", "mutation", "subscription", "fragment", "on", "true", "false", "null", "schema", "scalar", "type",
        "interface", "union", "enum", "input", "directive", "extend",
        "implements", "repeatable", "QUERY", "FIELD", "OBJECT",
    ]
    static let literals = ["0", "-1", "1.5", "1e9", "\"\"", "\"text\"", "\"\"\"block\"\"\"", "WORD"]
    static let pieces: [[UInt8]] =
        [
            "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "\\", "\\u", "\\u{", "\\u{110000}", "\\uD83D",
            "\\uD83D\\uDE00", "\\uDE00", "\\\"\"\"", "$", "@", "!", "&", "|", "=", ":", "...", "..", ".",
            "#", "\n", "\r", "\r\n", ",", " ", "on", "0", "-", "+", "1.", ".5", "e5", "1e", "00", "-0", "é", "😀",
            "\u{FEFF}", "'", ";", "%", "extend", "type", "query", "null", "{}", "()", "{a",
        ].map { Array($0.utf8) } + [
            [0x00], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0xEF, 0xBB],
        ]
}
