import Diagnostics
import JSONBytes
import PorticoGateway
import PorticoPlanning
import YAMLTree

/// Reads a cell of a table.
///
/// Short forms apply to the test's path: a list is exactly these ids, a number is a count, `null`
/// is absent, and `refused` means that the viewer does not have the document's root fields. The
/// long form is a mapping with `ids`, `count`, `absent`, `refused`, `error`, `data`.
extension AccessSuiteReader {
    mutating func expectation(_ node: YAMLNode, of query: StatedQuery, at path: ResponsePath?) -> ExpectedAnswer? {
        switch node.content {
        case .sequence: return part(node, path) { reader, path in reader.ids(node, path) }
        case .scalar where node.isNull: return part(node, path) { _, path in .absent(path) }
        case .scalar("refused", _): return ExpectedAnswer(parts: [.refused(query.roots.map(\.name))])
        case .scalar: return part(node, path) { reader, path in reader.count(node, path) }
        case .mapping: return long(node, of: query, at: path)
        }
    }

    private mutating func part(
        _ node: YAMLNode, _ path: ResponsePath?, _ make: (inout AccessSuiteReader, ResponsePath) -> ExpectedAnswer.Part?
    ) -> ExpectedAnswer? {
        guard let path else {
            let hint = "Write `at: PATH` beside `query`, or `{ ids: { PATH: [...] } }` here."
            reader.report("The query has several fields at its root: which one is meant?", at: node.range, hint: hint)
            return nil
        }
        return make(&self, path).map { ExpectedAnswer(parts: [$0]) }
    }

    private mutating func long(_ node: YAMLNode, of query: StatedQuery, at path: ResponsePath?) -> ExpectedAnswer? {
        let keys = ["ids", "count", "absent", "refused", "error", "data"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "an expectation") else { return nil }
        if case .mapping([]) = node.content {
            reader.report(
                "The expectation says nothing.", at: node.range, hint: "It has \(keys.joined(separator: ", ")).")
            return nil
        }
        var parts: [ExpectedAnswer.Part] = []
        for member in mapping.members {
            let value = member.value
            switch member.key {
            case "ids": parts += each(value, path) { reader, node, path in reader.ids(node, path) }
            case "count": parts += each(value, path) { reader, node, path in reader.count(node, path) }
            case "absent":
                let paths = value.text.map { [$0] } ?? reader.strings(value, as: "`absent`") ?? []
                parts += paths.map { .absent(ResponsePath($0)) }
            case "refused":
                parts.append(.refused(value.text.map { [$0] } ?? reader.strings(value, as: "`refused`") ?? []))
            case "error":
                let codes = ErrorCode.allCases.map(\.rawValue)
                if let code = reader.choice(value, of: codes, as: "`error`") { parts.append(.error(code)) }
            default: parts.append(.data(value.jsonValue))
            }
        }
        return ExpectedAnswer(parts: parts)
    }

    /// A value for the test's own path, or a mapping of paths and values.
    private mutating func each(
        _ node: YAMLNode, _ path: ResponsePath?,
        _ make: (inout AccessSuiteReader, YAMLNode, ResponsePath) -> ExpectedAnswer.Part?
    ) -> [ExpectedAnswer.Part] {
        guard case .mapping(let members) = node.content else {
            return part(node, path) { reader, path in make(&reader, node, path) }?.parts ?? []
        }
        return members.compactMap { make(&self, $0.value, ResponsePath($0.key.text)) }
    }

    private mutating func count(_ node: YAMLNode, _ path: ResponsePath) -> ExpectedAnswer.Part? {
        reader.int(node, in: 0...Int.max, as: "the number of objects").map { .count(path, $0) }
    }

    private mutating func ids(_ node: YAMLNode, _ path: ResponsePath) -> ExpectedAnswer.Part? {
        reader.strings(node, as: "the ids at `\(path)`").map { .ids(path, $0) }
    }
}
