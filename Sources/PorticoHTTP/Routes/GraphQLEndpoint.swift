import Gzip
import HTTPWire
import JSONBytes
import PorticoConfiguration
import PorticoGateway
import PorticoIdentity
import SocketLoop

/// Answers authenticated GraphQL requests over HTTP, single or in batches. One per worker.
package final class GraphQLEndpoint {
    package struct Settings {
        /// Milliseconds until a request is answered TIMEOUT.
        var requestTimeout: Int
        /// Requests of one batch; 0 refuses batches.
        var batch: Int
        /// Bytes of a body after its content coding is removed.
        var body: Int
        /// Whether gzip bodies are accepted.
        var acceptsGzip: Bool
        /// Bytes of a body, or of a GET's parameters, above which they are read off the loop.
        var largeRequest: Int

        package init(_ configuration: GatewayConfiguration) {
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
    /// `nil` if explanations are disabled.
    private let explaining: AccessExtension?

    package init(
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

    /// What the GraphQL requests of one HTTP request share.
    private struct Arrival {
        let head: HTTPRequest
        let access: Access
        let context: RequestContext
        /// Milliseconds of the reactor's clock.
        let deadline: Int
        let consistency: Consistency?
        let explanation: RequestExplanation?
    }

    /// One GraphQL request's share of its body.
    private struct Share {
        let isLarge: Bool
        let bytes: Int
        /// Requests of a batch are admitted one by one: a thousand of them must not count as one.
        let isAdmitted: Bool

        init(_ largeBytes: Int?, of count: Int) {
            isLarge = largeBytes != nil
            bytes = (largeBytes ?? 0) / max(1, count)
            isAdmitted = isLarge && count == 1
        }
    }

    /// Milliseconds of the reactor's clock.
    var now: Int { reactor.now }

    // MARK: Methods

    /// Refuses, before the body is read, what would be refused with any body. Counts nothing
    /// otherwise.
    /// - Returns: Whether it was refused.
    func refuses(_ access: Access, _ context: () -> RequestContext) -> Bool {
        guard let answer = service.refusal(of: access) else { return false }
        let context = context()
        if let limit = answer.observation.limit { context.hit(limit) }
        send(answer, context)
        return true
    }

    /// - Parameter coding: The body's, as ``RequestBody/check(_:acceptsGzip:)`` returned it.
    func post(
        _ request: HTTPRequest, _ coding: ContentCoding, _ access: Access, _ context: RequestContext
    ) throws(RefusedRequest) {
        let arrival = try arrival(request, access, context)
        let (body, limit, batch, documentBytes) = (
            request.body, settings.body, settings.batch, access.rules.limits[.documentBytes]
        )
        switch coding {
        case .identity where body.count <= settings.largeRequest:
            let content = try GraphQLBody.parse(body, batch: batch, documentBytes: documentBytes)
            context.connection.releaseBody()
            try run(content, arrival)
        case .identity:
            readElsewhere(arrival, bytes: body.count) { () throws(RefusedRequest) in
                ReadRequest(try GraphQLBody.parse(body, batch: batch, documentBytes: documentBytes), bytes: body.count)
            }
        case .gzip:
            // Always off the loop: its decompressed length is not known in advance.
            readElsewhere(arrival, bytes: body.count) { () throws(RefusedRequest) in
                let plain = try RequestBody.decompressed(body, limit: limit)
                return ReadRequest(
                    try GraphQLBody.parse(plain, batch: batch, documentBytes: documentBytes), bytes: plain.count)
            }
        }
    }

    func get(
        _ request: HTTPRequest, _ parameters: [QueryParameter], _ access: Access, _ context: RequestContext
    ) throws(RefusedRequest) {
        let arrival = try arrival(request, access, context)
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
        _ request: HTTPRequest, _ access: Access, _ context: RequestContext
    ) throws(RefusedRequest) -> Arrival {
        // Without the body, which need not stay in memory until the answer.
        Arrival(
            head: request.withoutBody, access: access, context: context,
            deadline: context.arrivedAt + settings.requestTimeout, consistency: try ConsistencyHeader.value(request),
            explanation: explaining?.explanation(request, access))
    }

    // MARK: Large requests

    /// What was read off the loop.
    private struct ReadRequest: Sendable {
        let content: RequestContent
        /// Of the decoded body.
        let bytes: Int

        init(_ content: RequestContent, bytes: Int) {
            self.content = content
            self.bytes = bytes
        }
    }

    private func readElsewhere(
        _ arrival: Arrival, bytes: Int, _ read: @escaping @Sendable () throws(RefusedRequest) -> ReadRequest
    ) {
        let context = arrival.context
        let owner = OffloadQueue.Owner(lane: arrival.access.viewer.fairnessKey, deadline: arrival.deadline) {
            context.connection.isOpen
        }
        // From now on the body counts in the queue's bytes.
        context.connection.releaseBody()
        offloading.run(bytes: bytes, for: owner, { Result { () throws(RefusedRequest) in try read() } }) {
            [self] outcome in
            guard context.connection.isOpen else { return context.clientGone() }
            do throws(RefusedRequest) {
                let read = try Self.read(outcome)
                try run(read.content, arrival, largeBytes: read.bytes > settings.largeRequest ? read.bytes : nil)
            } catch {
                context.refuse(error)
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

    /// - Parameter largeBytes: Of a large request, read off the loop; `nil` for others.
    private func run(_ content: RequestContent, _ arrival: Arrival, largeBytes: Int? = nil) throws(RefusedRequest) {
        switch content {
        case .single(let parameters): try run(parameters, arrival, Share(largeBytes, of: 1))
        case .batch(let entries):
            // An array is not a GraphQL response, so application/graphql-response+json does not
            // fit.
            guard ResponseMedia.acceptsJSON(arrival.head) else {
                throw RefusedRequest(
                    406, .badInput, "The answer to a batch is application/json, which the Accept field does not allow.")
            }
            arrival.context.media = .json
            run(entries, arrival, Share(largeBytes, of: entries.count))
        }
    }

    // MARK: One request

    private func run(_ parameters: RequestParameters, _ arrival: Arrival, _ share: Share) throws(RefusedRequest) {
        let context = arrival.context
        let handle = try start(parameters, arrival, share) { [self] answer in send(answer, context) }
        guard !context.isAnswered, let handle else { return }
        context.sink.onClose { [service] in
            service.cancel(handle)
            context.clientGone()
        }
    }

    private func send(_ answer: GatewayResponse, _ context: RequestContext) {
        context.answer(
            status: context.media.status(answer.outcome, cause: answer.cause), contentType: context.media.contentType,
            body: answer.buffer, observation: answer.observation
        ) { head in
            if answer.cause == .mutationMustNotBeSafe { head.add("allow", "POST") }
            if let seconds = answer.retryAfter { head.add("retry-after", String(seconds)) }
        }
    }

    private func start(
        _ parameters: RequestParameters, _ arrival: Arrival, _ share: Share,
        completion: @escaping (GatewayResponse) -> Void
    ) throws(RefusedRequest) -> RequestHandle? {
        let access = arrival.access
        var request = try documents.request(parameters, access: access)
        request.receivedAt = arrival.context.startedAt
        request.isTraced = arrival.context.isTraced
        request.consistency = arrival.consistency
        arrival.context.recordOperation(request)
        request.isLarge = share.isLarge
        request.bytes = share.bytes
        request.isAdmitted = share.isAdmitted
        return service.respond(to: request, access: arrival.access, deadline: arrival.deadline) {
            [self, documents, request] answer in
            if let limit = answer.observation.limit { arrival.context.hit(limit) }
            documents.answered(parameters, access: access, outcome: answer.outcome)
            guard let explanation = arrival.explanation else { return completion(answer) }
            explain(request, by: explanation, arrival, answer, completion)
        }
    }

    /// Reads the operation again, off the loop. Without room or time, the answer is sent
    /// unexplained.
    private func explain(
        _ request: GraphQLRequest, by explanation: RequestExplanation, _ arrival: Arrival, _ answer: GatewayResponse,
        _ completion: @escaping (GatewayResponse) -> Void
    ) {
        let context = arrival.context
        let owner = OffloadQueue.Owner(lane: arrival.access.viewer.fairnessKey, deadline: arrival.deadline) {
            context.connection.isOpen
        }
        offloading.run(bytes: request.query.count, for: owner, { explanation.bytes(request) }) { outcome in
            guard context.connection.isOpen else { return context.clientGone() }
            if case .done(let bytes?) = outcome { RequestExplanation.add(bytes, to: answer.buffer) }
            completion(answer)
        }
    }

    // MARK: A batch

    private func run(_ entries: [Result<RequestParameters, RefusedRequest>], _ arrival: Arrival, _ share: Share) {
        let context = arrival.context
        let batch = BatchRun(
            count: entries.count, answers: answers,
            nextTurn: { [reactor] work in _ = reactor.after(milliseconds: 0) { work() } }
        ) { body, observation in
            context.answer(
                status: 200, contentType: ResponseMedia.json.contentType, body: body, observation: observation)
        }
        for (index, entry) in entries.enumerated() {
            do throws(RefusedRequest) {
                if let handle = try start(
                    try entry.get(), arrival, share, completion: { batch.answered(index, $0.buffer, $0.observation) })
                {
                    batch.started(handle)
                }
            } catch {
                batch.answered(index, error.body)
            }
        }
        guard !context.isAnswered else { return }
        context.sink.onClose { [service] in
            for handle in batch.abandon() { service.cancel(handle) }
            context.clientGone()
        }
    }
}
