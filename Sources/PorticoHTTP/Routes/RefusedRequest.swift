import JSONBytes
import PorticoConfiguration
import PorticoGateway
import PorticoIdentity
import PorticoPlanning

/// An error response before the request reaches the gateway. The message is safe for strangers.
struct RefusedRequest: Error, Equatable {
    /// `nil` if the answer's media type decides, as for errors of a well-formed request.
    var status: Int?
    var error: ClientError
    /// For 405: the route's methods.
    var allow: StaticString?
    /// For 415: the accepted codings (RFC 9110, section 15.5.16).
    var acceptEncoding: StaticString?
    /// For 401: the authentication schemes.
    var challenge: StaticString = "Bearer"

    init(_ code: ErrorCode, _ message: String) { error = ClientError(code, message) }

    /// - Parameter limit: The exceeded limit of the listener, if any.
    init(_ status: Int, _ code: ErrorCode, _ message: String, allow: StaticString? = nil, limit: LimitName? = nil) {
        self.status = status
        self.allow = allow
        error = ClientError(code, message, limitName: limit?.rawValue)
    }

    init(_ failure: AuthenticationFailure) {
        self.init(
            failure.status, failure.code, failure.description,
            limit: failure == .tooManyTokens ? .waitingTokenChecks : nil)
        challenge = failure.challenge
    }

    var body: ResponseBuffer { ClientErrors([error]).response() }

    static func == (one: RefusedRequest, other: RefusedRequest) -> Bool {
        one.status == other.status && one.error == other.error
            && one.allow?.description == other.allow?.description
            && one.acceptEncoding?.description == other.acceptEncoding?.description
            && one.challenge.description == other.challenge.description
    }
}
