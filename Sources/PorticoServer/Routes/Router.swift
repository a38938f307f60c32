import HTTPWire
import JSONBytes
import PorticoGateway
import PrometheusText

/// Leads each request to what answers it. One per worker.
final class Router: HTTPHandler {
    private let authenticator: Authenticator
    private let endpoint: GraphQLEndpoint
    private let readiness: Readiness
    private let log: RequestLog
    private let surface: HTTPSurface
    private var ids = RequestIDSource()
    private var schemas = SchemaTexts()

    init(
        authenticator: Authenticator, endpoint: GraphQLEndpoint, readiness: Readiness, log: RequestLog,
        surface: HTTPSurface
    ) {
        self.authenticator = authenticator
        self.endpoint = endpoint
        self.readiness = readiness
        self.log = log
        self.surface = surface
    }

    // MARK: HTTPHandler

    /// All that the head alone decides is decided before a byte of the body is read; for a body
    /// that is there with its head, ``handle(_:on:)`` decides the same.
    func decide(on head: HTTPRequest, _ connection: HTTPConnection) {
        guard case .found(let route, let path) = RouteTable.match(head) else { return handle(head, on: connection) }
        // Nobody looks at another route's body.
        guard route == .graphQLPost else { return connection.readBody(of: .stranger(connection.origin)) }
        func exchange(_ media: ResponseMedia) -> Exchange {
            let exchange = Exchange(
                head, on: connection, requestID: requestID(of: head), route: path, log: log, surface: surface)
            exchange.media = media
            return exchange
        }
        var media = ResponseMedia.json
        do throws(RefusedRequest) {
            media = try Self.media(of: head)
            try checkPost(head, on: connection)
        } catch {
            return exchange(media).refuse(error)
        }
        authenticator.authenticate(head, certificate: connection.clientCertificate) { [self, media] result in
            guard connection.isOpen else { return }
            switch result {
            case .failure(let failure):
                surface.statistics.count(failure)
                exchange(media).refuse(RefusedRequest(failure))
            case .success(let access):
                let refused = endpoint.refuses(access) {
                    let exchange = exchange(media)
                    exchange.viewer = access.viewer
                    return exchange
                }
                if refused { return }
                connection.readBody(
                    of: access.viewer.id == nil ? .stranger(connection.origin) : .tenant(access.viewer.fairnessKey))
            }
        }
    }

    private func requestID(of request: HTTPRequest) -> RequestID {
        request.header("x-request-id").flatMap { RequestID(given: $0) } ?? ids.next()
    }

