import HTTPWire
import JSONBytes
import PorticoConfiguration
import PorticoGateway
import PorticoHTTP
import PorticoIdentity
import PorticoTelemetry
import SocketLoop
import TLSTransport
import TestIdentity
import Testing

/// Answers GraphQL requests as a test wants, and remembers them.
package final class ScriptedService: GraphQLService {
    package var outcome = GatewayResponse.Outcome.data
    package var cause: GatewayResponse.Cause?
    package var observation = RequestObservation()
    /// When set, answers wait for ``release(inReverse:)``.
    package var holds = false
    /// Whether an answer's data is the document.
    package var answersWithQuery = false
    /// Spaces in an answer.
    package var padding = 0
    package private(set) var requests: [(request: GraphQLRequest, access: Access, deadline: Int)] = []
    private var held: [() -> Void] = []

    package init() {}

    package func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle? {
        requests.append((request, access, deadline))
        let answer = { [outcome, cause, observation, answersWithQuery, padding] in
            let body = ResponseBuffer()
            if answersWithQuery {
                body.append("{\"data\":")
                body.appendJSONString(String(decoding: request.query, as: UTF8.self))
            } else {
                body.append("{\"data\":{}")
            }
            body.append([UInt8](repeating: 0x20, count: padding))
            body.append("}")
            completion(GatewayResponse(buffer: body, outcome: outcome, cause: cause, observation: observation))
        }
        if holds { held.append(answer) } else { answer() }
        return nil
    }

    package func cancel(_ handle: RequestHandle) {}

    package func release(inReverse: Bool = false) {
        let all = inReverse ? held.reversed() : held
        held = []
        for answer in all { answer() }
    }
}

/// A whole worker but for the gateway: router, authentication, directory, log, over real sockets.
package final class Office {
    package let desk: Desk
    package let service = ScriptedService()
    package let admission = Admission()
    /// Nanoseconds; a test moves it.
    package var admissionClock = 1
    package let keys: KeyStore
    package let refresher: KeyRefresher?
    let router: Deferred
    package let loopback: Loopback
    package let checks: OffloadQueue
    package let offloading: OffloadQueue
    package let compressing: OffloadQueue

    /// A handler that is made after the listener, because both need the reactor.
    package final class Deferred: HTTPHandler {
        package var handler: (any HTTPHandler)!
        package func decide(on head: HTTPRequest, _ sink: ResponseSink) { handler.decide(on: head, sink) }
        package func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
            handler.handle(request, sink)
        }
        package func response(to failure: HTTPFailure) -> HTTPResponse { handler.response(to: failure) }
    }

    /// A log without a reader.
    private static let nowhere = LogWriter(descriptor: -1)

    package init(
        keys all: [TokenKey], log logging: LoggingConfiguration = LoggingConfiguration(), logWriter: LogWriter? = nil,
        apiKeys: [APIKeyBinding] = [],
        certificates: [CertificateBinding] = [], tls: TLSSettings? = nil, migrations: Set<String> = [],
        documents: TrustedDocuments = .none, admitsToMetrics: Bool? = nil, hasAllKeys: Bool = true,
        reading: (@Sendable () async -> Result<KeySet, KeyFailure>)? = nil,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        desk = try Desk()
        let store = KeyStore(try KeySet(all), isComplete: hasAllKeys)
        keys = store
        refresher = reading.map { KeyRefresher(store: store, pause: 30_000, report: { _ in }, load: $0) }
        router = Deferred()
        var configuration = GatewayConfiguration()
        change(&configuration)
        loopback = try Loopback(router, tls: tls) { [limits = configuration.limits] in $0 = limits }
        let offload: Offload = { [unowned loopback] work, then in loopback.launch(work, then) }
        var authentication = AuthenticationConfiguration()
        authentication.apiKeys = apiKeys
        authentication.certificates = certificates
        checks = OffloadQueue(reactor: loopback.reactor, limits: configuration.limits.tokenChecking, offload: offload)
        let authenticator = Authenticator(
            keys: keys, authentication: authentication, resolver: desk.resolver,
            checks: checks,
            readings: refresher.map { [loopback] in
                (
                    OffloadQueue(
                        reactor: loopback.reactor, limits: .init(running: 1_000, waiting: 1_000, bytes: .max),
                        offload: offload), $0
                )
            },
            clock: { [unowned desk] in desk.now })
        let log = RequestLog(reactor: loopback.reactor, configuration: logging, writer: logWriter ?? Self.nowhere)
        let readiness = Readiness(
            expected: migrations, source: desk.source, clock: { [unowned desk] in desk.now },
            keysAreKnown: { store.isComplete })
        offloading = OffloadQueue(reactor: loopback.reactor, limits: configuration.limits.offloading, offload: offload)
        compressing = OffloadQueue(
            reactor: loopback.reactor, limits: configuration.limits.compressing, offload: offload)
        let endpoint = GraphQLEndpoint(
            reactor: loopback.reactor,
            service: AdmittingService(service, admission: admission, clock: { [unowned self] in admissionClock }),
            documents: DocumentLookup(
                trusted: DocumentStore(documents), configuration: configuration.documents, limits: configuration.limits),
            settings: GraphQLEndpoint.Settings(configuration), offloading: offloading, answers: loopback.answers)
        let surface = ResponsePolicy(
            cors: configuration.cors.map { CORSPolicy($0) },
            compression: configuration.compression
                ? ResponseCompression(queue: compressing, answers: loopback.answers) : nil,
            metrics: admitsToMetrics.map { admits in
                MetricsEndpoint(metrics: ServerMetrics(), admits: { _ in admits }, offload: offload)
            })
        router.handler = Router(
            authenticator: authenticator, endpoint: endpoint, readiness: readiness, log: log, surface: surface)
    }

    package static func office(
        log: LoggingConfiguration = LoggingConfiguration(), logWriter: LogWriter? = nil, apiKeys: [APIKeyBinding] = [],
        migrations: Set<String> = [],
        documents: TrustedDocuments = .none, admitsToMetrics: Bool? = nil,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws -> Office {
        try Office(
            keys: [try await key()], log: log, logWriter: logWriter, apiKeys: apiKeys, migrations: migrations,
            documents: documents, admitsToMetrics: admitsToMetrics, change)
    }

    /// A POST to /graphql; `nil` leaves a field out.
    package func post(
        _ body: String = #"{"query":"{ apiVersion }"}"#, accept: String? = nil,
        contentType: String? = "application/json", authorization: String? = nil, fields: String = "",
        on client: Client? = nil
    ) throws -> Answer {
        var head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n"
        if let accept { head += "Accept: \(accept)\r\n" }
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        if let authorization { head += "Authorization: \(authorization)\r\n" }
        return try loopback.exchange(head + fields + "\r\n" + body, on: client)
    }

    package func get(_ target: String, method: String = "GET", fields: String = "") throws -> Answer {
        try loopback.exchange("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
    }

    /// A token that is good now.
    package static func token(_ user: String, _ members: String = "") -> String {
        "Bearer " + Tokens.hmac(payload: Tokens.payload(members, sub: user, exp: WallClock.seconds() + 60))
    }
}

/// The code of an answer's first error.
package func code(_ answer: Answer) throws -> String? {
    guard case .array(let errors)? = try parseJSON(Array(answer.body.utf8))["errors"],
        case .string(let code)? = errors.first?["extensions"]?["code"]
    else { return nil }
    return code
}
