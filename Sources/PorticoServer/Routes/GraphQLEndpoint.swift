import Gzip
import HTTPWire
import JSONBytes
import PorticoGateway
import SocketLoop

/// Answers GraphQL requests over HTTP, one by one or in batches, once their sender is known. One
/// per worker.
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
        /// Bytes of a body, or of a GET's parameters, above which they are read beside the loop.
        var largeRequest: Int

        init(_ configuration: GatewayConfiguration) {
            requestTimeout = configuration.limits[.requestTimeout]
            batch = configuration.limits[.batch]
            body = configuration.limits[.body]
            acceptsGzip = configuration.compression
            largeRequest = GatewaySettings.largeRequest
        }
    }

    let settings: Settings
    private let reactor: Reactor
    private let service: any GraphQLService
    private let documents: DocumentLookup
    private let offloading: OffloadQueue
    private let answers: ByteBudget
    /// `nil` where nobody's requests are explained.
    private let explaining: AccessExtension?

    init(
        reactor: Reactor, service: any GraphQLService, documents: DocumentLookup, settings: Settings,
        offloading: OffloadQueue, answers: ByteBudget,
        explaining: AccessExtension? = nil
    ) {
        self.reactor = reactor
        self.service = service
        self.documents = documents
        self.settings = settings
        self.offloading = offloading
        self.answers = answers
        self.explaining = explaining
    }

    /// What the requests of one HTTP request have in common.
    private struct Arrival {
        let head: HTTPRequest
        let access: Access
        let exchange: Exchange
        /// Milliseconds of the reactor's clock.
        let deadline: Int
        let consistency: Consistency?
        let explanation: RequestExplanation?
    }

    /// What one request has of the body that it came in.
    private struct Share {
        let isLarge: Bool
        let bytes: Int
        /// The requests of a batch wait for a turn each, so that a thousand of them are not one.
        let hasHadTurn: Bool

        init(_ largeBytes: Int?, of count: Int) {
            isLarge = largeBytes != nil
            bytes = (largeBytes ?? 0) / max(1, count)
            hasHadTurn = isLarge && count == 1
        }
    }

    /// Milliseconds of the reactor's clock.
    var now: Int { reactor.now }

    // MARK: Methods

    /// Refuses what would be refused whatever the body says, before it is read; nothing is counted
    /// where it is let through.
    /// - Returns: Whether it was refused.
    func refuses(_ access: Access, _ exchange: () -> Exchange) -> Bool {
        guard let answer = service.refusal(of: access) else { return false }
        let exchange = exchange()
        if let limit = answer.observation.limit { exchange.hit(limit) }
        send(answer, exchange)
        return true
    }

    /// - Parameter coding: Of the body, as ``RequestBody/check(_:acceptsGzip:)`` gave it.
    func post(
        _ request: HTTPRequest, _ coding: ContentCoding, _ access: Access, _ exchange: Exchange
    ) throws(RefusedRequest) {
        let arrival = try arrival(request, access, exchange)
        let (body, limit, batch, documentBytes) = (
            request.body, settings.body, settings.batch, access.rules.limits[.documentBytes]
        )
        switch coding {
        case .identity where body.count <= settings.largeRequest:
            let content = try GraphQLBody.parse(body, batch: batch, documentBytes: documentBytes)
            exchange.connection.releaseBody()
            try run(content, arrival)
        case .identity:
            readElsewhere(arrival, bytes: body.count) { () throws(RefusedRequest) in
                ReadRequest(try GraphQLBody.parse(body, batch: batch, documentBytes: documentBytes), bytes: body.count)
            }
        case .gzip:
            // Always: how long it becomes is known only afterwards.
            readElsewhere(arrival, bytes: body.count) { () throws(RefusedRequest) in
                let plain = try RequestBody.decompressed(body, limit: limit)
                return ReadRequest(
                    try GraphQLBody.parse(plain, batch: batch, documentBytes: documentBytes), bytes: plain.count)
            }
        }
    }

    func get(
        _ request: HTTPRequest, _ parameters: [QueryParameter], _ access: Access, _ exchange: Exchange
    ) throws(RefusedRequest) {
        let arrival = try arrival(request, access, exchange)
        let documentBytes = access.rules.limits[.documentBytes],
            bytes = parameters.reduce(0) { $0 + $1.value.utf8.count }
        guard bytes > settings.largeRequest else {
            return try run(.single(try GraphQLBody.parse(parameters, documentBytes: documentBytes)), arrival)
        }
        readElsewhere(arrival, bytes: bytes) { () throws(RefusedRequest) in
            ReadRequest(.single(try GraphQLBody.parse(parameters, documentBytes: documentBytes)), bytes: bytes)
        }
    }

    private func arrival(
        _ request: HTTPRequest, _ access: Access, _ exchange: Exchange
    ) throws(RefusedRequest) -> Arrival {
        // Without the body, which is not needed for as long as the request is answered.
        Arrival(
            head: request.withoutBody, access: access, exchange: exchange,
            deadline: exchange.arrivedAt + settings.requestTimeout, consistency: try ConsistencyHeader.value(request),
            explanation: explaining?.explanation(request, access))
    }

    // MARK: Large requests

    /// What was read beside the loop.
    private struct ReadRequest: Sendable {
        let content: RequestContent
        /// Without any coding.
        let bytes: Int

        init(_ content: RequestContent, bytes: Int) {
            self.content = content
            self.bytes = bytes
        }
    }

    private func readElsewhere(
        _ arrival: Arrival, bytes: Int, _ read: @escaping @Sendable () throws(RefusedRequest) -> ReadRequest
    ) {
        let exchange = arrival.exchange
        let owner = OffloadQueue.Owner(lane: arrival.access.viewer.fairnessKey, deadline: arrival.deadline) {
            exchange.connection.isOpen
        }
        // From now on the body counts in that queue's bytes.
        exchange.connection.releaseBody()
        offloading.run(bytes: bytes, for: owner, { Result { () throws(RefusedRequest) in try read() } }) {
            [self] outcome in
            guard exchange.connection.isOpen else { return exchange.clientGone() }
            do throws(RefusedRequest) {
                let read = try Self.read(outcome)
                try run(read.content, arrival, largeBytes: read.bytes > settings.largeRequest ? read.bytes : nil)
            } catch {
                exchange.refuse(error)
            }
        }
    }

    private static func read(
        _ outcome: OffloadQueue.Outcome<Result<ReadRequest, RefusedRequest>>
    ) throws(RefusedRequest) -> ReadRequest {
        switch outcome {
        case .done(let result): return try result.get()
        case .expired: throw RefusedRequest(.timeout, "The request took longer than it may. Send less, or try again.")
        case .full: throw RefusedRequest(503, .unavailable, OffloadQueue.busyMessage, limit: .largeRequestBytes)
        case .dropped: throw RefusedRequest(500, .internalError, "An internal error occurred.")
        }
    }

    /// - Parameter largeBytes: Of a large request, which was read beside the loop; `nil` for
    ///   others.
    private func run(_ content: RequestContent, _ arrival: Arrival, largeBytes: Int? = nil) throws(RefusedRequest) {
        switch content {
        case .single(let parameters): try run(parameters, arrival, Share(largeBytes, of: 1))
        case .batch(let entries):
            // An array is no GraphQL response, so that it cannot go out as
            // application/graphql-response+json.
            guard ResponseMedia.acceptsJSON(arrival.head) else {
                throw RefusedRequest(
                    406, .badInput, "The answer to a batch is application/json, which the Accept field does not allow.")
            }
            arrival.exchange.media = .json
            run(entries, arrival, Share(largeBytes, of: entries.count))
        }
    }

    // MARK: One request

    private func run(_ parameters: RequestParameters, _ arrival: Arrival, _ share: Share) throws(RefusedRequest) {
        let exchange = arrival.exchange
        let ticket = try start(parameters, arrival, share) { [self] answer in send(answer, exchange) }
        guard !exchange.isAnswered, let ticket else { return }
        exchange.connection.clientGone = { [service] in
            service.cancel(ticket)
            exchange.clientGone()
        }
    }

    private func send(_ answer: GraphQLAnswer, _ exchange: Exchange) {
        exchange.answer(
            status: exchange.media.status(answer.outcome, cause: answer.cause), contentType: exchange.media.contentType,
            body: answer.body, observation: answer.observation
        ) { head in
            if answer.cause == .mutationMustNotBeSafe { head.add("allow", "POST") }
            if let seconds = answer.retryAfter { head.add("retry-after", String(seconds)) }
        }
    }

    private func start(
        _ parameters: RequestParameters, _ arrival: Arrival, _ share: Share,
        completion: @escaping (GraphQLAnswer) -> Void
    ) throws(RefusedRequest) -> RequestTicket? {
        let access = arrival.access
        var request = try documents.request(parameters, access: access)
        request.receivedAt = arrival.exchange.startedAt
        request.isTraced = arrival.exchange.isTraced
        request.consistency = arrival.consistency
        arrival.exchange.recordOperation(request)
        request.isLarge = share.isLarge
        request.bytes = share.bytes
        request.hasHadTurn = share.hasHadTurn
        return service.respond(to: request, access: arrival.access, deadline: arrival.deadline) {
            [self, documents, request] answer in
            if let limit = answer.observation.limit { arrival.exchange.hit(limit) }
            documents.answered(parameters, access: access, outcome: answer.outcome)
            guard let explanation = arrival.explanation else { return completion(answer) }
            explain(request, by: explanation, arrival, answer, completion)
        }
    }

    /// Reads the operation once more, beside the loop; an answer that there is no room or time to
    /// explain goes out as it is.
    private func explain(
        _ request: GraphQLRequest, by explanation: RequestExplanation, _ arrival: Arrival, _ answer: GraphQLAnswer,
        _ completion: @escaping (GraphQLAnswer) -> Void
    ) {
        let exchange = arrival.exchange
        let owner = OffloadQueue.Owner(lane: arrival.access.viewer.fairnessKey, deadline: arrival.deadline) {
            exchange.connection.isOpen
        }
        offloading.run(bytes: request.query.count, for: owner, { explanation.bytes(request) }) { outcome in
            guard exchange.connection.isOpen else { return exchange.clientGone() }
            if case .done(let bytes?) = outcome { RequestExplanation.add(bytes, to: answer.body) }
            completion(answer)
        }
    }

    // MARK: A batch

    private func run(_ entries: [Result<RequestParameters, RefusedRequest>], _ arrival: Arrival, _ share: Share) {
        let exchange = arrival.exchange
        let batch = BatchRun(
            count: entries.count, answers: answers,
            nextTurn: { [reactor] work in _ = reactor.after(milliseconds: 0) { work() } }
        ) { body, observation in
            exchange.answer(
                status: 200, contentType: ResponseMedia.json.contentType, body: body, observation: observation)
        }
        for (index, entry) in entries.enumerated() {
            do throws(RefusedRequest) {
                if let ticket = try start(
                    try entry.get(), arrival, share, completion: { batch.answered(index, $0.body, $0.observation) })
                {
                    batch.started(ticket)
                }
            } catch {
                batch.answered(index, Exchange.errorBody(error.code, error.message, limit: error.limit?.rawValue))
            }
        }
        guard !exchange.isAnswered else { return }
        exchange.connection.clientGone = { [service] in
            for ticket in batch.abandon() { service.cancel(ticket) }
            exchange.clientGone()
        }
    }
}
