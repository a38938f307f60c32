import Diagnostics
import PostgresMigrations

/// The diagnostics as text, each with its source excerpt, followed by their number.
///
/// - Parameter project: The folder that their file names are relative to.
package func rendered(_ items: [Diagnostic], project: String) -> String {
    var sources: [String: SourceText] = [:]
    var parts: [String] = []
    for item in items {
        if !item.file.isEmpty, sources[item.file] == nil {
            let path = item.file.hasPrefix("/") ? item.file : "\(project)/\(item.file)"
            if let bytes = try? FileSystem.bytes(of: path) {
                sources[item.file] = SourceText(name: item.file, bytes: bytes)
            }
        }
        parts.append(render(item, in: sources[item.file]))
    }
    return parts.joined(separator: "\n\n")
}

/// `3 errors and 1 warning`.
package func countText(_ items: [Diagnostic]) -> String {
    let errors = items.count { $0.severity == .error }, warnings = items.count - errors
    var parts: [String] = []
    if errors > 0 { parts.append("\(errors) error\(errors == 1 ? "" : "s")") }
    if warnings > 0 { parts.append("\(warnings) warning\(warnings == 1 ? "" : "s")") }
    return parts.isEmpty ? "no problem" : parts.joined(separator: " and ")
}

extension CommandFailure {
    /// Problems of the project's files: status 2.
    package init(_ diagnostics: Diagnostics, project: String) {
        self = .wrongUsage(
            "the project's files are not in order (\(countText(diagnostics.items))).\n\n\(rendered(diagnostics.items, project: project))"
        )
    }

    /// Problems of the migrations or the seed: status 2 for unusable files, 1 for all else.
    package init(_ error: MigrationError) {
        switch error {
        case .unreadable: self = .wrongUsage(error.description)
        case .transactionControl(let script, let offset, _):
            self = .wrongUsage(Self.picture(error.description, nil, script, offset))
        case .refused(let failure, let script, let offset, let recorded):
            guard let offset else {
                self = .notInOrder(error.description)
                return
            }
            var text = Self.picture(
                failure.message, [failure.detail, failure.hint].compactMap(\.self).joined(separator: " "), script,
                offset)
            if recorded {
                text +=
                    "\nWhat came before it in the file stays: the file runs outside a transaction. The next run says what to do."
            }
            self = .notInOrder(
                "PostgreSQL refused a statement; \(recorded ? "the migration is half done" : "nothing of this file stays").\n\n\(text)"
            )
        case .changed, .failedEarlier, .notEmpty, .nothingToBaseline, .locked, .database:
            self = .notInOrder(error.description)
        }
    }

    private static func picture(_ message: String, _ hint: String?, _ script: SQLScript, _ offset: Int) -> String {
        let source = SourceText(name: script.path, bytes: script.bytes)
        let hint = hint.flatMap { $0.isEmpty ? nil : $0 }
        return render(
            Diagnostic(message, file: script.path, range: SourceRange(offset, offset + 1), hint: hint), in: source)
    }
}
