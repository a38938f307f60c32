import JSONBytes

/// One line of the report.
struct HealthFinding: Sendable, Equatable {
    enum Outcome: String, Sendable {
        case passed, failed
        /// It could not be looked at; that counts as not in order.
        case unknown
    }

    var area: HealthArea
    /// What was looked at, such as `tickets`.
    var name: String
    var outcome: Outcome
    /// What was found, a clause without its full stop.
    var found: String
    /// Lines that show what was found.
    var lines: [String] = []
    /// What cures it: SQL, or a command.
    var cures: [String] = []
}

/// The parts of the report, in its order.
enum HealthArea: String, Sendable, CaseIterable {
    case connection, migrations, structure, grants, counts, relations, queries, isolation
}

/// All findings of one run.
struct HealthReport: Sendable, Equatable {
    var findings: [HealthFinding] = []

    var isHealthy: Bool { findings.allSatisfy { $0.outcome == .passed } }

    mutating func add(
        _ area: HealthArea, _ name: String, passed: Bool, _ found: String, lines: [String] = [], cures: [String] = []
    ) {
        findings.append(
            HealthFinding(
                area: area, name: name, outcome: passed ? .passed : .failed, found: found, lines: lines, cures: cures))
    }

    mutating func add(_ area: HealthArea, unknown name: String, _ reason: String, cures: [String] = []) {
        findings.append(HealthFinding(area: area, name: name, outcome: .unknown, found: reason, cures: cures))
    }

    /// The report as a person reads it, line by line; findings stay in the order of their areas.
    var text: String {
        var lines: [String] = []
        for area in HealthArea.allCases {
            let findings = findings.filter { $0.area == area }
            guard !findings.isEmpty else { continue }
            lines.append(area.rawValue.prefix(1).uppercased() + area.rawValue.dropFirst())
            for finding in findings {
                let sign =
                    switch finding.outcome {
                    case .passed: "✓"
                    case .failed: "✗"
                    case .unknown: "?"
                    }
                lines.append("  \(sign) \(finding.name): \(finding.found)")
                lines += finding.lines.map { "      \($0)" }
                lines += finding.cures.map { "      cure: \($0)" }
            }
        }
        lines.append("")
        let failed = findings.count { $0.outcome == .failed }, unknown = findings.count { $0.outcome == .unknown }
        var verdict = findings.count == 1 ? "1 check" : "\(findings.count) checks"
        if isHealthy { verdict += ", all passed" }
        if failed > 0 { verdict += ", \(failed) failed" }
        if unknown > 0 { verdict += ", \(unknown) could not be made" }
        lines.append(verdict + ".")
        return lines.joined(separator: "\n")
    }

    /// `{ "healthy": …, "checks": [ { "area", "name", "outcome", "found", "lines", "cures" } ] }`
    var json: JSONValue {
        func texts(_ items: [String]) -> JSONValue { .array(items.map { .string($0) }) }
        let checks = HealthArea.allCases.flatMap { area in findings.filter { $0.area == area } }.map { finding in
            JSONValue.object([
                JSONMember(key: "area", value: .string(finding.area.rawValue)),
                JSONMember(key: "name", value: .string(finding.name)),
                JSONMember(key: "outcome", value: .string(finding.outcome.rawValue)),
                JSONMember(key: "found", value: .string(finding.found)),
                JSONMember(key: "lines", value: texts(finding.lines)),
                JSONMember(key: "cures", value: texts(finding.cures)),
            ])
        }
        return .object([
            JSONMember(key: "healthy", value: .bool(isHealthy)), JSONMember(key: "checks", value: .array(checks)),
        ])
    }
}
