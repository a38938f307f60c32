import JSONBytes
import PorticoReview

/// Which rows viewers gain and lose in the current database.
struct RowReport {
    struct Found: Equatable {
        var count = 0
        /// There may be more than were counted.
        var isMore = false
        var examples: [String] = []

        var text: String {
            if count == 0 { return "–" }
            let examples = examples.joined(separator: ", ") + (count > examples.count ? ", …" : "")
            return "\(count)\(isMore ? " or more" : "") (\(examples))"
        }

        var json: JSONValue { ["count": count, "orMore": isMore, "examples": examples] }
    }

    struct Line {
        var role: String
        /// `nil` for the anonymous viewer.
        var user: String?
        var tenant: String?
        var type: String
        var gained = Found()
        var lost = Found()
    }

    var viewers = 0
    var lines: [Line] = []
    /// What could not be counted, and why.
    var notes: [String] = []

    var hasGain: Bool { lines.contains { $0.gained.count > 0 } }

    func text(width: Int) -> String {
        var parts: [String] = []
        let whom = viewers == 1 ? "one viewer" : "\(viewers) viewers"
        if lines.isEmpty {
            if viewers > 0 {
                parts.append("On the database no row comes or goes for \(whom).")
            } else {
                parts.append("The database has no viewer whom anything changes for.")
            }
        } else {
            var table = TextTable(head: ["ROLE", "VIEWER", "TENANT", "TYPE", "ROWS GAINED", "ROWS LOST"])
            for line in lines {
                table.add([
                    line.role, line.user ?? "–", line.tenant ?? "–", line.type, line.gained.text, line.lost.text,
                ])
            }
            parts.append("On the database, for \(whom):\n\n" + table.text(width: width))
        }
        return (parts + notes).joined(separator: "\n")
    }

    var json: JSONValue {
        let changes: [JSONValue] = lines.map { line in
            [
                "role": line.role, "viewer": line.user, "tenant": line.tenant, "type": line.type,
                "gained": line.gained.json, "lost": line.lost.json,
            ]
        }
        return ["viewers": viewers, "changes": changes, "notes": notes]
    }
}
