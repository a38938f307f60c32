import PorticoGateway

/// Why a request is answered with an error before it reaches the gateway. The message is fit for a
/// stranger.
struct RefusedRequest: Error, Equatable {
    /// `nil` where the answer's media type decides, as it does for what is wrong about a
    /// well-formed request.
    var status: Int?
    var code: ErrorCode
    var message: String
    /// For 405: the methods that the route has.
    var allow: StaticString?
    /// For 415: the codings that are read (RFC 9110, section 15.5.16).
    var acceptEncoding: StaticString?
    /// For 401: how the sender may say who it is.
    var challenge: StaticString = "Bearer"
    /// The limit of the listener that was exceeded, where one was.
    var limit: LimitName?

    init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ status: Int, _ code: ErrorCode, _ message: String, allow: StaticString? = nil, limit: LimitName? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.allow = allow
        self.limit = limit
    }

    init(_ failure: AuthenticationFailure) {
        self.init(
            failure.status, failure.code, failure.description,
            limit: failure == .tooManyTokens ? .waitingTokenChecks : nil)
        challenge = failure.challenge
    }

    static func == (one: RefusedRequest, other: RefusedRequest) -> Bool {
        one.status == other.status && one.code == other.code && one.message == other.message
            && one.allow?.description == other.allow?.description
            && one.acceptEncoding?.description == other.acceptEncoding?.description
            && one.challenge.description == other.challenge.description && one.limit == other.limit
    }
}
