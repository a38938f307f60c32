import Diagnostics

/// The comments of a file that disable findings: `# lint: NAME: the reason`, on the line of the
/// finding or in the comment directly above it.
///
/// A reason is required, for later readers of the rule.
struct LintSwitches {
    private struct Switch {
        var name: LintName
        var reason: String
        /// Of the comment, from 1.
        var line: Int
        /// The line that it applies to: its own, or the first below that is not a comment.
        var target: Int
        var range: SourceRange
        var isUsed = false
    }

    private let source: SourceText
    private var switches: [Switch] = []
    private(set) var problems: [LintFinding] = []

    private static let mark = "# lint:"

    init(_ source: SourceText) {
        self.source = source
        let lines = source.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        var offset = 0
        for (index, line) in lines.enumerated() {
            defer { offset += line.count + 1 }
            guard line.contains(0x23) else { continue }
            let text = String(decoding: line, as: UTF8.self)
            guard let found = text.firstRange(of: Self.mark) else { continue }
            let start = offset + text[..<found.lowerBound].utf8.count
            let range = SourceRange(start, offset + line.count)
            let parts = text[found.upperBound...].split(separator: ":", maxSplits: 1).map { String($0).trimmed }
            let isAlone = text[..<found.lowerBound].allSatisfy(\.isWhitespace)
            var target = index
            if isAlone { while target + 1 < lines.count, Self.isComment(lines[target]) { target += 1 } }
            read(parts, Switch(name: .switch, reason: "", line: index + 1, target: target + 1, range: range))
        }
    }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool { line.first { $0 != 0x20 && $0 != 0x09 } == 0x23 }

    private mutating func read(_ parts: [String], _ place: Switch) {
        let known = LintName.allCases.filter(\.isSwitchable).map(\.rawValue)
        guard let name = parts.first.flatMap(LintName.init), name.isSwitchable else {
            let name = parts.first ?? ""
            problems.append(
                LintFinding(
                    .switch, "`\(name)` is no finding that can be switched off.", file: source.name,
                    range: place.range, hint: alternatives(to: name, among: known)))
            return
        }
        guard parts.count == 2, !parts[1].isEmpty else {
            problems.append(
                LintFinding(
                    .switch, "The comment does not say why `\(name.rawValue)` is as it should be here.",
                    file: source.name, range: place.range, hint: "Write `# lint: \(name.rawValue): the reason`."))
            return
        }
        var complete = place
        complete.name = name
        complete.reason = parts[1]
        switches.append(complete)
    }

    /// The stated reason for a finding; `nil` if no comment applies to it.
    mutating func reason(for finding: LintFinding) -> String? {
        guard let range = finding.diagnostic.range else { return nil }
        let line = source.position(at: Int(range.start)).line
        guard
            let index = switches.firstIndex(where: { $0.name == finding.name && ($0.target == line || $0.line == line) }
            )
        else { return nil }
        switches[index].isUsed = true
        return switches[index].reason
    }

    /// Comments without a finding; `looked` are the lints that were run.
    func unused(among looked: Set<LintName>) -> [LintFinding] {
        switches.filter { !$0.isUsed && looked.contains($0.name) }.map {
            LintFinding(
                .switch, "There is no finding `\($0.name.rawValue)` here that the comment could switch off.",
                file: source.name, range: $0.range, hint: "Take the comment away.")
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
