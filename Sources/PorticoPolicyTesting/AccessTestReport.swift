import Diagnostics
import PorticoAccess

public struct AccessTestReport: Sendable {
    public struct CaseResult: Sendable {
        public var test: AccessCase
        public var mismatches: [Mismatch]
        /// The rules responsible for it, a line each.
        public var reasons: [String]
        public var nanoseconds: Int

        public init(test: AccessCase, mismatches: [Mismatch], reasons: [String], nanoseconds: Int) {
            (self.test, self.mismatches, self.reasons, self.nanoseconds) = (test, mismatches, reasons, nanoseconds)
        }

        public var passed: Bool { mismatches.isEmpty }
    }

    public struct MutationResult: Sendable {
        /// Mutants that no test detected.
        public var survivors: [RuleMutant] = []
        public var noticed = 0
        /// Mutants without effect on any viewer, or refused by the loader: undetectable.
        public var withoutEffect = 0

        public init() {}

        public var share: Share { Share(of: survivors.count + noticed, done: noticed) }
    }

    public var source: SourceText
    public var cases: [CaseResult] = []
    public var coverage: RuleCoverage?
    public var mutation: MutationResult?

    public init(source: SourceText) { self.source = source }

    public var failures: [CaseResult] { cases.filter { !$0.passed } }

    /// The report as text: failures, and how much was tested.
    public var text: String {
        var lines: [String] = []
        for result in failures {
            lines.append("✗ \(result.test.name)")
            lines.append("    \(place(result.test))")
            for mismatch in result.mismatches {
                lines.append("    \(mismatch.summary)")
                lines += mismatch.lines.map { "      \($0)" }
            }
            if !result.reasons.isEmpty {
                lines.append("    by these rules")
                lines += result.reasons.map { "      \($0)" }
            }
            lines.append("")
        }
        let failed = failures.count
        let all = count(cases.count, "expectation")
        lines.append(failed == 0 ? "✓ \(all) met." : "\(cases.count - failed) of \(all) met, \(failed) not.")
        if let coverage {
            lines.append("Coverage: \(text(coverage.share, "rules exercised")).")
            lines += coverage.unexercised.map { "  \($0.origin): no test exercises: \($0.name)" }
        }
        if let mutation {
            let note =
                mutation.withoutEffect == 0
                ? "" : " (\(count(mutation.withoutEffect, "further one")) would change nothing)"
            lines.append("Mutants: \(text(mutation.share, "changes of a rule noticed"))\(note).")
            lines += mutation.survivors.map { "  \($0.origin): no test notices \($0.kind.rawValue): \($0.effect)" }
        }
        return lines.joined(separator: "\n")
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func text(_ share: Share, _ what: String) -> String {
        "\(share.done) of \(share.total) \(what), \(share.percent) %"
    }

    /// `file:line:column` of a case.
    func place(_ test: AccessCase) -> String {
        let position = source.position(at: Int(test.range.start))
        return "\(source.name):\(position.line):\(position.column)"
    }
}
