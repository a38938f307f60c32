import Diagnostics
import ExactText
import Logging
import PorticoAccess
import PorticoConfiguration

/// Logs changes of the files of the rules.
struct RuleLog {
    enum Limits {
        /// Files of one update that are logged individually. Guards against a log filled by an
        /// exchange of ten thousand files.
        static let files = 20
        /// Problems of one file that are shown.
        static let problems = 5
    }

    let logger: Logger
    let format: LogFormat

    // MARK: What came into force

    func tell(_ update: RuleUpdate, _ effects: PolicyEffects) {
        for (index, change) in update.changes.prefix(Limits.files).enumerated() {
            var metadata: Logger.Metadata = ["file": "\(change.source.path)"]
            if let written = change.after?.modified { metadata["written"] = "\(timeText(written))" }
            let isLast = index == min(update.changes.count, Limits.files) - 1
            if isLast { metadata["change"] = "\(effects.direction)" }
            let message =
                change.after == nil
                ? "a file of access rules is gone, and its rules with it" : "new access rules are in force"
            tell(.notice, message, metadata, lines: isLast ? effects.lines : [])
        }
        if update.changes.count > Limits.files {
            logger.notice(
                "and so are those of more files", metadata: ["files": "\(update.changes.count - Limits.files)"])
        }
    }

    func tell(restored source: RuleSource) {
        logger.notice("a file of access rules says again what is in force", metadata: ["file": "\(source.path)"])
    }

    // MARK: What did not

    func tell(_ refusal: RuleUpdate.Refusal, in policy: Policy) {
        var metadata: Logger.Metadata = ["file": "\(refusal.source.path)"]
        if let written = refusal.text.modified { metadata["written"] = "\(timeText(written))" }
        if let place = refusal.problems.items.lazy.compactMap({ Self.place($0, refusal, policy) }).first {
            metadata["place"] = "\(place)"
        }
        let message =
            refusal.isUnserved
            ? "a file of access rules is wrong; its tenant is not served"
            : "a file of access rules is wrong; the rules in force stay"
        let pictures = Self.pictures(of: refusal, in: policy).flatMap { $0.split(separator: "\n").map(String.init) }
        tell(.error, message, metadata, lines: pictures)
    }

    func tell(fault: String, file: String) {
        logger.error(
            "a file of access rules cannot be read; the rules in force stay",
            metadata: ["file": "\(file)", "detail": "\(fault)"])
    }

    /// The first few problems, each with its place and source excerpt.
    static func pictures(of refusal: RuleUpdate.Refusal, in policy: Policy) -> [String] {
        var pictures = refusal.problems.items.prefix(Limits.problems).map {
            render($0, in: source($0, refusal, policy))
        }
        if refusal.problems.items.count > pictures.count {
            pictures.append("and \(refusal.problems.items.count - pictures.count) more")
        }
        return pictures
    }

    private static func place(_ item: Diagnostic, _ refusal: RuleUpdate.Refusal, _ policy: Policy) -> String? {
        guard let range = item.range, let source = source(item, refusal, policy) else { return nil }
        let position = source.position(at: Int(range.start))
        return "\(source.name):\(position.line):\(position.column)"
    }

    /// The text that contains a problem: roles may be refused because of a tenant's file.
    private static func source(_ item: Diagnostic, _ refusal: RuleUpdate.Refusal, _ policy: Policy) -> SourceText? {
        if item.file == refusal.text.source.name || item.file.isEmpty { return refusal.text.source }
        let prefix = RuleSource.tenantFolder + "/"
        guard item.file.hasPrefix(prefix), item.file.hasSuffix(".yaml") else { return nil }
        return policy.tenantBytes(ExactString(String(item.file.utf8.dropFirst(prefix.utf8.count).dropLast(5)) ?? ""))
            .map { SourceText(name: item.file, bytes: $0) }
    }

    /// In text format each is a log line, for readability; in JSON all are one field.
    private func tell(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, lines: [String]) {
        var metadata = metadata
        if format == .json, !lines.isEmpty { metadata["detail"] = "\(lines.joined(separator: "\n"))" }
        logger.log(level: level, "\(message)", metadata: metadata)
        if format == .text { for line in lines { logger.log(level: level, "  \(line)") } }
    }
}
