import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway
import Tracing

/// What the configuration says of all answers alike. One per worker.
struct HTTPSurface {
    /// `nil` where pages of other origins may read nothing.
    var cors: CORSPolicy?
    /// `nil` where answers go out as they are.
    var compression: ResponseCompression?
    /// Without it there is no `/metrics`.
    var metrics: MetricsEndpoint?
    let statistics = HTTPStatistics()
    /// `nil` where no request is traced.
    var tracer: (any Tracer)?
}

/// One request on its way to its answer: what the answer and the log line need to know of it.
final class Exchange {
    let connection: HTTPConnection
    let requestID: RequestID
    let route: StaticString
    /// Whether something on the way might keep the answer for others, unless told not to.
    private let mayBeKept: Bool
    private let log: RequestLog
    private let trace: TraceParent?
    /// `nil` for a request that is not traced.
    private let spans: RequestTrace?
    /// By ``MonotonicClock``.
    let startedAt: Int
    var media = ResponseMedia.json
    var viewer: Viewer?
    /// Whether the sender may know how long each stage took: see ``ServerTiming``.
    var tellsStages = false
    private let surface: HTTPSurface
    private let acceptsGzip: Bool
    private let wantsTiming: Bool
    /// `nil` for what pages of other origins have no business with.
    private let cors: CORSPolicy?
    /// The origin that may read the answer.
    private let origin: String?
    /// On the reactor's clock, milliseconds: what the request's time-out counts from, so that
    /// looking up its viewer is part of it.
    var arrivedAt = 0
    private(set) var isAnswered = false

    init(
        _ request: HTTPRequest, on connection: HTTPConnection, requestID: RequestID, route: StaticString,
        log: RequestLog, surface: HTTPSurface
    ) {
        surface.statistics.began()
        trace = TraceParent(request)
        self.connection = connection
        self.requestID = requestID
        self.route = route
        self.log = log
        self.surface = surface
        mayBeKept = request.method != .post
        acceptsGzip =
            surface.compression != nil && request.header("accept-encoding") != nil
            && ContentCoding.negotiated(acceptEncoding: request.list("accept-encoding")) == .gzip
        wantsTiming = ServerTiming.isAskedFor(request)
        cors = RouteTable.isForOperators(route) ? nil : surface.cors
        origin = cors.flatMap { $0.allowed(request) }
        let now = MonotonicClock.nanoseconds()
        startedAt = now
        spans = surface.tracer.flatMap { RequestTrace(request, route: route, startedAt: now, tracer: $0) }
    }

    var isTraced: Bool { spans != nil }

    // MARK: Answers

    func answer(
        status: Int, contentType: StaticString, body: ResponseBuffer, observation: RequestObservation? = nil,
        extra: (inout HTTPResponseHead) -> Void = { _ in }
    ) {
        guard !isAnswered else { return }
        isAnswered = true
        var head = HTTPResponseHead(status: status)
        head.add("content-type", contentType)
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        if mayBeKept { head.add("cache-control", "no-store") }
        cors?.add(to: &head, origin: origin)
        if wantsTiming, let observation {
            head.add("server-timing", ServerTiming.field(observation, tellsStages: tellsStages))
        }
        extra(&head)
        send(head, body)
        record(status: status, observation)
    }

    private func send(_ head: HTTPResponseHead, _ body: ResponseBuffer) {
        guard let compression = surface.compression, ResponseCompression.isWorthwhile(body.count),
            acceptsGzip || mayBeKept
        else {
            return connection.respond(HTTPResponse(head: head, body: body))
        }
        var head = head
        head.add("vary", "accept-encoding")
        guard acceptsGzip else { return connection.respond(HTTPResponse(head: head, body: body)) }
        connection.clientGone = nil
        compression.compress(body, for: viewer, isWanted: { [connection] in connection.isOpen }) {
            [connection] body, isCompressed in
            if isCompressed { head.add("content-encoding", "gzip") }
            connection.respond(HTTPResponse(head: head, body: body))
        }
    }

    /// Answers by bytes that many answers share.
    func answer(
        status: Int, contentType: StaticString, shared bytes: DetachedBytes,
        extra: (inout HTTPResponseHead) -> Void = { _ in }
    ) {
        answer(status: status, contentType: contentType, body: ResponseBuffer(sharing: bytes), extra: extra)
    }

    /// The answer to a preflight, which has no body.
    func answerPreflight(_ head: HTTPResponseHead) {
        guard !isAnswered else { return }
        isAnswered = true
        var head = head
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        connection.respond(HTTPResponse(head: head, body: nil))
        record(status: head.status, nil)
    }

    /// A request was refused because of a limit; one of a batch, too.
    func hit(_ limit: RequestLimit) { surface.statistics.hit(limit) }

    func refuse(_ refusal: RefusedRequest) {
        if let limit = refusal.limit { surface.statistics.hit(limit) }
        let message = refusal.code == .forbidden ? noting(refusal.message) : refusal.message
        answer(
            status: refusal.status ?? media.status(.requestError(refusal.code)), contentType: media.contentType,
            body: Self.errorBody(refusal.code, message, limit: refusal.limit?.rawValue)
        ) { head in
            if refusal.status == 401 { head.add("www-authenticate", refusal.challenge) }
            if let allow = refusal.allow { head.add("allow", allow) }
            if let codings = refusal.acceptEncoding { head.add("accept-encoding", codings) }
        }
    }

    /// With a sentence that the request brought no token, where that is so.
    func noting(_ message: String) -> String {
        guard let viewer, viewer.id == nil, viewer.role == Viewer.anonymous.role else { return message }
        return "\(message) \(viewer.anonymousNote)"
    }

    /// A GraphQL response that is one request error.
    static func errorBody(_ code: ErrorCode, _ message: String, limit: String? = nil) -> ResponseBuffer {
        let buffer = ResponseBuffer(capacity: 256)
        buffer.append("{\"errors\":[{\"message\":")
        buffer.appendJSONString(message)
        buffer.append(",\"extensions\":{\"code\":")
        buffer.appendJSONString(code.rawValue)
        if let limit {
            buffer.append(",\"limit\":")
            buffer.appendJSONString(limit)
        }
        buffer.append("}}]}")
        return buffer
    }

    /// Records what was asked, where the operator wants that.
    func recordOperation(_ request: GraphQLRequest) {
        if log.recordsDocuments, let viewer { log.operation(requestID, request, viewer) }
    }

    /// The client went away before its answer. The status is a number that only logs know.
    func clientGone() {
        guard !isAnswered else { return }
        isAnswered = true
        record(status: 499, nil)
    }

    private func record(status: Int, _ observation: RequestObservation?) {
        surface.statistics.ended(route, status: status)
        spans?.end(requestID: requestID, status: status, observation)
        if let observation {
            for failure in observation.failures { log.failure(requestID, "a request failed inside", detail: failure) }
            if let outage = observation.outage { log.outage(requestID, detail: outage) }
        }
        guard log.logsRequests || observation?.isSlow == true else { return }
        let record = RequestRecord(
            requestID: requestID, route: route, status: status,
            microseconds: (observation?.stages.total ?? MonotonicClock.nanoseconds() - startedAt) / 1000,
            operation: observation?.operationName,
            viewer: viewer, loads: observation?.loads ?? 0, rows: observation?.rows ?? 0,
            statements: observation?.statements ?? 0, plan: observation?.plan, trace: trace)
        log.request(record)
        if let observation, observation.isSlow { log.slow(record, observation, observation.loadMeasurements ?? []) }
    }
}
