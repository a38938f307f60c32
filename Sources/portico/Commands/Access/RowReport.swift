import JSONBytes
import PorticoReview

/// Which rows viewers gain and lose, as the database has them now.
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

        var json: JSONValue {
            .object([
                JSONMember(key: "count", value: .number("\(count)")), JSONMember(key: "orMore", value: .bool(isMore)),
                JSONMember(key: "examples", value: .array(examples.map(JSONValue.string))),
            ])
        }
    }

    struct Line {
        var role: String
        /// `nil` for whoever has not signed in.
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
        .object([
            JSONMember(key: "viewers", value: .number("\(viewers)")),
            JSONMember(
                key: "changes",
                value: .array(
                    lines.map { line in
                        .object([
                            JSONMember(key: "role", value: .string(line.role)),
                            JSONMember(key: "viewer", value: line.user.map(JSONValue.string) ?? .null),
                            JSONMember(key: "tenant", value: line.tenant.map(JSONValue.string) ?? .null),
                            JSONMember(key: "type", value: .string(line.type)),
                            JSONMember(key: "gained", value: line.gained.json),
                            JSONMember(key: "lost", value: line.lost.json),
                        ])
                    })),
            JSONMember(key: "notes", value: .array(notes.map(JSONValue.string))),
        ])
    }
}
