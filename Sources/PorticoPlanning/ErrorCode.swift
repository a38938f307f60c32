import PorticoAccess

/// The kind of an error in `extensions.code`: stable, so that clients may branch on it.
public enum ErrorCode: String, Sendable, CaseIterable {
    case syntaxError = "SYNTAX_ERROR"
    case validationError = "VALIDATION_ERROR"
    case badInput = "BAD_INPUT"
    case unauthenticated = "UNAUTHENTICATED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case conflict = "CONFLICT"
    case limitExceeded = "LIMIT_EXCEEDED"
    case rateLimited = "RATE_LIMITED"
    case timeout = "TIMEOUT"
    case unavailable = "UNAVAILABLE"
    case internalError = "INTERNAL"
}

extension ErrorCode {
    public init(_ limit: RequestLimit) {
        self =
            switch limit {
            case .first, .offset: .badInput
            case .requestTimeout: .timeout
            case .concurrentRequests, .requestsPerSecond, .requestBurst: .rateLimited
            default: .limitExceeded
            }
    }
}
