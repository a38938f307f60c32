import HTTPWire
import JSONBytes
import PorticoGateway
import SocketLoop
import TLSTransport
import Testing
@testable import PorticoServer

/// Answers GraphQL requests as a test wants, and remembers them.
final class ScriptedService: GraphQLService {
    var outcome = GatewayResponse.Outcome.data
    var cause: GatewayResponse.Cause?
    var observation = RequestObservation()
    /// When set, answers wait for ``release(inReverse:)``.
    var holds = false
    /// Whether an answer's data is the document.
    var answersWithQuery = false
    /// Spaces in an answer.
    var padding = 0
    private(set) var requests: [(request: GraphQLRequest, access: Access, deadline: Int)] = []
    private var held: [() -> Void] = []

    func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GraphQLAnswer) -> Void
    ) -> RequestTicket? {
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
            completion(GraphQLAnswer(body: body, outcome: outcome, cause: cause, observation: observation))
        }
        if holds { held.append(answer) } else { answer() }
        return nil
    }

    func cancel(_ ticket: RequestTicket) {}

    func release(inReverse: Bool = false) {
        let all = inReverse ? held.reversed() : held
        held = []
        for answer in all { answer() }
    }
}

/// A whole worker but for the gateway: router, authentication, directory, log, over real sockets.
final class Office {
    let desk: Desk
    let service = ScriptedService()
    let admission = Admission()
    /// Nanoseconds; a test moves it.
    var admissionClock = 1
    let keys: KeyStore
    let refresher: KeyRefresher?
    let router: Deferred
    let loopback: Loopback
    let checks: OffloadQueue
    let offloading: OffloadQueue
    let compressing: OffloadQueue

    /// A handler that is made after the listener, because both need the reactor.
    final class Deferred: HTTPHandler {
        var handler: (any HTTPHandler)!
        func decide(on head: HTTPRequest, _ connection: HTTPConnection) { handler.decide(on: head, connection) }
        func handle(_ request: HTTPRequest, on connection: HTTPConnection) { handler.handle(request, on: connection) }
        func response(to failure: HTTPFailure) -> HTTPResponse { handler.response(to: failure) }
    }

    /// A log that nobody reads.
    private static let nowhere = LogWriter(descriptor: -1)

    init(
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
        let surface = HTTPSurface(
            cors: configuration.cors.map { CORSPolicy($0) },
            compression: configuration.compression
                ? ResponseCompression(queue: compressing, answers: loopback.answers) : nil,
            metrics: admitsToMetrics.map { admits in
                MetricsEndpoint(metrics: ServerMetrics(), admits: { _ in admits }, offload: offload)
            })
        router.handler = Router(
            authenticator: authenticator, endpoint: endpoint, readiness: readiness, log: log, surface: surface)
    }

    static func office(
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
    func post(
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

    func get(_ target: String, method: String = "GET", fields: String = "") throws -> Answer {
        try loopback.exchange("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
    }

    /// A token that is good now.
    static func token(_ user: String, _ members: String = "") -> String {
        "Bearer " + Tokens.hmac(payload: Tokens.payload(members, sub: user, exp: WallClock.seconds() + 60))
    }
}

/// The code of an answer's first error.
func code(_ answer: Answer) throws -> String? {
    guard case .array(let errors)? = try parseJSON(Array(answer.body.utf8))["errors"],
        case .string(let code)? = errors.first?["extensions"]?["code"]
    else { return nil }
    return code
}
