import Diagnostics
import Testing
import YAMLTree

@Suite struct YAMLReaderTests {
    /// The members of the root and the reader that read it; only the keys given are allowed.
    private func open(_ text: String, _ keys: [String]) throws -> (YAMLReader, YAMLMapping) {
        var reader = YAMLReader(SourceText(name: "f", text))
        guard let root = reader.root(), let mapping = reader.mapping(root, allowedKeys: keys, as: "the file") else {
            throw Diagnostics(reader.diagnostics)
        }
        return (reader, mapping)
    }

    @Test func readsTypedValues() throws {
        var (reader, mapping) = try open(
            "on: true\nn: 5\nt: '5'\nlist: [a, b]\nword: subtree\n", ["on", "n", "t", "list", "word"])
        let on = reader.bool(try #require(mapping["on"]), as: "on")
        let number = reader.int(try #require(mapping["n"]), as: "n")
        let text = reader.string(try #require(mapping["t"]), as: "t")
        let list = reader.strings(try #require(mapping["list"]), as: "list")
        let word = reader.choice(try #require(mapping["word"]), of: ["tenant", "subtree"], as: "word")
        #expect(on == true)
        #expect(number == 5)
        #expect(text == "5")
        #expect(list == ["a", "b"])
        #expect(word == "subtree")
        #expect(reader.diagnostics.isEmpty)
    }

    @Test func collectsWhatIsWrong() throws {
        var (reader, mapping) = try open(
            "limit: 1\nn: \"5\"\nb: yes\nlist: x\nword: subtre\nnothing:\nbig: 501\n",
            ["limits", "n", "b", "list", "word", "nothing", "big"])
        #expect(mapping["limit"] == nil)
        let number = reader.int(try #require(mapping["n"]), as: "`n`")
        let bool = reader.bool(try #require(mapping["b"]), as: "`b`")
        let list = reader.sequence(try #require(mapping["list"]), as: "`list`")
        let word = reader.choice(try #require(mapping["word"]), of: ["tenant", "subtree"], as: "`word`")
        let text = reader.string(try #require(mapping["nothing"]), as: "`nothing`")
        let big = reader.int(try #require(mapping["big"]), in: 0...500, as: "`big`")
        #expect(number == nil && bool == nil && list == nil && word == nil && text == nil && big == nil)
        #expect(
            reader.diagnostics.map(\.message) == [
                "The key `limit` is not known in the file.",
                "Expected `n` as a whole number, found `5`.",
                "Expected `b` as `true` or `false`, found `yes`.",
                "Expected `list` as a list, found `x`.",
                "Expected `word` as one of `tenant`, `subtree`, found `subtre`.",
                "Expected `nothing` as a text, found nothing.",
                "Expected `big` from 0 to 500, found 501.",
            ])
        #expect(reader.diagnostics[0].hint == "Did you mean \"limits\" or \"list\"?")
        #expect(reader.diagnostics[4].hint == "Did you mean \"subtree\"?")
    }

    @Test func anEmptyFileIsReported() {
        var reader = YAMLReader(SourceText(name: "f", "# nothing\n"))
        let root = reader.root()
        #expect(root == nil)
        #expect(reader.diagnostics.map(\.message) == ["The file is empty."])
    }
}

@Suite struct EnvironmentTests {
    private func substituted(
        _ text: String, _ variables: [String: String] = ["HOST": "db", "EMPTY": ""]
    ) -> (YAMLNode?, [String]) {
        let source = SourceText(name: "f", text)
        do throws(Diagnostics) {
            let root = try parseYAML(source)
            return (try root?.substitutingEnvironment(file: "f") { variables[$0] }, [])
        } catch {
            return (
                nil,
                error.items.map { item in
                    let position = source.position(at: Int(item.range?.start ?? 0))
                    return "\(position.line):\(position.column) \(item.message)"
                }
            )
        }
    }

    @Test(arguments: [
        ("a: ${HOST}", "db"), ("a: http://${HOST}:${PORT:-80}/", "http://db:80/"), ("a: \"${HOST}\"", "db"),
        ("a: ${EMPTY:-x}", "x"), ("a: ${EMPTY}", ""),
        ("a: $HOST", "$HOST"), ("a: ${NONE:-}", ""), ("a: ${NONE:-a:-b}", "a:-b"),
    ])
    func replaces(_ text: String, _ expected: String) {
        let (node, problems) = substituted(text)
        #expect(problems == [])
        guard case .mapping(let members)? = node?.content else { Issue.record("no mapping"); return }
        #expect(members[0].value.text == expected)
    }

    @Test(arguments: [
        (
            "a: x ${NONE} ${NADA}",
            ["1:6 The environment variable NONE is not set.", "1:14 The environment variable NADA is not set."]
        ),
        ("a: 'x ${NONE}'", ["1:4 The environment variable NONE is not set."]),
        ("a: ${HOST", ["1:4 Expected `}` behind `${`."]),
        ("a: ${1X}", ["1:4 `1X` is not the name of an environment variable."]),
    ])
    func reports(_ text: String, _ expected: [String]) { #expect(substituted(text).1 == expected) }

    @Test func whatIsPutInIsNotSearchedAgainAndKeysStay() {
        let (node, _) = substituted("\"${HOST}\": ${A}", ["HOST": "db", "A": "${HOST}"])
        guard case .mapping(let members)? = node?.content else { Issue.record("no mapping"); return }
        #expect(members[0].key == "${HOST}")
        #expect(members[0].value.text == "${HOST}")
    }
}
