import Diagnostics
import Testing
import YAMLTree

/// Problems as `line:column message`.
private func problems(_ text: String, limits: YAMLLimits = .standard) -> [String] {
    let source = SourceText(name: "file.yaml", text)
    do throws(Diagnostics) {
        _ = try parseYAML(source, limits: limits)
        return []
    } catch {
        return error.items.map { item in
            #expect(item.file == "file.yaml")
            guard let range = item.range else { return item.message }
            let position = source.position(at: Int(range.start))
            return "\(position.line):\(position.column) \(item.message)"
        }
    }
}

@Suite struct YAMLParserTests {
    @Test func keepsOrderStyleAndPlaces() throws {
        let text = "# c\nb: \"5\"\na:\n  - 5\n  - { x: 'y' }\nlast: [1, 2]  # c\n"
        let source = SourceText(name: "f", text)
        let root = try #require(try parseYAML(source))
        guard case .mapping(let members) = root.content else { Issue.record("no mapping"); return }
        #expect(members.map(\.key) == ["b", "a", "last"])
        #expect(members[0].value.content == .scalar("5", .quoted))
        func slice(_ range: SourceRange) -> String {
            String(decoding: source.bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
        }
        #expect(slice(members[0].value.range) == "\"5\"")
        #expect(slice(members[1].value.range) == "- 5\n  - { x: 'y' }")
        #expect(slice(members[2].value.range) == "[1, 2]")
        guard case .sequence(let items) = members[1].value.content else { Issue.record("no sequence"); return }
        #expect(items[0].content == .scalar("5", .plain))
    }

    @Test func countsBytesWhereCharactersAreLonger() throws {
        let source = SourceText(name: "f", "\u{FEFF}perché: però\nb: [è, x]\n")
        let root = try #require(try parseYAML(source))
        guard case .mapping(let members) = root.content else { Issue.record("no mapping"); return }
        func slice(_ range: SourceRange) -> String {
            String(decoding: source.bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
        }
        #expect(members.map { slice($0.keyRange) } == ["perché", "b"])
        #expect(members.map { slice($0.value.range) } == ["però", "[è, x]"])
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "--- \n...\n"])
    func anEmptyFileIsNoValue(_ text: String) throws {
        #expect(try parseYAML(SourceText(name: "f", text)) == nil)
    }

    @Test func anEmptyMappingIsAValue() throws {
        #expect(try parseYAML(SourceText(name: "f", "{}"))?.content == .mapping([]))
    }

    @Test(arguments: [
        ("a:\n\tb: 1\n", "2:1 A tab cannot indent a line in YAML: use spaces."),
        ("a:\n  b: 1\n \tc: 2\n", "3:2 A tab cannot indent a line in YAML: use spaces."),
        ("a:\n  b: 1\n c: 2\n", "3:2 Expected a key here: the line is not indented as its neighbours are."),
        (
            "a: 1\n  b: 2\n",
            "2:4 A `key: value` pair cannot stand here: the line is not indented rightly, or a text that holds `: ` lacks its quotation marks."
        ),
        ("a: [1, 2\nb: 3\n", "2:2 Expected `,` or `]` in the list that began with `[`."),
        ("a: {b: 1\nc\n", "3:1 Expected `,` or `}` in the mapping that began with `{`."),
        ("a: \"open\n", "2:1 The text ends inside quotation marks."),
        ("a: @b\n", "1:4 A value cannot begin with `@`: put it in quotation marks."),
        ("a: 1\nb\n", "3:1 Expected `:` after a key, on the same line."),
        ("a: &x 1\nb: *x\n", "1:4 Anchors (`&name`) are not supported: write the value out where it is needed."),
        ("a: *x\n", "1:4 Aliases (`*name`) are not supported: write the value out."),
        ("a: !!str 5\n", "1:4 Tags (`!name`) are not supported."),
        ("a: 1\n---\nb: 2\n", "2:1 A second document begins here: a file holds one."),
        ("[a, b]: 1\n", "1:1 A key must be a plain text."),
        ("a: \u{1}\n", "1:4 A control character cannot stand in a YAML file."),
    ])
    func saysWhatIsWrong(_ text: String, _ expected: String) {
        #expect(problems(text) == [expected])
    }

    @Test func reportsEveryDuplicateKey() {
        #expect(
            problems("a: 1\nb: { c: 1, c: 2 }\na: 2\n") == [
                "2:12 The key `c` stands twice in one mapping.", "3:1 The key `a` stands twice in one mapping.",
            ])
    }

    @Test func refusesBytesThatAreNoText() {
        let source = SourceText(name: "f", bytes: Array("a: ".utf8) + [0xFF, 0x0A])
        #expect(throws: Diagnostics([Diagnostic("The file is not UTF-8 text.", file: "f", range: SourceRange(3, 4))])) {
            _ = try parseYAML(source)
        }
    }

    @Test func boundsBytesDepthAndNodes() {
        #expect(problems("a: 12345", limits: YAMLLimits(bytes: 7)) == ["The file has 8 bytes; at most 7 are read."])
        #expect(problems(String(repeating: "[", count: 10_000)) == ["1:66 The file is nested deeper than 64 levels."])
        #expect(problems("[1, 2, 3]", limits: YAMLLimits(nodes: 3)) == ["1:8 The file holds more than 3 values."])
        #expect(problems(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == [])
    }
}
