import TestRandom

/// Writes tokens as text in one of the many ways that the grammar allows (section 2.1: what is
/// ignored, and how strings may be escaped).
public enum Spelling {
    public static func plain(_ tokens: [String]) -> [UInt8] { Array(tokens.joined(separator: " ").utf8) }

    public static func random(_ tokens: [String], _ random: inout SeededGenerator) -> [UInt8] {
        let isOdd = Int.random(in: 0..<100, using: &random) < 25
        var text = isOdd ? ignored.randomElement(using: &random) ?? "" : ""
        var previous = ""
        for token in tokens {
            if needsGap(previous, token) {
                text += isOdd ? gaps.randomElement(using: &random) ?? " " : " "
            } else if isOdd, Int.random(in: 0..<100, using: &random) < 30 {
                text += ignored.randomElement(using: &random) ?? ""
            }
            text += isOdd ? respelled(token, &random) : token
            previous = token
        }
        return Array(text.utf8)
    }

    private static let gaps = [
        " ", "\n", ",", "\t", "\r\n", "\r", " , ", "\n# a comment } \" é 😀\n", "\u{FEFF}", "#\r",
    ]
    private static let ignored = ["", " ", "\n\n", ",,", "\t", "# \"\"\" {\n", "\u{FEFF}", "\r", "#\u{0}\u{1}\u{7F}\n"]

    /// Two tokens that would be another token, or none, if they touched.
    static func needsGap(_ left: String, _ right: String) -> Bool {
        guard let last = left.unicodeScalars.last, let first = right.unicodeScalars.first else { return false }
        if isWord(last), isWord(first) || first == "." || first == "-" || first == "+" { return true }
        if last == "\"", first == "\"" { return true }
        if last == ".", first == "." { return true }
        return last == "-" || last == "+"
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
    }

    /// A plain string with characters written as escapes now and then; any other token as it is.
    private static func respelled(_ token: String, _ random: inout SeededGenerator) -> String {
        guard token.hasPrefix("\""), !token.hasPrefix("\"\"\""), token.utf8.count > 2, !token.contains("\\") else {
            return token
        }
        var text = "\""
        for scalar in token.unicodeScalars.dropFirst().dropLast() {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: text += "\\u{\(String(scalar.value, radix: 16))}"
            case 1:
                for unit in String(scalar).utf16 { text += "\\u" + padded(String(unit, radix: 16, uppercase: true)) }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private static func padded(_ digits: String) -> String {
        String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
