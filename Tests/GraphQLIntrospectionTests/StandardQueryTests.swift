import GraphQLIntrospection
import GraphQLSchema
import JSONBytes
import Testing

/// The answer to everything that can be asked, compared with another implementation's
/// (`Fixtures/generate.py`).
@Suite struct StandardQueryTests {
    @Test func theAnswerIsThatOfGraphQLCore() throws {
        let schema = try schema(fixture("schema.graphql"))
        let expected = try normalized(parseJSON(Array(fixture("expected.json").utf8)))
        let found = try normalized(parseJSON(Array(answer(fixture("query.graphql"), on: schema).utf8)))
        #expect(differences(found, expected) == [])
    }

    /// The parts that everyone words for themselves, or that the specification of September 2025
    /// changed: introspection's own types, `@deprecated`, and the descriptions of what is
    /// specified. Lists of named things are sorted.
    private func normalized(_ answer: JSONValue) -> JSONValue {
        guard case .object(let members)? = answer["__schema"] else { return answer }
        return .object(
            members.map { member in
                guard case .array(let items) = member.value else { return member }
                let own = items.filter {
                    !(name($0).hasPrefix("__") || name($0) == "deprecated" || name($0) == "oneOf")
                }.map(withoutSpecifiedDescriptions)
                return JSONMember(key: member.key, value: .array(own.sorted { name($0) < name($1) }))
            })
    }

    private func name(_ value: JSONValue) -> String {
        if case .string(let name)? = value["name"] { name } else { "" }
    }

    private func withoutSpecifiedDescriptions(_ value: JSONValue) -> JSONValue {
        guard SpecifiedScalars.names.contains(name(value)) || SpecifiedDirectives.names.contains(name(value)) else {
            return value
        }
        return withoutDescriptions(value)
    }

    private func withoutDescriptions(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.filter { $0.key != "description" }.map {
                    JSONMember(key: $0.key, value: withoutDescriptions($0.value))
                })
        case .array(let items): .array(items.map(withoutDescriptions))
        case .null, .bool, .number, .string: value
        }
    }

    /// Differences of two trees, ignoring the order of members: the path and both values.
    private func differences(_ found: JSONValue, _ expected: JSONValue, at path: String = "") -> [String] {
        switch (found, expected) {
        case (.object(let a), .object(let b)):
            let keys = Set(a.map(\.key)).union(b.map(\.key)).sorted()
            return keys.flatMap {
                differences(
                    found[$0] ?? .string("(missing)"), expected[$0] ?? .string("(missing)"), at: "\(path).\($0)")
            }
        case (.array(let a), .array(let b)) where a.count == b.count:
            return zip(a, b).flatMap { differences($0, $1, at: "\(path)[\(name($1))]") }
        default: return found == expected ? [] : ["\(path): \(found) instead of \(expected)"]
        }
    }
}
