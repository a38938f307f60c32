import Foundation
import PorticoAccess
import Testing
@testable import PorticoServer

/// The tables of `docs/operations.md` are those of the code. With `PORTICO_REWRITE_CASES=1` they
/// are written anew; read the diff.
struct LimitDocumentationTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/operations.md")

    private static let requests =
        ["| limit | unit | default | what is counted, and what it stands against |", "|---|---|---|---|"]
        + RequestLimit.allCases.map { limit in
            let key = limit.gatewayKey == limit.name ? "" : " (`\(limit.gatewayKey)` in gateway.yaml)"
            return row("`\(limit.name)`\(key)", limit.definition)
        }
    private static let listener =
        ["| limit | unit | default | what it stands against |", "|---|---|---|---|"]
        + LimitName.allCases.map { row("`\($0.rawValue)`", $0.definition) }

    private static func row(_ name: String, _ definition: LimitDefinition) -> String {
        let unit =
            switch definition.unit {
            case .count: "number"
            case .bytes: "bytes"
            case .milliseconds: "time"
            }
        return "| \(name) | \(unit) | \(definition.text(definition.standard)) | \(definition.reason) |"
    }

    @Test func theTablesAreThoseOfTheCode() throws {
        try compare("requests", Self.requests)
        try compare("listener", Self.listener)
    }

    private func compare(_ name: String, _ table: [String]) throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let opening = "<!-- limits: \(name) -->\n", closing = "\n<!-- end -->"
        let start = try #require(text.range(of: opening)?.upperBound),
            end = try #require(text.range(of: closing, range: start..<text.endIndex)?.lowerBound)
        let expected = table.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["PORTICO_REWRITE_CASES"] == "1" {
            return try (text[..<start] + expected + text[end...]).write(
                to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(text[start..<end] == expected)
    }
}