    func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let requestID = requestID(of: request)
        let match = RouteTable.match(request)
        if let cors = surface.cors, CORSPolicy.isPreflight(request), case .otherMethods(let path, let allow) = match,
            RouteTable.isForPages(path)
        {
            return Exchange(request, on: connection, requestID: requestID, route: path, log: log, surface: surface)
                .answerPreflight(cors.preflight(request, methods: allow))
        }
        switch match {
        case .found(let route, let path):
            let exchange = Exchange(
                request, on: connection, requestID: requestID, route: path, log: log, surface: surface)
            exchange.arrivedAt = endpoint.now
            do throws(RefusedRequest) {
                try answer(request, by: route, exchange)
            } catch {
                exchange.refuse(error)
            }
        case .noSuchPath:
            Exchange(request, on: connection, requestID: requestID, route: "none", log: log, surface: surface).refuse(
                Self.nothingHere)
        case .otherMethods(let path, let allow):
            Exchange(request, on: connection, requestID: requestID, route: path, log: log, surface: surface).refuse(
                RefusedRequest(
                    405, .badInput, "\(path) does not take the method \(request.method.name); it takes \(allow).",
                    allow: allow))
        }
    }

    private static let nothingHere = RefusedRequest(
        404, .notFound, "There is nothing here. The GraphQL endpoint is /graphql.")

    func response(to failure: HTTPFailure) -> HTTPResponse {
        surface.statistics.count("none", status: failure.status)
        let limit = failure.excess.map { LimitName($0) }
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
        return HTTPResponse(head: head, body: Exchange.errorBody(code, failure.reason, limit: limit?.rawValue))
    }

    // MARK: Routes

    private func answer(_ request: HTTPRequest, by route: Route, _ exchange: Exchange) throws(RefusedRequest) {
        switch route {
        case .graphQLPost: try answerPost(request, exchange)
        case .graphQLGet: try answerGet(request, exchange)
        case .schema: try answerSchema(request, exchange)
        case .metrics: try answerMetrics(exchange)
        case .health: exchange.answer(status: 200, contentType: ResponseMedia.json.contentType, shared: Self.ok)
        case .ready: readiness.check { state in Self.answer(state, exchange) }
        }
    }

    private static let ok = DetachedBytes("{\"status\":\"ok\"}\n")

    /// What is wrong about a POST whoever sends it, and whatever its body says.
    @discardableResult
    private func checkPost(
        _ request: HTTPRequest, on connection: HTTPConnection
    ) throws(RefusedRequest) -> ContentCoding {
        try AmbientCredentials.check(request, connectionBringsThem: connection.bringsAmbientCredentials)
        return try RequestBody.check(request, acceptsGzip: endpoint.settings.acceptsGzip)
    }

    private func answerPost(_ request: HTTPRequest, _ exchange: Exchange) throws(RefusedRequest) {
        exchange.media = try Self.media(of: request)
        let coding = try checkPost(request, on: exchange.connection)
        authenticated(request, exchange) { [endpoint] access throws(RefusedRequest) in
            try endpoint.post(request, coding, access, exchange)
        }
    }

    private func answerGet(_ request: HTTPRequest, _ exchange: Exchange) throws(RefusedRequest) {
        if ResponseMedia.prefersPage(request) {
            return answerPage(request, exchange)
        }
        exchange.media = try Self.media(of: request)
        try AmbientCredentials.check(request, connectionBringsThem: exchange.connection.bringsAmbientCredentials)
        let parameters: [QueryParameter]
        do throws(HTTPFailure) { parameters = try request.queryParameters() } catch {
            throw RefusedRequest(400, .badInput, error.reason)
        }
        authenticated(request, exchange) { [endpoint] access throws(RefusedRequest) in
            try endpoint.get(request, parameters, access, exchange)
        }
    }

    /// The page is for everybody; its sample is of the schema that the request's own credentials
    /// open. A certificate does not count: the browser presents it on behalf of any site.
    private func answerPage(_ request: HTTPRequest, _ exchange: Exchange) {
        authenticator.authenticate(request, peer: { exchange.connection.peer }) { result in
            guard exchange.connection.isOpen else { return exchange.clientGone() }
            let access = try? result.get()
            exchange.viewer = access?.viewer
            let body = ResponseBuffer(capacity: 2_048)
            body.append(utf8: WelcomePage.html(sample: access?.rules.sampleQuery ?? "{ __typename }"))
            exchange.answer(status: 200, contentType: "text/html; charset=utf-8", body: body) { head in
                head.add("content-security-policy", WelcomePage.contentSecurityPolicy)
                head.add("x-content-type-options", "nosniff")
            }
        }
    }

    private func answerSchema(_ request: HTTPRequest, _ exchange: Exchange) throws(RefusedRequest) {
        try AmbientCredentials.check(request, connectionBringsThem: exchange.connection.bringsAmbientCredentials)
        let definesOneOf = try SchemaTexts.definesOneOf(request)
        authenticated(request, exchange) { [self] access throws(RefusedRequest) in
            guard access.rules.limits.allowIntrospection else {
                exchange.hit(.introspectionDepth)
                return exchange.answer(
                    status: 403, contentType: ResponseMedia.json.contentType, body: SchemaTexts.refusal(exchange))
            }
            let text = schemas.text(access.rules, definesOneOf: definesOneOf)
            exchange.answer(status: 200, contentType: "text/plain; charset=utf-8", shared: text) {
                $0.add("x-content-type-options", "nosniff")
            }
        }
    }

    private func answerMetrics(_ exchange: Exchange) throws(RefusedRequest) {
        guard let metrics = surface.metrics else { throw Self.nothingHere }
        guard metrics.admits(exchange.connection.peer) else {
            throw RefusedRequest(
                403, .forbidden,
                "Metrics are answered on loopback only, unless the setting metrics.public says otherwise.")
        }
        let text = WorkResult<DetachedBytes>()
        metrics.offload({ [all = metrics.metrics] in text.put(await all.scrape()) }) {
            guard let text = text.take() else {
                return exchange.refuse(RefusedRequest(500, .internalError, "An internal error occurred."))
            }
            exchange.answer(status: 200, contentType: PrometheusRegistry.contentType, shared: text)
        }
    }

    private static func answer(_ state: Readiness.State, _ exchange: Exchange) {
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
        exchange.answer(status: state.isReady ? 200 : 503, contentType: ResponseMedia.json.contentType, body: body)
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
        _ request: HTTPRequest, _ exchange: Exchange, then: @escaping (Access) throws(RefusedRequest) -> Void
    ) {
        authenticator.authenticate(
            request, certificate: exchange.connection.clientCertificate, peer: { exchange.connection.peer }
        ) { [statistics = surface.statistics] result in
            switch result {
            case .failure(let failure):
                statistics.count(failure)
                exchange.refuse(RefusedRequest(failure))
            case .success(let access):
                exchange.viewer = access.viewer
                exchange.tellsStages = access.rules.reach == .crossTenant
                guard exchange.connection.isOpen else { return exchange.clientGone() }
                do throws(RefusedRequest) { try then(access) } catch { exchange.refuse(error) }
            }
        }
    }
}
