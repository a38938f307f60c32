import Glibc
import HTTPWire
import PorticoAccess
import PorticoGateway
import TLSTransport

/// From a request's head to who asks: credentials → claims → viewer and rules. One per worker.
final class Authenticator {
    typealias Answer = Result<Access, AuthenticationFailure>

    /// Requests that wait for one credential's verification; beyond it they are refused. Stands against a flood with one new token.
    static let mostWaiters = 10_000
    /// Milliseconds that a request waits for its token to be verified.
    static let patience = 5_000

    private let keys: KeyStore
    private let requirements: TokenRequirements
    private let apiKeys: APIKeyTable
    private let certificates: CertificateTable
    private let resolver: ViewerResolver
    /// Where tokens are verified that were not seen before.
    private let checks: OffloadQueue
    private let cache = CredentialCache<Identity>()
    /// The set of keys that the cached identities were verified by; with another one, all of them are verified anew.
    private var keyVersion = 0
    private var waiting: [Credential: [(Result<Identity, AuthenticationFailure>) -> Void]] = [:]

    init(keys: KeyStore, authentication: AuthenticationConfiguration, resolver: ViewerResolver, checks: OffloadQueue) {
        self.keys = keys
        requirements = authentication.requirements
        apiKeys = APIKeyTable(bindings: authentication.apiKeys)
        certificates = CertificateTable(bindings: authentication.certificates)
        self.resolver = resolver
        self.checks = checks
    }

    /// Answers within the call when everything that is needed is at hand, which is how nearly every request goes.
    /// - Parameter certificate: What the connection's client has presented. It counts where the request itself carries no credential.
    func authenticate(_ request: HTTPRequest, certificate: ClientCertificate? = nil, then: @escaping (Answer) -> Void) {
        forgetOldKeys()
        switch Self.credential(of: request) {
        case .failure(let failure): then(.failure(failure))
        case .success(nil):
            if let certificate, !certificates.isEmpty { return authenticate(certificate, then: then) }
            then(resolver.anonymous())
        case .success(let presented?):
            if let identity = presented.bytes.withUnsafeBytes({ cache.find(presented.kind, $0) }) {
                if !isExpired(identity) { return resolver.resolve(identity, then: then) }
                return then(.failure(.token(.expired)))
            }
            verify(Credential(kind: presented.kind, bytes: Array(presented.bytes))) { [resolver] result in
                switch result {
                case .success(let identity): resolver.resolve(identity, then: then)
                case .failure(let failure): then(.failure(failure))
                }
            }
        }
    }

    private func authenticate(_ certificate: ClientCertificate, then: @escaping (Answer) -> Void) {
        if let identity = certificate.sha256.withUnsafeBytes({ cache.find(.certificate, $0) }) { return resolver.resolve(identity, then: then) }
        guard let user = certificates.user(of: certificate) else { return then(.failure(.unknownCertificate)) }
        let identity = resolver.identity(TokenClaims(subject: user))
        cache.insert(Credential(kind: .certificate, bytes: certificate.sha256), identity)
        resolver.resolve(identity, then: then)
    }

    private func isExpired(_ identity: Identity) -> Bool {
        guard let end = identity.claims.expiresAt else { return false }
        return end + requirements.leeway <= WallClock.seconds()
    }

    private func forgetOldKeys() {
        let version = keys.version
        guard version != keyVersion else { return }
        keyVersion = version
        cache.removeAll()
    }

    // MARK: Credentials

    /// A credential where it stands in the request.
    struct Presented {
        var kind: Credential.Kind
        var bytes: ArraySlice<UInt8>
    }

    /// The one credential of a request, or `nil` without any. Two of them are refused: it would be left to chance which one counts.
    static func credential(of request: HTTPRequest) -> Result<Presented?, AuthenticationFailure> {
        let authorization = request.header("authorization"), apiKey = request.header("x-api-key")
        if authorization == nil, apiKey == nil { return .success(nil) }
        if authorization != nil, apiKey != nil { return .failure(.malformedCredentials("Send either Authorization or X-API-Key, not both.")) }
        guard request.headerCount("authorization") <= 1, request.headerCount("x-api-key") <= 1 else {
            return .failure(.malformedCredentials("There are several credentials in this request; send one."))
        }
        if let apiKey { return apiKey.isEmpty ? .failure(.unknownAPIKey) : .success(Presented(kind: .apiKey, bytes: apiKey)) }
        guard let authorization, let token = bearerToken(authorization) else {
            return .failure(.malformedCredentials("Expected the Authorization field as \"Bearer TOKEN\"."))
        }
        return .success(Presented(kind: .bearer, bytes: token))
    }

    /// What stands behind `Bearer` (RFC 6750, section 2.1; the name of a scheme is case-insensitive).
    private static func bearerToken(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme: StaticString = "bearer"
        let length = scheme.utf8CodeUnitCount
        guard field.count > length + 1 else { return nil }
        for index in 0..<length where field[field.startIndex + index] | 0x20 != scheme.utf8Start[index] { return nil }
        var token = field[(field.startIndex + length)...]
        guard token.first == 0x20 else { return nil }
        while token.first == 0x20 { token = token.dropFirst() }
        let isOne = token.withUnsafeBytes { bytes in bytes.baseAddress.map { memchr($0, 0x20, bytes.count) == nil } ?? false }
        return isOne && !token.isEmpty ? token : nil
    }

    // MARK: Verification

    private func verify(_ credential: Credential, then: @escaping (Result<Identity, AuthenticationFailure>) -> Void) {
        if let failure = cache.rejection(of: credential, now: WallClock.seconds()) { return then(.failure(failure)) }
        switch credential.kind {
        case .apiKey:
            guard let user = apiKeys.user(of: credential.bytes) else { return finish(credential, .failure(.unknownAPIKey), then) }
            finish(credential, .success(TokenClaims(subject: user)), then)
        // It is never read from a request: see `authenticate(_:then:)`.
        case .certificate: then(.failure(.unknownCertificate))
        case .bearer:
            if let others = waiting[credential] {
                guard others.count < Self.mostWaiters else { return then(.failure(.tooManyTokens)) }
                waiting[credential]?.append(then)
                return
            }
            waiting[credential] = [then]
            let (verifier, version) = (TokenVerifier(keys: keys.current, requirements: requirements), keys.version)
            // Whose it is shows only afterwards, so that all of them wait in one line.
            let owner = OffloadQueue.Owner(lane: 0, deadline: checks.now + Self.patience)
            checks.run(bytes: credential.bytes.count, for: owner, { await verifier.verify(credential.bytes, now: WallClock.seconds()) }) { [self] outcome in
                let waiters = waiting.removeValue(forKey: credential) ?? []
                guard case .done(let verified) = outcome else {
                    for waiter in waiters { waiter(.failure(.tooManyTokens)) }
                    return
                }
                finish(credential, verified.mapError { .token($0) }, keeps: version == keys.version) { answer in
                    for waiter in waiters { waiter(answer) }
                }
            }
        }
    }

    private func finish(
        _ credential: Credential, _ result: Result<TokenClaims, AuthenticationFailure>, keeps: Bool = true, _ then: (Result<Identity, AuthenticationFailure>) -> Void
    ) {
        switch result {
        case .success(let claims):
            let identity = resolver.identity(claims)
            if keeps { cache.insert(credential, identity) }
            then(.success(identity))
        case .failure(let failure):
            if keeps { cache.reject(credential, failure, now: WallClock.seconds()) }
            then(.failure(failure))
        }
    }
}
