import JSONBytes

/// One line of the report.
struct HealthFinding: Sendable, Equatable {
    enum Outcome: String, Sendable {
        case passed, failed
        /// It could not be checked, which counts as a failure.
        case unknown
    }

    var area: HealthArea
    /// The subject, such as `tickets`.
    var name: String
    var outcome: Outcome
    /// The result, a clause without its full stop.
    var found: String
    /// Lines that show the result.
    var lines: [String] = []
    /// Remedies: SQL, or a command.
    var cures: [String] = []
}

/// The sections of the report, in order.
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

    /// The report as text; findings stay in the order of their areas.
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
        let sorted = HealthArea.allCases.flatMap { area in findings.filter { $0.area == area } }
        let checks: [JSONValue] = sorted.map { finding in
            [
                "area": finding.area.rawValue, "name": finding.name, "outcome": finding.outcome.rawValue,
                "found": finding.found, "lines": finding.lines, "cures": finding.cures,
            ]
        }
        return ["healthy": isHealthy, "checks": checks]
    }
}
