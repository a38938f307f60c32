import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoPlanning
import PostgresSQL

/// A viewer under one version of the rules.
public struct ReviewedViewer: Sendable {
    public var catalog: Catalog
    public var viewer: Viewer
    public var rules: CompiledPolicy

    public init(catalog: Catalog, viewer: Viewer, rules: CompiledPolicy) {
        (self.catalog, self.viewer, self.rules) = (catalog, viewer, rules)
    }

    fileprivate var side: RowComparison.Side {
        RowComparison.Side(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
    }
}

/// The bound statement that finds the rows of a type which a viewer sees under one version and not
/// under another: it returns keys, in order.
public struct RowGains: Sendable {
    public var statement: Statement
    public var parameters: [ParameterValue]

    /// `nil` if the type cannot be read under `version`, or has another table there.
    ///
    /// - Parameters:
    ///   - other: The other version; `nil` if the viewer has no access there.
    ///   - limit: Maximum number of keys returned.
    ///   - now: The value of `$now` in PostgreSQL's text form.
    public init?(
        of type: String, seenUnder version: ReviewedViewer, notUnder other: ReviewedViewer?, limit: Int, now: [UInt8]
    ) throws(ClientError) {
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
