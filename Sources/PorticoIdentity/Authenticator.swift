import Glibc
import HTTPWire
import PorticoAccess
import PorticoConfiguration
import PorticoGateway
import SocketLoop
import TLSTransport

/// Authenticates requests: credentials → claims → viewer and rules. One per worker.
package final class Authenticator {
    package typealias Answer = Result<Access, AuthenticationFailure>

    /// Requests that wait for the verification of one credential; further ones are refused. Guards
    /// against a flood with one new token.
    static let mostWaiters = 10_000
    /// Milliseconds that a request waits for its token's verification, and for reading its key.
    static let patience = 5_000
    /// Requests that wait for keys to be read at a time; beyond it, those that name an unknown key
    /// are refused at once. Guards against a flood of made-up names.
    package static let mostKeyWaiters = 1_000

    private let keys: KeyStore
    private let latest: Latest<KeySet>
    private let requirements: TokenRequirements
    private let apiKeys: APIKeyTable
    private let certificates: CertificateTable
    private let resolver: ViewerResolver
    /// Verifies new tokens.
    private let checks: OffloadQueue
    /// Where requests wait for keys to be read; `nil` without a JWKS.
    private let readings: (queue: OffloadQueue, refresher: KeyRefresher)?
    /// Milliseconds of a clock that all workers share.
    private let clock: () -> Int
    private var lanes = TokenLanes()
    private let cache = CredentialCache<Identity>()
    /// The keys that verified the cached identities; those of removed keys are evicted.
    private var keyVersion: Int
    private var waiting: [Credential: [(Result<Identity, AuthenticationFailure>) -> Void]] = [:]

    package init(
        keys: KeyStore, authentication: AuthenticationConfiguration, resolver: ViewerResolver, checks: OffloadQueue,
        readings: (queue: OffloadQueue, refresher: KeyRefresher)? = nil,
        clock: @escaping () -> Int = { MonotonicClock.nanoseconds() / 1_000_000 }
    ) {
        self.keys = keys
        latest = Latest(keys.published)
        keyVersion = keys.version
        self.readings = readings
        self.clock = clock
        requirements = authentication.requirements
        apiKeys = APIKeyTable(bindings: authentication.apiKeys)
        certificates = CertificateTable(bindings: authentication.certificates)
        self.resolver = resolver
        self.checks = checks
    }

    /// Answers within the call when everything needed is cached, as for nearly every request.
    /// - Parameters:
    ///   - certificate: The client's certificate, used if the request itself carries no credential.
    ///   - peer: The remote address; called only if a token has to be verified.
    package func authenticate(
        _ request: HTTPRequest, certificate: ClientCertificate? = nil, peer: () -> Peer? = { nil },
        then: @escaping (Answer) -> Void
    ) {
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
            verify(Credential(kind: presented.kind, bytes: Array(presented.bytes)), peer) { [resolver] result in
                switch result {
                case .success(let identity): resolver.resolve(identity, then: then)
                case .failure(let failure): then(.failure(failure))
                }
            }
        }
    }

    private func authenticate(_ certificate: ClientCertificate, then: @escaping (Answer) -> Void) {
        if let identity = certificate.sha256.withUnsafeBytes({ cache.find(.certificate, $0) }) {
            return resolver.resolve(identity, then: then)
        }
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
        let ids = latest.current.ids
        cache.removeAll { identity in identity.key.map { !ids.contains($0) } ?? false }
    }

    // MARK: Credentials

    /// A credential as presented in the request.
    struct Presented {
        var kind: Credential.Kind
        var bytes: ArraySlice<UInt8>
    }

    /// The single credential of a request, if any. Two credentials are refused as ambiguous.
    static func credential(of request: HTTPRequest) -> Result<Presented?, AuthenticationFailure> {
        let authorization = request.header("authorization"), apiKey = request.header("x-api-key")
        if authorization == nil, apiKey == nil { return .success(nil) }
        if authorization != nil, apiKey != nil {
            return .failure(.malformedCredentials("Send either Authorization or X-API-Key, not both."))
        }
        guard request.headerCount("authorization") <= 1, request.headerCount("x-api-key") <= 1 else {
            return .failure(.malformedCredentials("There are several credentials in this request; send one."))
        }
        if let apiKey {
            return apiKey.isEmpty ? .failure(.unknownAPIKey) : .success(Presented(kind: .apiKey, bytes: apiKey))
        }
        guard let authorization, let token = bearerToken(authorization) else {
            return .failure(.malformedCredentials("Expected the Authorization field as \"Bearer TOKEN\"."))
        }
        return .success(Presented(kind: .bearer, bytes: token))
    }

    /// The token after `Bearer` (RFC 6750, section 2.1; the name of a scheme is case-insensitive).
    private static func bearerToken(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme: StaticString = "bearer"
        let length = scheme.utf8CodeUnitCount
        guard field.count > length + 1 else { return nil }
        for index in 0..<length where field[field.startIndex + index] | 0x20 != scheme.utf8Start[index] { return nil }
        var token = field[(field.startIndex + length)...]
        guard token.first == 0x20 else { return nil }
        while token.first == 0x20 { token = token.dropFirst() }
        let isOne = token.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memchr($0, 0x20, bytes.count) == nil } ?? false
        }
        return isOne && !token.isEmpty ? token : nil
    }

    // MARK: Verification

    private func verify(
        _ credential: Credential, _ peer: () -> Peer?, then: @escaping (Result<Identity, AuthenticationFailure>) -> Void
    ) {
        if let failure = cache.rejection(of: credential, now: WallClock.seconds()) { return then(.failure(failure)) }
        switch credential.kind {
        case .apiKey:
            guard let user = apiKeys.user(of: credential.bytes) else {
                cache.reject(credential, .unknownAPIKey, now: WallClock.seconds())
                return then(.failure(.unknownAPIKey))
            }
            let identity = resolver.identity(TokenClaims(subject: user))
            cache.insert(credential, identity)
            then(.success(identity))
        // Never read from a request: see `authenticate(_:then:)`.
        case .certificate: then(.failure(.unknownCertificate))
        case .bearer:
            if let others = waiting[credential] {
                guard others.count < Self.mostWaiters else { return then(.failure(.tooManyTokens)) }
                waiting[credential]?.append(then)
                return
            }
            let verifier = TokenVerifier(keys: latest.current, requirements: requirements)
            switch verifier.examine(credential.bytes, now: WallClock.seconds()) {
            case .success(let draft): check(draft, credential, peer(), then)
            case .failure(.noSuchKey(let name)) where verifier.namesUnknownKey(credential.bytes):
                awaitKey(name, credential, peer(), then)
            case .failure(let failure): then(.failure(.token(failure)))
            }
        }
    }

    /// Verifies the signature when the token's turn comes.
    private func check(
        _ draft: TokenDraft, _ credential: Credential, _ peer: Peer?,
        _ then: @escaping (Result<Identity, AuthenticationFailure>) -> Void
    ) {
        waiting[credential] = [then]
        let owner = OffloadQueue.Owner(
            lane: lanes.lane(peer: peer, subject: draft.claims.subject), deadline: checks.now + Self.patience)
        checks.run(bytes: credential.bytes.count, for: owner, { await draft.isSigned() }) { [self] outcome in
            let waiters = waiting.removeValue(forKey: credential) ?? []
            let answer: Result<Identity, AuthenticationFailure>
            switch outcome {
            case .done(true):
                // The key may have been removed while the signature was verified.
                guard latest.current.ids.contains(draft.key.id) else {
                    answer = .failure(.token(.badSignature))
                    break
                }
                lanes.verified(peer: peer, subject: draft.claims.subject)
                let identity = resolver.identity(draft.claims, key: draft.key.id)
                cache.insert(credential, identity)
                answer = .success(identity)
            case .done(false):
                answer = .failure(.token(.badSignature))
                cache.reject(credential, .token(.badSignature), now: WallClock.seconds())
            case .expired, .full, .dropped: answer = .failure(.tooManyTokens)
            }
            for waiter in waiters { waiter(answer) }
        }
    }

    // MARK: Keys that are not known

    /// An issuer that has rotated its keys is asked for them once ahead of schedule; requests that
    /// name an unknown key wait for that, and are refused if that happened a moment ago.
    private func awaitKey(
        _ name: String, _ credential: Credential, _ peer: Peer?,
        _ then: @escaping (Result<Identity, AuthenticationFailure>) -> Void
    ) {
        guard keys.isComplete else { return then(.failure(.keysUnavailable)) }
        guard let (queue, refresher) = readings, queue.waiting < Self.mostKeyWaiters,
            refresher.mayReadEarly(now: clock())
        else { return then(.failure(.token(.noSuchKey(name)))) }
        let owner = OffloadQueue.Owner(lane: 0, deadline: queue.now + Self.patience)
        queue.run(bytes: credential.bytes.count, for: owner, { await refresher.early() }) { [self] outcome in
            forgetOldKeys()
            guard case .done = outcome,
                case .success(let draft) = TokenVerifier(keys: latest.current, requirements: requirements).examine(
                    credential.bytes, now: WallClock.seconds())
            else { return then(.failure(.token(.noSuchKey(name)))) }
            if waiting[credential] != nil {
                waiting[credential]?.append(then)
            } else {
                check(draft, credential, peer, then)
            }
        }
    }
}
