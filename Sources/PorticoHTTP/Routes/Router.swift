import HTTPWire
import JSONBytes
import PorticoConfiguration
import PorticoGateway
import PorticoIdentity
import PorticoPlanning
import PorticoTelemetry
import PrometheusText

/// Routes each request to its handler. One per worker.
package final class Router: HTTPHandler {
    private let authenticator: Authenticator
    private let endpoint: GraphQLEndpoint
    private let readiness: Readiness
    private let log: RequestLog
    private let surface: ResponsePolicy
    private var ids = RequestIDSource()
    private var schemas = SchemaTexts()

    package init(
        authenticator: Authenticator, endpoint: GraphQLEndpoint, readiness: Readiness, log: RequestLog,
        surface: ResponsePolicy
    ) {
        self.authenticator = authenticator
        self.endpoint = endpoint
        self.readiness = readiness
        self.log = log
        self.surface = surface
    }

    // MARK: HTTPHandler

    /// Decides from the head alone, before any of the body is read. For a body that arrives with
    /// its head, ``handle(_:_:)`` decides the same.
    package func decide(on head: HTTPRequest, _ sink: ResponseSink) {
        let connection = sink.connection
        guard case .found(let route, let path) = RouteTable.match(head) else { return handle(head, sink) }
        // Other routes ignore the body.
        guard route == .graphQLPost else { return connection.readBody(of: .stranger(connection.origin)) }
        func context(_ media: ResponseMedia) -> RequestContext {
            let context = self.context(head, sink, path)
            context.media = media
            return context
        }
        var media = ResponseMedia.json
        do throws(RefusedRequest) {
            media = try Self.media(of: head)
            try checkPost(head, on: connection)
        } catch {
            return context(media).refuse(error)
        }
        authenticator.authenticate(head, certificate: connection.clientCertificate) { [self, media] result in
            guard connection.isOpen else { return }
            switch result {
            case .failure(let failure):
                surface.statistics.count(failure)
                context(media).refuse(RefusedRequest(failure))
            case .success(let access):
                let refused = endpoint.refuses(access) {
                    let context = context(media)
                    context.viewer = access.viewer
                    return context
                }
                if refused { return }
                connection.readBody(
                    of: access.viewer.id == nil ? .stranger(connection.origin) : .tenant(access.viewer.fairnessKey))
            }
        }
    }

    private func context(_ request: HTTPRequest, _ sink: ResponseSink, _ route: StaticString) -> RequestContext {
        let given = request.header("x-request-id").flatMap { RequestID(given: $0) }
        return RequestContext(
            request, sink, requestID: given ?? ids.next(), route: route, log: log, surface: surface)
    }

    package func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
        let match = RouteTable.match(request)
        if let cors = surface.cors, CORSPolicy.isPreflight(request), case .otherMethods(let path, let allow) = match,
            RouteTable.isForPages(path)
        {
            return context(request, sink, path).answerPreflight(cors.preflight(request, methods: allow))
        }
        switch match {
        case .found(let route, let path):
            let context = context(request, sink, path)
            context.arrivedAt = endpoint.now
            do throws(RefusedRequest) {
                try answer(request, by: route, context)
            } catch {
                context.refuse(error)
            }
        case .noSuchPath: context(request, sink, "none").refuse(Self.nothingHere)
        case .otherMethods(let path, let allow):
            context(request, sink, path).refuse(
                RefusedRequest(
                    405, .badInput, "\(path) does not take the method \(request.method.name); it takes \(allow).",
                    allow: allow))
        }
    }

    private static let nothingHere = RefusedRequest(
        404, .notFound, "There is nothing here. The GraphQL endpoint is /graphql.")

    package func response(to failure: HTTPFailure) -> HTTPResponse {
        surface.statistics.count("none", status: failure.status)
        let limit = failure.excess.map { LimitName($0).rawValue }
        if let limit { surface.statistics.hit(limit) }
        let requestID = ids.next()
        var head = HTTPResponseHead(status: failure.status)
        head.add("content-type", ResponseMedia.json.contentType)
        requestID.withBytes { _ = head.add("x-request-id", $0) }
        if let cors = surface.cors { cors.add(to: &head, origin: cors.allowed(failure.origin)) }
        if let seconds = failure.retryAfter { head.add("retry-after", String(seconds)) }
        if log.logsRequests {
            log.request(RequestRecord(requestID: requestID, route: "none", status: failure.status, microseconds: 0))
        }
        let code: ErrorCode =
            switch failure.status {
            case 408: .timeout
            case 413, 414, 431: .limitExceeded
            case 503: .unavailable
            default: .badInput
            }
        let error = ClientError(code, failure.reason, limitName: limit)
        return HTTPResponse(head: head, body: ClientErrors([error]).response())
    }

    // MARK: Routes

    private func answer(_ request: HTTPRequest, by route: Route, _ context: RequestContext) throws(RefusedRequest) {
        switch route {
        case .graphQLPost: try answerPost(request, context)
        case .graphQLGet: try answerGet(request, context)
        case .schema: try answerSchema(request, context)
        case .metrics: try answerMetrics(context)
        case .health: context.answer(status: 200, contentType: ResponseMedia.json.contentType, shared: Self.ok)
        case .ready: readiness.check { state in Self.answer(state, context) }
        }
    }

    private static let ok = DetachedBytes("{\"status\":\"ok\"}\n")

    /// Checks of a POST that depend neither on the sender nor on the body's content.
    @discardableResult
    private func checkPost(
        _ request: HTTPRequest, on connection: HTTPConnection
    ) throws(RefusedRequest) -> ContentCoding {
        try AmbientCredentials.check(request, connectionBringsThem: connection.bringsAmbientCredentials)
        return try RequestBody.check(request, acceptsGzip: endpoint.settings.acceptsGzip)
    }

    private func answerPost(_ request: HTTPRequest, _ context: RequestContext) throws(RefusedRequest) {
        context.media = try Self.media(of: request)
        let coding = try checkPost(request, on: context.connection)
        authenticated(request, context) { [endpoint] access throws(RefusedRequest) in
            try endpoint.post(request, coding, access, context)
        }
    }

    private func answerGet(_ request: HTTPRequest, _ context: RequestContext) throws(RefusedRequest) {
        if ResponseMedia.prefersPage(request) {
            return answerPage(request, context)
        }
        context.media = try Self.media(of: request)
        try AmbientCredentials.check(request, connectionBringsThem: context.connection.bringsAmbientCredentials)
        let parameters: [QueryParameter]
        do throws(HTTPFailure) { parameters = try request.queryParameters() } catch {
            throw RefusedRequest(400, .badInput, error.reason)
        }
        authenticated(request, context) { [endpoint] access throws(RefusedRequest) in
            try endpoint.get(request, parameters, access, context)
        }
    }

    /// The page is public; its sample is from the schema that the request's own credentials allow.
    /// A certificate does not count: browsers present it on behalf of any site.
    private func answerPage(_ request: HTTPRequest, _ context: RequestContext) {
        authenticator.authenticate(request, peer: { context.connection.peer }) { result in
            guard context.connection.isOpen else { return context.clientGone() }
            let access = try? result.get()
            context.viewer = access?.viewer
            let body = ResponseBuffer(capacity: 2_048)
            body.append(utf8: WelcomePage.html(sample: access?.rules.sampleQuery ?? "{ __typename }"))
            context.answer(status: 200, contentType: "text/html; charset=utf-8", body: body) { head in
                head.add("content-security-policy", WelcomePage.contentSecurityPolicy)
                head.add("x-content-type-options", "nosniff")
            }
        }
    }

    private func answerSchema(_ request: HTTPRequest, _ context: RequestContext) throws(RefusedRequest) {
        try AmbientCredentials.check(request, connectionBringsThem: context.connection.bringsAmbientCredentials)
        let definesOneOf = try SchemaTexts.definesOneOf(request)
        authenticated(request, context) { [self] access throws(RefusedRequest) in
            guard access.rules.limits.allowIntrospection else {
                context.hit(.introspectionDepth)
                return context.answer(
                    status: 403, contentType: ResponseMedia.json.contentType, body: SchemaTexts.refusal(context))
            }
            let text = schemas.text(access.rules, definesOneOf: definesOneOf)
            context.answer(status: 200, contentType: "text/plain; charset=utf-8", shared: text) {
                $0.add("x-content-type-options", "nosniff")
            }
        }
    }

    private func answerMetrics(_ context: RequestContext) throws(RefusedRequest) {
        guard let metrics = surface.metrics else { throw Self.nothingHere }
        guard metrics.admits(context.connection.peer) else {
            throw RefusedRequest(
                403, .forbidden,
                "Metrics are answered on loopback only, unless the setting metrics.public says otherwise.")
        }
        let text = WorkResult<DetachedBytes>()
        metrics.offload({ [all = metrics.metrics] in text.put(await all.scrape()) }) {
            guard let text = text.take() else {
                return context.refuse(RefusedRequest(500, .internalError, "An internal error occurred."))
            }
            context.answer(status: 200, contentType: PrometheusRegistry.contentType, shared: text)
        }
    }

    private static func answer(_ state: Readiness.State, _ context: RequestContext) {
        let body = ResponseBuffer(capacity: 128)
        switch state {
        case .ready(let differences):
            body.append("{\"status\":\"ready\"")
            if differences > 0 { body.append(utf8: ",\"databaseDifferences\":\(differences)") }
            body.append("}\n")
        case .notReady(let reason):
            body.append("{\"status\":\"not ready\",\"reason\":")
            body.appendJSONString(reason)
            body.append("}\n")
        }
        context.answer(status: state.isReady ? 200 : 503, contentType: ResponseMedia.json.contentType, body: body)
    }

    // MARK: Steps

    private static func media(of request: HTTPRequest) throws(RefusedRequest) -> ResponseMedia {
        guard let media = ResponseMedia.negotiated(request) else {
            throw RefusedRequest(
                406, .badInput,
                "The answer can be application/graphql-response+json or application/json; the Accept field allows neither."
            )
        }
        return media
    }

    private func authenticated(
        _ request: HTTPRequest, _ context: RequestContext, then: @escaping (Access) throws(RefusedRequest) -> Void
    ) {
        authenticator.authenticate(
            request, certificate: context.connection.clientCertificate, peer: { context.connection.peer }
        ) { [statistics = surface.statistics] result in
            switch result {
            case .failure(let failure):
                statistics.count(failure)
                context.refuse(RefusedRequest(failure))
            case .success(let access):
                context.viewer = access.viewer
                context.tellsStages = access.rules.reach == .crossTenant
                guard context.connection.isOpen else { return context.clientGone() }
                do throws(RefusedRequest) { try then(access) } catch { context.refuse(error) }
            }
        }
    }
}
