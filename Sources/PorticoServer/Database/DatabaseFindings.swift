import Diagnostics
import PorticoAccess
import PorticoCatalog

/// What is known of the database's tables at this moment, as far as all workers have to know it.
struct DatabaseFindings: Sendable {
    /// Whether they were looked at: how columns compare decides what statements may be sent.
    var isKnown: Bool
    /// Why nothing is answered although they were; fit for a stranger.
    var obstacle: String?
    /// What requests are planned by: rules on other columns may be wrong about how those compare.
    var catalog: Catalog?
    /// In which ways the database differs from what the files state; errors before warnings.
    var problems: [Diagnostic] = []
    /// Isolation paths that it contradicts: rows would be shown to other tenants than theirs.
    var foreignPaths: [Diagnostic] = []

    /// Whether the tables are there that say who somebody is.
    var signsIn = true

    /// Nobody looks.
    static let unwatched = DatabaseFindings(isKnown: true)

    /// Whether requests under these rules may be answered.
    func admits(_ rules: RuleSet) -> Bool {
        isKnown && obstacle == nil && foreignPaths.isEmpty && (catalog == nil || rules.catalog === catalog)
    }

    var errorCount: Int { problems.count { $0.severity == .error } }

    var warningCount: Int { problems.count - errorCount }
}
