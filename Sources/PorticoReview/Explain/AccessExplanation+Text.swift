import Diagnostics
import PorticoAccess

extension AccessExplanation {
    /// The explanation for a terminal, ending in a line break.
    public func text(_ viewer: ViewerDescription) -> String {
        var parts = [viewer.text + "query   \(summary)\n", fieldsText] + rows.map(text)
        if !lostOrders.isEmpty { parts.append("orders\n" + lostOrders.map(text).joined()) }
        if !refusals.isEmpty { parts.append("what the viewer is told\n" + refusals.map(text).joined()) }
        let notes = notes
        if !notes.isEmpty { parts.append(notes.map { "note: \($0)\n" }.joined()) }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var summary: String {
        let denied = uses.count { !$0.isAllowed }
        if denied > 0 { return "refused: \(denied) of \(uses.count) uses \(denied == 1 ? "is" : "are") denied" }
        return isRefused ? "refused: every field is allowed, the operation is not" : "allowed"
    }

    private var notes: [String] {
        var notes: [String] = []
        if isCut { notes.append("only the first \(uses.count) uses are listed") }
        if !missingVariables.isEmpty {
            let names = missingVariables.map { "$\($0)" }.joined(separator: ", ")
            notes.append("no value is given for \(names); the fields that it would name are not listed")
        }
        return notes
    }

    // MARK: Fields

    /// Columns to which a cell is padded. Guards against one long path that moves all origins away.
    private static let widest = 64

    private var fieldsText: String {
        if uses.isEmpty { return "" }
        let cells = uses.map { use in
            [
                use.isAllowed ? "allowed" : "denied", "\(use.position.line):\(use.position.column)", use.path,
                use.reason, Self.origin(use.origin, use.grant),
            ]
        }
        let widths = (0..<4).map { column in min(Self.widest, cells.map { $0[column].count }.max() ?? 0) }
        let lines = cells.map { row in
            let padded = row.enumerated().map {
                $0 < 4 ? $1 + String(repeating: " ", count: max(0, widths[$0] - $1.count)) : $1
            }
            return "  " + padded.joined(separator: "  ").trimmedAtEnd + "\n"
        }
        return "fields\n" + lines.joined()
    }

    private static func origin(_ origin: RuleOrigin?, _ grant: RuleOrigin? = nil) -> String {
        [origin?.description, grant.map { "granted at \($0)" }].compactMap(\.self).joined(separator: ", ")
    }

    // MARK: Rows, orders, refusals

    private func text(_ rows: Rows) -> String {
        guard rows.isReadable else {
            return "rows of \(rows.type)\n  none       \(rows.reason)  \(Self.origin(rows.origin))".trimmedAtEnd + "\n"
        }
        var text = "rows of \(rows.type)\n"
        for condition in rows.conditions {
            let kind = condition.kind.rawValue.padded(to: 9)
            text += "  \(kind)  \(condition.words)  \(Self.origin(condition.origin))".trimmedAtEnd + "\n"
            if let sql = condition.sql { text += "             \(sql)\n" }
        }
        if !rows.conditions.contains(where: { $0.kind == .rule }) {
            text +=
                "  rule       \(ConditionWords().text(nil as RowRule?))  \(Self.origin(rows.origin, rows.grant))"
                .trimmedAtEnd + "\n"
        }
        if !rows.parameters.isEmpty {
            text += "  with       \(rows.parameters.enumerated().map { "$\($0 + 1) \($1)" }.joined(separator: ", "))\n"
        }
        return text
    }

    private func text(_ lost: LostOrder) -> String {
        "  \(lost.path) is not ordered by \(lost.key), its default: \(lost.reason)  \(Self.origin(lost.origin))"
            .trimmedAtEnd + "\n"
    }

    private func text(_ refusal: Refusal) -> String {
        "  \(refusal.position.map { "\($0.line):\($0.column)  " } ?? "")\(refusal.message)\n"
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// Without trailing blanks.
    var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
