import GraphQLLanguage
import JSONBytes
import PorticoAccess
public import PorticoExecution

/// The answer to one request: the whole JSON body, what kind of answer it is, and what was observed
/// on the way.
public final class GatewayResponse {
    public enum Outcome: Sendable, Equatable {
        /// `data` is there and not null; there may be errors beside it.
        case data
        /// No `data` at all: nothing was executed (GraphQL, section 7.1.1, a request error).
        case requestError(ErrorCode)
        /// `data` is null, with errors.
        case nullData(ErrorCode)
    }

    /// What HTTP has a status of its own for, though the code of the error is that of others too.
    public enum Cause: Sendable, Equatable {
        /// It is not clear which operation of the document is meant.
        case operationNotDetermined
        /// A mutation came by a method that must change nothing.
        case mutationMustNotBeSafe
        /// There was no room for the answer beside those of others: another try soon makes sense.
        case noRoom
    }

    public let buffer: ResponseBuffer
    public let outcome: Outcome
    public let cause: Cause?
    public let observation: RequestObservation

    init(buffer: ResponseBuffer, outcome: Outcome, cause: Cause? = nil, observation: RequestObservation) {
        self.buffer = buffer
        self.outcome = outcome
        self.cause = cause
        self.observation = observation
    }
}

/// What one request cost and touched, for the log.
public struct RequestObservation: Sendable {
    public var operationName: String?
    public var operationKind: OperationKind?
    /// Steps of the plan.
    public var loads = 0
    /// Statements that were sent; fewer than the loads where parents had no rows.
    public var statements = 0
    public var rows = 0
    /// The most bytes that the results of its loads have taken at a time, whatever became of them.
    public var resultBytes = 0
    public var planCacheHit = false
    /// The limit that the request was refused by.
    public var limit: RequestLimit?
    public var stages = StageTimes()
    /// The plan that was run, by the name that its statements are tagged with.
    public var plan: String?
    /// Whether it took at least ``GatewaySettings/slowRequest``.
    public var isSlow = false
    /// What its loads took, of a request that was slow or is traced; `nil` for others.
    public var loadMeasurements: [LoadMeasurement]?
    /// What went wrong inside, for the operator alone.
    public var failures: [String] = []
    /// Why the database did not serve the request, for the operator alone: in an outage the same
    /// for many.
    public var outage: String?

    public init() {}
}
