import PorticoAccess
import PorticoReview

/// A bounded summary of what other rules give and take.
struct PolicyEffects {
    enum Limits {
        /// Lines. Guards against a log of one line for each type of each role.
        static let lines = 30
        /// Characters of a line, for the same reason: a condition may be as long as a file.
        static let lineCharacters = 400
        /// Tenants whose edited files are compared, and distinct files under which other roles are
        /// compared. Guards against minutes of comparing when thousands of files change at once.
        static let compared = 64
    }

    private(set) var lines: [String]
    /// Such as `gain and loss`.
    let direction: String

    init(_ update: RuleUpdate) {
        let edited = update.changes.compactMap(\.source.tenant)
        var tenants = Array(edited.prefix(Limits.compared)), left = edited.count - tenants.count
        let changesRoles = edited.count < update.changes.count
        if changesRoles {
            let others = update.after.tenants(ofDistinctFiles: Limits.compared)
            tenants = Set(tenants).union(others.tenants).sorted()
            left = others.left
        }
        let difference = PolicyDifference(
            old: update.before, new: update.after, tenants: tenants, alsoOthers: changesRoles)
        direction = difference.isEmpty ? "nothing" : difference.direction.description
        let all = difference.lines
        lines = all.prefix(Limits.lines).map {
            $0.count > Limits.lineCharacters ? "\($0.prefix(Limits.lineCharacters))…" : $0
        }
        if all.count > lines.count { lines.append("and \(all.count - lines.count) more changes") }
        if left > 0 {
            lines.append(
                "\(left) more tenants with rules of their own were not compared; `portico access diff` compares them all"
            )
        }
    }
}
