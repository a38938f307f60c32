import TestRandom

/// Literals of scalars, as tokens.
enum Lexemes {
    static func right(_ scalar: String, _ random: inout SeededGenerator) -> [String] {
        let choices: [String] =
            switch scalar {
            case "Int": ["0", "-0", "1", "-17", "2147483647", "-2147483648", "50"]
            case "Float": ["0", "1.5", "-0.0", "1e10", "1.25E-3", "2e+7", "9007199254740993", "1.0e5"]
            case "Boolean": ["true", "false"]
            case "ID": ["\"user-1\"", "1", "\"\"", "99999999999999999999", "-5"]
            default:
                [
                    "\"word\"", "\"\"", "\"é😀\"", "\"a \\\"quoted\\\" \\n line\"", "\"\"\"block\"\"\"",
                    "\"\"\"\n    several\n      lines\n\"\"\"", "\"\\u0041\\u{1F600}\"", "\"# no comment\"",
                ]
            }
        return [choices.randomElement(using: &random) ?? "0"]
    }

    static func wrong(_ scalar: String, _ random: inout SeededGenerator) -> [String] {
        let choices: [[String]] =
            switch scalar {
            case "Int": [["1.0"], ["\"1\""], ["true"], ["ONE"], ["{", "}"], ["1e3"]]
            case "Float": [["\"1.5\""], ["true"], ["NAN"], ["{", "}"]]
            case "Boolean": [["1"], ["\"true\""], ["TRUE"], ["0.0"], ["{", "}"]]
            case "ID": [["1.5"], ["true"], ["WORD"], ["{", "}"]]
            default: [["1"], ["true"], ["word"], ["1.5"], ["{", "}"]]
            }
        return choices.randomElement(using: &random) ?? ["0"]
    }
}
