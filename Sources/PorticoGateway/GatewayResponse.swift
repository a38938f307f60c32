import GraphQLLanguage
import JSONBytes
import PorticoAccess
public import PorticoExecution
public import PorticoPlanning

/// The answer to one request: the complete JSON body, its outcome, and observations for logs.
public struct GatewayResponse {
    public enum Outcome: Sendable, Equatable {
        /// `data` is present and not null; there may be errors too.
        case data
        /// No `data`: nothing was executed (GraphQL, section 7.1.1, request error).
        case requestError(ErrorCode)
        /// `data` is null, with errors.
        case nullData(ErrorCode)
    }

    /// Errors that share their code with others but have an HTTP status of their own.
    public enum Cause: Sendable, Equatable {
        /// The document does not determine which operation to run.
        case operationNotDetermined
        /// A mutation was sent by a safe method.
        case mutationMustNotBeSafe
        /// The answer did not fit into the shared budget; a retry may soon succeed.
        case noRoom
    }

    public var buffer: ResponseBuffer
    public var outcome: Outcome
    public var cause: Cause?
    public var observation: RequestObservation
    /// Seconds until a retry makes sense; `nil` if unknown.
    public var retryAfter: Int?

    public init(
        buffer: ResponseBuffer, outcome: Outcome, cause: Cause? = nil, observation: RequestObservation,
        retryAfter: Int? = nil
    ) {
        self.buffer = buffer
        self.outcome = outcome
        self.cause = cause
        self.observation = observation
        self.retryAfter = retryAfter
    }
}

/// What one request cost and touched, for logs.
public struct RequestObservation: Sendable {
    public var operationName: String?
    public var operationKind: OperationKind?
    /// Steps of the plan.
    public var loads = 0
    /// Statements sent; fewer than the loads if parents had no rows.
    public var statements = 0
    public var rows = 0
    /// Peak size in bytes of the results of its loads, including discarded ones.
    public var resultBytes = 0
    public var planCacheHit = false
    /// The limit that the request exceeded.
    public var limit: RequestLimit?
    public var stages = StageTimes()
    /// The hash of the plan, which also tags its statements.
    public var plan: String?
    /// Whether it took at least ``GatewaySettings/slowRequest``.
    public var isSlow = false
    /// Measurements of its loads if the request was slow or is traced, else `nil`.
    public var loadMeasurements: [LoadMeasurement]?
    /// Internal failures, for the operator only.
    public var failures: [String] = []
    /// Why the database did not serve the request, for the operator; during outages often the same.
    public var outage: String?

    public init() {}
}
