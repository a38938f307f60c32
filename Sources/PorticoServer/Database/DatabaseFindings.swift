import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoHTTP

/// The current knowledge about the database's tables, shared by all workers.
struct DatabaseFindings: Sendable {
    /// Whether the tables were read: how columns compare decides which statements may be sent.
    var isKnown: Bool
    /// Why nothing is answered although they were read; may be shown to clients.
    var obstacle: String?
    /// The catalog for planning: rules based on other columns may be wrong about comparisons.
    var catalog: Catalog?
    /// Differences between the database and the files; errors before warnings.
    var problems: [Diagnostic] = []
    /// Isolation paths that the database contradicts: they would show rows to other tenants.
    var foreignPaths: [Diagnostic] = []

    /// Whether the tables that identify viewers exist.
    var signsIn = true

    /// For a server that does not watch the database.
    static let unwatched = DatabaseFindings(isKnown: true)

    /// Whether requests under these rules may be answered.
    func admits(_ rules: CompiledPolicy) -> Bool {
        isKnown && obstacle == nil && foreignPaths.isEmpty && (catalog == nil || rules.catalog === catalog)
    }

    /// The tables' part of the readiness probe.
    var readiness: Readiness.State {
        if !isKnown { return .notReady("the tables of the database have not been looked at yet") }
        if !signsIn { return .notReady("the tables that say who somebody is are not there") }
        if let obstacle { return .notReady(obstacle) }
        if !foreignPaths.isEmpty {
            return .notReady("\(foreignPaths.count) isolation paths lead elsewhere than to tenants")
        }
        return .ready(differences: errorCount)
    }

    var errorCount: Int { problems.count { $0.severity == .error } }

    var warningCount: Int { problems.count - errorCount }
}
