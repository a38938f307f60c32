import HTTPWire
import JSONBytes
import PorticoAccess
import PorticoGateway
import PorticoPlanning
import PorticoTelemetry
import Tracing

/// A request in progress: what its answer and its log line need.
final class RequestContext {
    let sink: ResponseSink
    var connection: HTTPConnection { sink.connection }
    let requestID: RequestID
    let route: StaticString
    /// Whether an intermediary might cache the answer unless the headers forbid it.
    private let mayBeKept: Bool
    private let log: RequestLog
    private let trace: TraceParent?
    /// `nil` if the request is not traced.
    private let spans: RequestTrace?
    /// By ``MonotonicClock``.
    let startedAt: Int
    var media = ResponseMedia.json
    var viewer: Viewer?
    /// Whether the sender may see the stages' durations: ``ServerTiming``.
    var tellsStages = false
    private let surface: ResponsePolicy
    private let acceptsGzip: Bool
    private let wantsTiming: Bool
    /// `nil` for routes closed to pages of other origins.
    private let cors: CORSPolicy?
    /// The origin that may read the answer.
    private let origin: String?
    /// Milliseconds of the reactor's clock: the request's time-out starts here and includes
    /// authentication.
    var arrivedAt = 0
    /// The answer or its head was sent, or the client has left.
    private(set) var isAnswered = false
    /// The status of a streamed answer in progress.
    private var streamStatus: Int?

    init(
        _ request: HTTPRequest, _ sink: ResponseSink, requestID: RequestID, route: StaticString,
        log: RequestLog, surface: ResponsePolicy
    ) {
        surface.statistics.began()
        trace = TraceParent(request)
        self.sink = sink
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
        var head = head(status, contentType)
        if wantsTiming, let observation {
            head.add("server-timing", ServerTiming.field(observation, tellsStages: tellsStages))
        }
        extra(&head)
        send(head, body)
        record(status: status, observation)
    }

    private func head(_ status: Int, _ contentType: StaticString) -> HTTPResponseHead {
        var head = HTTPResponseHead(status: status)
        head.add("content-type", contentType)
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        if mayBeKept { head.add("cache-control", "no-store") }
        cors?.add(to: &head, origin: origin)
        return head
    }

    /// Begins a streamed answer. It is counted and logged at ``end(_:)``, or when the client
    /// leaves.
    func begin(status: Int, contentType: StaticString, extra: (inout HTTPResponseHead) -> Void = { _ in }) {
        guard !isAnswered else { return }
        guard sink.isOpen else { return clientGone() }
        isAnswered = true
        streamStatus = status
        var head = head(status, contentType)
        extra(&head)
        sink.onClose { [self] in if streamStatus.take() != nil { record(status: Self.gone, nil) } }
        sink.head(head)
    }

    /// Ends a streamed answer.
    func end(_ observation: RequestObservation? = nil) {
        guard let status = streamStatus.take() else { return }
        sink.end()
        record(status: status, observation)
    }

    private func send(_ head: HTTPResponseHead, _ body: ResponseBuffer) {
        guard let compression = surface.compression, ResponseCompression.isWorthwhile(body.count),
            acceptsGzip || mayBeKept
        else {
            return sink.respond(HTTPResponse(head: head, body: body))
        }
        var head = head
        head.add("vary", "accept-encoding")
        guard acceptsGzip else { return sink.respond(HTTPResponse(head: head, body: body)) }
        sink.onClose(nil)
        compression.compress(body, for: viewer, isWanted: { [connection] in connection.isOpen }) {
            [sink] body, isCompressed in
            if isCompressed { head.add("content-encoding", "gzip") }
            sink.respond(HTTPResponse(head: head, body: body))
        }
    }

    /// Answers with bytes that many answers share.
    func answer(
        status: Int, contentType: StaticString, shared bytes: DetachedBytes,
        extra: (inout HTTPResponseHead) -> Void = { _ in }
    ) {
        answer(status: status, contentType: contentType, body: ResponseBuffer(sharing: bytes), extra: extra)
    }

    /// Answers a preflight, without a body.
    func answerPreflight(_ head: HTTPResponseHead) {
        guard !isAnswered else { return }
        isAnswered = true
        var head = head
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        sink.respond(HTTPResponse(head: head, body: nil))
        record(status: head.status, nil)
    }

    /// Counts a request, or one of a batch, refused because of a limit.
    func hit(_ limit: RequestLimit) { surface.statistics.hit(limit.name) }

    func refuse(_ refusal: RefusedRequest) {
        var refusal = refusal
        if let limit = refusal.error.limitName { surface.statistics.hit(limit) }
        if refusal.error.code == .forbidden { refusal.error.message = noting(refusal.error.message) }
        answer(
            status: refusal.status ?? media.status(.requestError(refusal.error.code)), contentType: media.contentType,
            body: refusal.body
        ) { head in
            if refusal.status == 401 { head.add("www-authenticate", refusal.challenge) }
            if let allow = refusal.allow { head.add("allow", allow) }
            if let codings = refusal.acceptEncoding { head.add("accept-encoding", codings) }
        }
    }

    /// The message; for a request without a token, with a note about that.
    func noting(_ message: String) -> String {
        guard let viewer, viewer.id == nil, viewer.role == Viewer.anonymous.role else { return message }
        return "\(message) \(viewer.anonymousNote)"
    }

    /// Logs the operation if the operator enabled that.
    func recordOperation(_ request: GraphQLRequest) {
        if log.recordsDocuments, let viewer { log.operation(requestID, request, viewer) }
    }

    /// The client left before its answer.
    func clientGone() {
        guard !isAnswered else { return }
        isAnswered = true
        record(status: Self.gone, nil)
    }

    /// Used in logs only.
    private static let gone = 499

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
