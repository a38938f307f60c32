import JSONBytes
import PorticoCatalog
import PorticoGateway
import PorticoPlanning

/// One deviation from the expectation.
public struct Mismatch: Sendable, Equatable {
    /// What to explain by rules.
    public enum Subject: Sendable, Hashable {
        case rows(type: String)
        case field(type: String, String)
    }

    /// One clause without its full stop, such as `the ids at tickets differ`.
    public var summary: String
    /// The expected, the actual, and the difference, each on a line.
    public var lines: [String]
    public var subjects: [Subject]

    public init(summary: String, lines: [String], subjects: [Subject] = []) {
        (self.summary, self.lines, self.subjects) = (summary, lines, subjects)
    }
}

/// Compares answers with expectations.
public struct ExpectationCheck: Sendable {
    private let mentions: OperationMentions

    public init(_ mentions: OperationMentions) { self.mentions = mentions }

    /// The parts of an expectation that an answer does not meet.
    public func mismatches(_ expectation: ExpectedAnswer, _ answer: CaseAnswer) -> [Mismatch] {
        var found: [Mismatch] = []
        let expectsErrors = expectation.parts.contains { part in
            switch part {
            case .refused, .error: true
            case .ids, .count, .absent, .data: false
            }
        }
        if !expectsErrors, let error = answer.errors.first {
            let lines = ["found     \(error.code): \(error.message)"] + answer.failures.map { "          \($0)" }
            found.append(
                Mismatch(
                    summary: answer.hasData ? "the answer has errors" : "there is no data", lines: lines,
                    subjects: subjects(of: answer.errors)))
            if !answer.hasData { return found }
        }
        for part in expectation.parts {
            if let mismatch = mismatch(part, answer) { found.append(mismatch) }
        }
        return found
    }

    private func mismatch(_ part: ExpectedAnswer.Part, _ answer: CaseAnswer) -> Mismatch? {
        switch part {
        case .ids(let path, let expected): return ids(expected, at: path, answer)
        case .count(let path, let expected):
            guard let values = answer.data.values(at: path.keys[...]) else { return nothing(at: path) }
            let lines = ["expected  \(expected)", "found     \(values.count)"]
            return values.count == expected
                ? nil : Mismatch(summary: "the number at \(path) differs", lines: lines, subjects: rows(at: path))
        case .absent(let path):
            guard let values = answer.data.values(at: path.keys[...]) else { return nothing(at: path) }
            guard let value = values.first else { return nil }
            return Mismatch(
                summary: "\(path) is not null", lines: ["expected  null", "found     \(shown(value.text))"],
                subjects: rows(at: path))
        case .refused(let names): return refused(names, answer)
        case .error(let code):
            if let error = answer.errors.first {
                let lines = ["expected  \(code)", "found     \(error.code): \(error.message)"]
                return error.code == code ? nil : Mismatch(summary: "the error is another one", lines: lines)
            }
            return Mismatch(
                summary: "there is no error", lines: ["expected  \(code)", "found     \(shown(answer.body.text))"])
        case .data(let expected):
            let lines = ["expected  \(shown(expected.text))", "found     \(shown(answer.data.text))"]
            return expected.says(answer.data)
                ? nil
                : Mismatch(
                    summary: "the data differ", lines: lines, subjects: mentions.types.sorted().map { .rows(type: $0) })
        }
    }

    private func ids(_ expected: [String], at path: ResponsePath, _ answer: CaseAnswer) -> Mismatch? {
        guard let values = answer.data.values(at: path.keys[...]) else { return nothing(at: path) }
        var found: [String] = []
        for value in values {
            guard let id = value.idText else {
                return Mismatch(
                    summary: "what stands at \(path) has no `id`",
                    lines: ["found     \(shown(value.text))", "          Select `id` there."])
            }
            found.append(id)
        }
        guard found.sorted() != expected.sorted() else { return nil }
        var lines = ["expected  \(list(expected))", "found     \(list(found))"]
        let missing = Self.difference(expected, found), extra = Self.difference(found, expected)
        if !missing.isEmpty { lines.append("missing   \(list(missing))") }
        if !extra.isEmpty { lines.append("too many  \(list(extra))") }
        return Mismatch(summary: "the ids at \(path) differ", lines: lines, subjects: rows(at: path))
    }

