import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoPlanning
import PostgresSQL

/// What one viewer is under one version of the rules.
public struct ReviewedViewer: Sendable {
    public var catalog: Catalog
    public var viewer: Viewer
    public var rules: RuleSet

    public init(catalog: Catalog, viewer: Viewer, rules: RuleSet) {
        self.catalog = catalog
        self.viewer = viewer
        self.rules = rules
    }

    fileprivate var side: RowComparison.Side {
        RowComparison.Side(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
    }
}

/// The statement that finds the rows of a type which a viewer sees under one version and not under
/// another, ready to run: it gives keys, in order.
public struct RowGains: Sendable {
    public var statement: Statement
    public var parameters: [ParameterValue]

    /// `nil` where the type cannot be read under `version`, or is another table there.
    ///
    /// - Parameters:
    ///   - other: The other version; `nil` where the viewer is not let in at all.
    ///   - limit: The most keys that come back.
    ///   - now: The moment of the rules' `$now`, as PostgreSQL reads it.
    public init?(
        of type: String, seenUnder version: ReviewedViewer, notUnder other: ReviewedViewer?, limit: Int, now: [UInt8]
    ) throws(PlanningError) {
        guard version.rules.types[type] != nil else { return nil }
        let isReadable = other?.rules.types[type] != nil
        let comparison = try RowComparison(
            of: type, seenBy: version.side, notBy: isReadable ? other?.side : nil, limit: limit)
        statement = comparison.statement
        parameters = ViewerBinding(viewer: version.viewer, now: now).values(of: comparison.shown)
        if let other, isReadable {
            parameters += ViewerBinding(viewer: other.viewer, now: now).values(of: comparison.hidden)
        }
    }
}
