import Diagnostics
import ExactText
import Testing
import YAMLTree

/// Keys that are one text in Unicode, and two in bytes.
@Suite struct ExactKeyTests {
    @Test(arguments: [("Keep", "\u{212A}eep"), ("caf\u{E9}", "cafe\u{301}")]) func keysAreTheirBytes(
        _ one: String, _ other: String
    ) throws {
        let source = SourceText(name: "f", "\(one): 1\n\(other): 2\n")
        let parsed = try parseYAML(source)
        let root = try #require(parsed)
        var reader = YAMLReader(source)
        let found = reader.mapping(root, as: "it")
        let mapping = try #require(found)
        #expect(
            mapping[one]?.text == "1" && mapping[other]?.text == "2" && mapping.member(other)?.key == ExactString(other)
        )
        #expect(throws: Diagnostics.self) { try parseYAML(SourceText(name: "f", "\(one): 1\n\(one): 2\n")) }
        _ = reader.mapping(root, allowedKeys: [one], as: "it")
        #expect(reader.diagnostics.count == 1, "the other is not allowed")
        #expect(reader.choice(YAMLNode(.scalar(other, .plain), range: .none), of: [one], as: "it") == nil)
        #expect(YAMLNode.Content.scalar(one, .plain) != .scalar(other, .plain))
    }
}
