import Gzip
import HTTPWire
import JSONBytes
import PorticoGateway
import SocketLoop

/// Answers GraphQL requests over HTTP, one by one or in batches, once their sender is known. One per worker.
final class GraphQLEndpoint {
    struct Settings {
        /// Milliseconds until a request is answered TIMEOUT.
        var requestTimeout: Int
        /// Requests of one batch; 0 refuses batches.
        var batch: Int
        /// Bytes of a body, after its content coding is removed.
        var body: Int
        /// Whether bodies in gzip are read.
        var acceptsGzip: Bool

        init(_ configuration: GatewayConfiguration) {
            requestTimeout = configuration.limits[.requestTimeout]
            batch = configuration.limits[.batch]
            body = configuration.limits[.body]
            acceptsGzip = configuration.compression
        }
    }

    let settings: Settings
    private let reactor: Reactor
    private let service: any GraphQLService
    private let documents: DocumentLookup
    private let offload: Offload

    init(reactor: Reactor, service: any GraphQLService, documents: DocumentLookup, settings: Settings, offload: @escaping Offload) {
        self.reactor = reactor
        self.service = service
        self.documents = documents
        self.settings = settings
        self.offload = offload
    }

    /// What the requests of one HTTP request have in common.
    private struct Arrival {
        let head: HTTPRequest
        let access: Access
        let exchange: Exchange
        /// Milliseconds of the reactor's clock.
        let deadline: Int
        let consistency: Consistency?
    }

    /// Milliseconds of the reactor's clock.
    var now: Int { reactor.now }

    // MARK: Methods

    /// - Parameter coding: Of the body, as ``RequestBody/check(_:acceptsGzip:)`` gave it.
    func post(_ request: HTTPRequest, _ coding: ContentCoding, _ access: Access, _ exchange: Exchange) throws(RefusedRequest) {
        let arrival = try arrival(request, access, exchange)
        switch coding {
        case .identity: try run(try GraphQLBody.parse(request.body, batch: settings.batch), arrival)
        case .gzip:
            let (body, limit, batch) = (request.body, settings.body, settings.batch)
            // Always elsewhere: how long it becomes is known only afterwards.
            offload({ Result { () throws(RefusedRequest) in try GraphQLBody.parse(try RequestBody.decompressed(body, limit: limit), batch: batch) } }) { [self] result in
                guard exchange.connection.isOpen else { return exchange.clientGone() }
                do throws(RefusedRequest) {
                    guard let result = result as? Result<RequestContent, RefusedRequest> else { throw RefusedRequest(500, .internalError, "An internal error occurred.") }
                    try run(try result.get(), arrival)
                } catch {
                    exchange.refuse(error)
                }
            }
        }
    }

    func get(_ request: HTTPRequest, _ parameters: [QueryParameter], _ access: Access, _ exchange: Exchange) throws(RefusedRequest) {
        try run(try GraphQLBody.parse(parameters), try arrival(request, access, exchange))
    }

    private func arrival(_ request: HTTPRequest, _ access: Access, _ exchange: Exchange) throws(RefusedRequest) -> Arrival {
        Arrival(head: request, access: access, exchange: exchange, deadline: exchange.arrivedAt + settings.requestTimeout, consistency: try ConsistencyHeader.value(request))
    }

    private func run(_ content: RequestContent, _ arrival: Arrival) throws(RefusedRequest) {
        switch content {
        case .single(let parameters): try run(parameters, arrival)
        case .batch(let entries):
            // An array is no GraphQL response, so that it cannot go out as application/graphql-response+json.
            guard ResponseMedia.acceptsJSON(arrival.head) else { throw RefusedRequest(406, .badInput, "The answer to a batch is application/json, which the Accept field does not allow.") }
            arrival.exchange.media = .json
            run(entries, arrival)
        }
    }

    // MARK: One request

    private func run(_ parameters: RequestParameters, _ arrival: Arrival) throws(RefusedRequest) {
        let exchange = arrival.exchange
        let ticket = try start(parameters, arrival) { answer in
            exchange.answer(
                status: exchange.media.status(answer.outcome, cause: answer.cause), contentType: exchange.media.contentType, body: answer.body, observation: answer.observation
            ) { head in
                if answer.cause == .mutationMustNotBeSafe { head.add("allow", "POST") }
                if let seconds = answer.retryAfter { head.add("retry-after", String(seconds)) }
            }
        }
        guard !exchange.isAnswered, let ticket else { return }
        exchange.connection.clientGone = { [service] in
            service.cancel(ticket)
            exchange.clientGone()
        }
    }

    private func start(_ parameters: RequestParameters, _ arrival: Arrival, completion: @escaping (GraphQLAnswer) -> Void) throws(RefusedRequest) -> RequestTicket? {
        let rules = arrival.access.rules
        var request = try documents.request(parameters, rules: rules)
        request.receivedAt = arrival.exchange.startedAt
        request.isTraced = arrival.exchange.isTraced
        request.consistency = arrival.consistency
        arrival.exchange.recordOperation(request)
        return service.respond(to: request, access: arrival.access, deadline: arrival.deadline) { [documents] answer in
            if let limit = answer.observation.limit { arrival.exchange.hit(limit) }
            documents.answered(parameters, rules: rules, outcome: answer.outcome)
            completion(answer)
        }
    }

    // MARK: A batch

    private func run(_ entries: [Result<RequestParameters, RefusedRequest>], _ arrival: Arrival) {
        let exchange = arrival.exchange
        let batch = BatchRun(count: entries.count) { body, observation in
            exchange.answer(status: 200, contentType: ResponseMedia.json.contentType, body: body, observation: observation)
        }
        for (index, entry) in entries.enumerated() {
            do throws(RefusedRequest) {
                if let ticket = try start(try entry.get(), arrival, completion: { batch.answered(index, $0.body, $0.observation) }) { batch.started(ticket) }
            } catch {
                batch.answered(index, Exchange.errorBody(error.code, error.message))
            }
        }
        guard !exchange.isAnswered else { return }
        exchange.connection.clientGone = { [service] in
            for ticket in batch.abandon() { service.cancel(ticket) }
            exchange.clientGone()
        }
    }
}
