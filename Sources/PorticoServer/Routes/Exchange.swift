import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway

/// One request on its way to its answer: what the answer and the log line need to know of it.
final class Exchange {
    let connection: HTTPConnection
    let requestID: RequestID
    let route: StaticString
    /// Whether something on the way might keep the answer for others, unless told not to.
    private let mayBeKept: Bool
    private let log: RequestLog
    /// By ``MonotonicClock``.
    let startedAt: Int
    var media = ResponseMedia.json
    var viewer: Viewer?
    private(set) var isAnswered = false

    init(_ request: HTTPRequest, on connection: HTTPConnection, requestID: RequestID, route: StaticString, log: RequestLog) {
        self.connection = connection
        self.requestID = requestID
        self.route = route
        self.log = log
        mayBeKept = request.method != .post
        startedAt = MonotonicClock.nanoseconds()
    }

    // MARK: Answers

    func answer(status: Int, contentType: StaticString, body: ResponseBuffer, observation: RequestObservation? = nil, extra: (inout HTTPResponseHead) -> Void = { _ in }) {
        guard !isAnswered else { return }
        isAnswered = true
        var head = HTTPResponseHead(status: status)
        head.add("content-type", contentType)
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        if mayBeKept { head.add("cache-control", "no-store") }
        extra(&head)
        connection.respond(HTTPResponse(head: head, body: body))
        record(status: status, observation)
    }

    func answer(status: Int, contentType: StaticString, text: StaticString, extra: (inout HTTPResponseHead) -> Void = { _ in }) {
        let body = ResponseBuffer(capacity: text.utf8CodeUnitCount)
        body.append(text)
        answer(status: status, contentType: contentType, body: body, extra: extra)
    }

    func refuse(_ refusal: RefusedRequest) {
        answer(status: refusal.status, contentType: media.contentType, body: Self.errorBody(refusal.code, refusal.message)) { head in
            if refusal.status == 401 { head.add("www-authenticate", "Bearer") }
            if let allow = refusal.allow { head.add("allow", allow) }
        }
    }

    /// A GraphQL response that is one request error.
    static func errorBody(_ code: ErrorCode, _ message: String) -> ResponseBuffer {
        let buffer = ResponseBuffer(capacity: 256)
        buffer.append("{\"errors\":[{\"message\":")
        buffer.appendJSONString(message)
        buffer.append(",\"extensions\":{\"code\":")
        buffer.appendJSONString(code.rawValue)
        buffer.append("}}]}")
        return buffer
    }

    /// The client went away before its answer. The status is a number that only logs know.
    func clientGone() {
        guard !isAnswered else { return }
        isAnswered = true
        record(status: 499, nil)
    }

    private func record(status: Int, _ observation: RequestObservation?) {
        if let observation {
            for failure in observation.failures { log.failure(requestID, "a request failed inside", detail: failure) }
        }
        guard log.logsRequests else { return }
        log.request(RequestRecord(
            requestID: requestID, route: route, status: status, microseconds: (observation?.stages.total ?? MonotonicClock.nanoseconds() - startedAt) / 1000, operation: observation?.operationName,
            viewer: viewer, loads: observation?.loads ?? 0, rows: observation?.rows ?? 0, statements: observation?.statements ?? 0))
    }
}
