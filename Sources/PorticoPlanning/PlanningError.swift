import Diagnostics
import PorticoAccess

/// Why an operation could not be planned: something that the request brought, never something of
/// the database.
public struct PlanningError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// A value that cannot be: above a bound, or not what its column can hold.
        case badInput
        /// More than the viewer's rules allow.
        case limit(RequestLimit)
        /// More steps than the caller had time for (``Planner/allowance``): it is to be planned
        /// where there is.
        case allowance
        /// A field that the schema has and `resolvers/` does not bind: `portico check` names it.
        case notBound
        /// A statement without the tenant condition that it needs: a fault of the gateway, refused
        /// before it runs.
        case isolation
    }

    public var kind: Kind
    /// One sentence, fit for a stranger.
    public var message: String
    /// Of the field in the document.
    public var range: SourceRange?
    /// The response path of the field, such as `tenant.sites`.
    public var path: String?

    /// Rows that a plan may touch, where they are too many.
    public struct Cost: Sendable, Equatable {
        public var estimate: Int
        public var limit: Int
        /// The response path of the load that touches most of them.
        public var path: String

        public init(estimate: Int, limit: Int, path: String) {
            self.estimate = estimate
            self.limit = limit
            self.path = path
        }
    }

    public var cost: Cost?
    /// The place of a wrong value in the arguments of the field, such as `where.status.eq`.
    public var argument: String?

    public init(_ kind: Kind, _ message: String, range: SourceRange? = nil, path: String? = nil) {
        self.kind = kind
        self.message = message
        self.range = range
        self.path = path
    }
}
