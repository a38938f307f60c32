import TestRandom

/// Documents over ``NastySchema`` that select few fields of many types under three names, in
/// fragments and without: fields meet, and often in conflict.
public enum TangledSelections {
    public static func document(_ random: inout SeededGenerator) -> String {
        var tangle = Tangle(random: random)
        let text = tangle.document()
        random = tangle.random
        return text
    }

    private struct Tangle {
        var random: SeededGenerator
        var fieldsLeft = 12

        private static let fragments = ["A": "Node", "B": "Pet", "C": "Person", "D": "Dog"]
        private static let leaves: [String: [String]] = [
            "Node": ["id"], "Named": ["id", "name", "name(style: RED)", "name(style: BLUE)"], "Pet": ["__typename"],
            "Thing": ["__typename"], "Sized": ["size"],
            "Person": [
                "id", "age", "size", "name", "name(length: 1)", "name(length: 2, style: RED)",
                "name(style: RED, length: 2)", "extra", "old",
            ],
            "Dog": [
                "id", "age", "size", "name", "barks", "obeys(command: {word: \"a\", times: 1})",
                "obeys(command: {times: 1, word: \"a\"})", "obeys(command: {word: \"b\"})",
            ],
            "Cat": ["id", "age", "size", "lives", "barks"], "Stone": ["size", "weight", "age"],
            "Place": ["city", "query", "street(lines: [\"a\", \"b\"])", "street(lines: [\"b\", \"a\"])"],
        ]
        private static let links: [String: [(String, String)]] = [
            "Person": [
                ("pet", "Pet"), ("home", "Place"), ("friends", "Person"), ("friends(first: 2)", "Person"),
                ("pets", "Pet"),
            ],
            "Dog": [("owner", "Person"), ("pet", "Pet")], "Cat": [("owner", "Person"), ("home", "Place")],
            "Stone": [("home", "Place"), ("pet", "Stone")],
        ]
        private static let narrower: [String: [String]] = [
            "Node": ["Person", "Dog", "Cat", "Named"], "Named": ["Person", "Dog"], "Pet": ["Dog", "Cat", "Node"],
            "Thing": ["Dog", "Stone", "Person", "Sized"], "Sized": ["Dog", "Stone"],
        ]

        private mutating func one<Element>(of elements: [Element]) -> Element? {
            elements.randomElement(using: &random)
        }
        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

        mutating func document() -> String {
            let root =
                one(of: [("node(id: 1)", "Node"), ("pet", "Pet"), ("named", "Named"), ("thing", "Thing")]) ?? (
                    "pet", "Pet"
                )
            var text =
                "{ \(root.0) \(set(root.1, depth: 0)) \(chance(40) ? "\(root.0) \(set(root.1, depth: 0))" : "") }"
            // Each fragment that is spread is defined; none spreads one that may spread it.
            for name in ["D", "C", "B", "A"] where text.contains("...\(name) ") {
                fieldsLeft = 4
                text +=
                    " fragment \(name) on \(Self.fragments[name] ?? "Node") \(set(Self.fragments[name] ?? "Node", depth: 2, after: name))"
            }
            return text
        }

        private mutating func set(_ type: String, depth: Int, after fragment: String = "Z") -> String {
            var text = "{"
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                text += " " + selection(type, depth: depth, after: fragment)
            }
            return text + " }"
        }

        private mutating func selection(_ type: String, depth: Int, after fragment: String) -> String {
            fieldsLeft -= 1
            if fieldsLeft > 0, chance(35), let narrow = one(of: (Self.narrower[type] ?? []) + [type]) {
                return "... on \(narrow) \(set(narrow, depth: depth + 1, after: fragment))"
            }
            if chance(20), let name = one(of: Self.spreads(in: type).filter { $0 < fragment }) { return "...\(name) " }
            let alias = chance(45) ? one(of: ["x: ", "y: ", "size: "]) ?? "" : ""
            if depth < 4, fieldsLeft > 0, chance(35), let link = one(of: Self.links[type] ?? []) {
                return "\(alias)\(link.0) \(set(link.1, depth: depth + 1, after: fragment))"
            }
            return alias + (one(of: Self.leaves[type] ?? []) ?? "__typename")
        }

        /// The fragments that can apply within a type.
        private static func spreads(in type: String) -> [String] {
            switch type {
            case "Node": ["A", "B", "C", "D"]
            case "Named", "Thing": ["A", "B", "C", "D"]
            case "Pet", "Dog", "Sized": ["A", "B", "D"]
            case "Person": ["A", "C"]
            case "Cat": ["A", "B"]
            default: []
            }
        }
    }
}