    /// The document is refused, each error is for an expected name, and each such name has one.
    private func refused(_ names: [String], _ answer: CaseAnswer) -> Mismatch? {
        guard case .requestError(.validationError) = answer.outcome else {
            let found = answer.errors.first.map { "\($0.code): \($0.message)" } ?? shown(answer.body.text)
            return Mismatch(
                summary: "the document is not refused",
                lines: ["expected  refused for \(list(names))", "found     \(found)"], subjects: fields(names))
        }
        let unmet = names.filter { name in !answer.errors.contains { $0.refuses(name) } }
        let others = answer.errors.filter { error in !names.contains { error.refuses($0) } }
        guard !unmet.isEmpty || !others.isEmpty else { return nil }
        var lines = ["expected  refused for \(list(names))"]
        lines += unmet.map { "missing   no error for \($0)" }
        lines += others.map { "too many  \($0.code): \($0.message)" }
        return Mismatch(
            summary: "other names are refused", lines: lines, subjects: fields(unmet) + subjects(of: others))
    }

    /// Exactly `expected` of a type's fields may be selected.
    public func fields(of type: TypeBinding, _ expected: Set<String>, refused: Set<String>) -> [Mismatch] {
        let seen = Set(type.fields.keys).subtracting(refused)
        let open = seen.subtracting(expected).sorted(), closed = expected.subtracting(seen).sorted()
        guard !open.isEmpty || !closed.isEmpty else { return [] }
        var lines: [String] = []
        if !closed.isEmpty { lines.append("missing   \(list(closed))") }
        if !open.isEmpty { lines.append("too many  \(list(open))") }
        return [
            Mismatch(
                summary: "other fields of \(type.name) may be asked for", lines: lines,
                subjects: (open + closed).map { .field(type: type.name, $0) })
        ]
    }

    private func nothing(at path: ResponsePath) -> Mismatch {
        Mismatch(
            summary: "the answer has nothing at \(path)",
            lines: ["          Paths are made of the answer's own keys, such as `tickets.messages`."])
    }

    // MARK: Subjects

    private func rows(at path: ResponsePath) -> [Mismatch.Subject] {
        var path = path
        while !path.keys.isEmpty {
            if let type = mentions.typeAt[path], mentions.types.contains(type) { return [.rows(type: type)] }
            path.keys.removeLast()
        }
        return mentions.types.sorted().map { .rows(type: $0) }
    }

    private func fields(_ names: [String]) -> [Mismatch.Subject] {
        let wanted = names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
        return mentions.fields.filter { wanted.contains($0.field) }.sorted { ($0.type, $0.field) < ($1.type, $1.field) }
            .map { .field(type: $0.type, $0.field) }
    }

    private func subjects(of errors: [ResponseError]) -> [Mismatch.Subject] { fields(errors.flatMap(\.names)) }

    // MARK: Words

    /// The multiset difference `left` − `right`.
    private static func difference(_ left: [String], _ right: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for item in right { counts[item, default: 0] += 1 }
        return left.filter { item in
            counts[item, default: 0] -= 1
            return counts[item, default: 0] < 0
        }
    }

    private func list(_ items: [String]) -> String {
        if items.isEmpty { return "none" }
        return items.count > 40
            ? "\(items.prefix(40).joined(separator: ", ")) and \(items.count - 40) more" : items.joined(separator: ", ")
    }

    private func shown(_ text: String) -> String { text.count > 400 ? text.prefix(400) + "…" : text }
}

extension ResponseError {
    /// Whether it refuses a name, written `field` or `Type.field`.
    func refuses(_ name: String) -> Bool {
        guard code == ErrorCode.validationError.rawValue else { return false }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return names.contains(name) }
        return names.contains(parts[1]) && message.contains("\"\(parts[0])\"")
    }
}
