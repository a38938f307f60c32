import Diagnostics
import PorticoAccess

/// One error as reported to the client (GraphQL, section 7.1.2), from planning to the wire.
///
/// ``fault``, ``detail``, ``field`` and ``argument`` are internal; the rest is for clients.
public struct ClientError: Error, Sendable, Equatable {
    public var code: ErrorCode
    /// One or more sentences. ``limit`` itself supplies the remedy for an exceeded limit.
    public var message: String
    /// The limit that was exceeded, if any.
    public var limit: RequestLimit?
    /// The limit's name for clients: that of ``limit``, or of one outside the viewer's rules.
    public var limitName: String?
    /// Ranges in the document.
    public var ranges: [SourceRange]
    /// The response path, for an error besides `data`.
    public var path: [PathStep] = []
    /// The estimated rows of a plan that exceeds the limit.
    public var cost: Cost?
    /// Whether the unknown name might exist in another viewer's schema.
    public var isOfUnknownName = false
    /// The internal fault, if ``code`` is ``ErrorCode/internalError``.
    public var fault: Fault?
    /// Details of the fault, for the operator only.
    public var detail: String?
    /// The response path of the field, such as `tenant.sites`, without indices.
    public var field: String?
    /// The place of a wrong value in the field's arguments, such as `where.status.eq`.
    public var argument: String?

    public init(
        _ code: ErrorCode, _ message: String, limitName: String? = nil, range: SourceRange? = nil, field: String? = nil
    ) {
        self.code = code
        self.message = message
        self.limitName = limitName
        self.field = field
        ranges = range.map { [$0] } ?? []
    }

    public init(
        limit: RequestLimit, _ message: String, range: SourceRange? = nil, field: String? = nil
    ) {
        self.init(ErrorCode(limit), message, limitName: limit.name, range: range, field: field)
        self.limit = limit
    }

    /// An internal error; the client learns no details.
    public init(_ fault: Fault, _ detail: String, range: SourceRange? = nil, field: String? = nil) {
        self.init(.internalError, "The operation cannot be served.", range: range, field: field)
        self.fault = fault
        self.detail = detail
    }

    /// A fault of the gateway or its files, or work beyond the caller's allowance.
    public enum Fault: Sendable, Equatable {
        /// `resolvers/` does not bind the schema's field; `portico check` names it.
        case notBound
        /// A statement without its required tenant condition, refused before it runs.
        case isolation
        /// More steps than the caller allows, which restarts elsewhere. Never sent to clients.
        case unfinished
    }

    public var range: SourceRange? { ranges.first }

    /// The reason, for operators.
    public var reason: String { detail ?? message }

    /// The same error, with the given place if it has none.
    public func placed(_ range: SourceRange, field: String? = nil) -> ClientError {
        var error = self
        if error.ranges.isEmpty { error.ranges = [range] }
        error.field = error.field ?? field
        return error
    }

    /// The rows that a plan may touch, if they exceed the limit.
    public struct Cost: Sendable, Equatable {
        public var estimate: Int
        public var limit: Int
        /// The response path of the load that touches most rows.
        public var path: String

        public init(estimate: Int, limit: Int, path: String) {
            self.estimate = estimate
            self.limit = limit
            self.path = path
        }
    }
}

/// A step of a response path.
public enum PathStep: Sendable, Equatable {
    case key(String)
    case index(Int)
}
