import Foundation
import PorticoAccess
import Testing
@testable import PorticoConfiguration

/// The lists of `docs/reference/limits.md` are those of the code. With `PORTICO_REWRITE_CASES=1`
/// they are written anew; read the diff.
struct LimitDocumentationTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "docs/reference/limits.md")

    private static let requests = RequestLimit.allCases.map { limit in
        let key = limit.gatewayKey == limit.name ? "" : " (`\(limit.gatewayKey)` in gateway.yaml)"
        return item("`\(limit.name)`\(key)", limit.definition)
    }
    private static let listener = LimitName.allCases.map { item("`\($0.rawValue)`", $0.definition) }

    private static func item(_ name: String, _ definition: LimitDefinition) -> String {
        let unit =
            switch definition.unit {
            case .count: "number"
            case .bytes: "bytes"
            case .milliseconds: "time"
            }
        return wrapped("- \(name) (\(unit), \(definition.text(definition.standard))): \(definition.reason).")
    }

    /// The text in lines of at most 100 columns, indented as the item of a list is.
    private static func wrapped(_ text: String) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + 1 + word.count > 100 { lines.append(" ") }
            lines[lines.count - 1] += lines == [""] ? String(word) : " " + word
        }
        return lines.joined(separator: "\n")
    }

    @Test func theListsAreThoseOfTheCode() throws {
        try compare("requests", Self.requests)
        try compare("listener", Self.listener)
    }

    private func compare(_ name: String, _ items: [String]) throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let opening = "<!-- limits: \(name) -->\n", closing = "\n<!-- end -->"
        let start = try #require(text.range(of: opening)?.upperBound),
            end = try #require(text.range(of: closing, range: start..<text.endIndex)?.lowerBound)
        let expected = items.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["PORTICO_REWRITE_CASES"] == "1" {
            return try (text[..<start] + expected + text[end...]).write(
                to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(text[start..<end] == expected)
    }
}
