import Diagnostics

extension YAMLNode {
    /// The tree with `${NAME}` and `${NAME:-default}` replaced inside scalar values; keys stay.
    ///
    /// `lookup` returns a variable's value; the default also replaces an empty one. Substituted
    /// values are not searched again. Throws a diagnostic for each missing or invalid name, and for
    /// each `${` without its `}`.
    public func substitutingEnvironment(file: String, _ lookup: (String) -> String?) throws(Diagnostics) -> YAMLNode {
        var problems: [Diagnostic] = []
        let result = substituting(file: file, lookup, &problems)
        if !problems.isEmpty { throw Diagnostics(problems) }
        return result
    }

    private func substituting(file: String, _ lookup: (String) -> String?, _ problems: inout [Diagnostic]) -> YAMLNode {
        var copy = self
        switch content {
        case .scalar(let text, let style):
            guard text.contains("${") else { return self }
            copy.content = .scalar(replaced(text, file: file, lookup, &problems), style)
            copy.isHidden = true
        case .sequence(let items):
            copy.content = .sequence(items.map { $0.substituting(file: file, lookup, &problems) })
        case .mapping(let members):
            copy.content = .mapping(
                members.map { member in
                    YAMLMember(
                        key: member.key, keyRange: member.keyRange,
                        value: member.value.substituting(file: file, lookup, &problems))
                })
        }
        return copy
    }

    private func replaced(
        _ text: String, file: String, _ lookup: (String) -> String?, _ problems: inout [Diagnostic]
    ) -> String {
        let bytes = Array(text.utf8)
        // Only a scalar that is spelled literally in the file has positions of its characters.
        let base = bytes.count == Int(range.end - range.start) ? Int(range.start) : nil
        func place(_ from: Int, _ to: Int) -> SourceRange { base.map { SourceRange($0 + from, $0 + to) } ?? range }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "{")
            else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
                problems.append(Diagnostic("Expected `}` behind `${`.", file: file, range: place(index, bytes.count)))
                return text
            }
            let inner = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
            let separator = inner.firstRange(of: ":-")
            let name = separator.map { String(inner[..<$0.lowerBound]) } ?? inner
            if !Self.isVariableName(name) {
                let message = "`\(name)` is not the name of an environment variable."
                problems.report(
                    message, file: file, range: place(index, end + 1), hint: "Write `${NAME}` or `${NAME:-default}`.")
            } else if let value = lookup(name), separator == nil || !value.isEmpty {
                result += value.utf8
            } else if let separator {
                result += inner[separator.upperBound...].utf8
            } else {
                let message = "The environment variable \(name) is not set."
                problems.report(
                    message, file: file, range: place(index, end + 1), hint: "Set it, or write `${\(name):-default}`.")
            }
            index = end + 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
}
