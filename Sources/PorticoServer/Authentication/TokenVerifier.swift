import ExactText
import JSONBytes
import JWTKit

/// What a token must hold besides a signature of ours.
public struct TokenRequirements: Sendable, Equatable {
    /// `iss`; `nil` accepts any.
    public var issuer: String?
    /// One of these must stand in `aud`; empty accepts any.
    public var audience: [String]
    /// Seconds by which the clocks of issuer and gateway may differ.
    public var leeway: Int
    /// By which claims it says who its bearer is.
    public var claims: ClaimNames

    public init(issuer: String? = nil, audience: [String] = [], leeway: Int = 0, claims: ClaimNames = ClaimNames()) {
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
        self.claims = claims
    }
}

/// Tokens → claims (RFC 7515, RFC 7519, RFC 8725): the signature by JWTKit, the claims by our own
/// strict reader.
struct TokenVerifier: Sendable {
    let keys: KeySet
    let requirements: TokenRequirements

    /// - Parameter now: Seconds since 1970.
    func verify(_ token: [UInt8], now: Int) async -> Result<TokenClaims, TokenFailure> {
        switch examine(token, now: now) {
        case .failure(let failure): .failure(failure)
        case .success(let draft): await draft.isSigned() ? .success(draft.claims) : .failure(.badSignature)
        }
    }

    /// All that can be said of a token without looking at its signature, so that what is refused
    /// anyway waits in no line. It takes some microseconds; nothing that it finds is believed
    /// before the signature is.
    /// - Parameter now: Seconds since 1970.
    func examine(_ token: [UInt8], now: Int) -> Result<TokenDraft, TokenFailure> {
        do throws(TokenFailure) {
            let parts = try TokenParts(token)
            guard let key = keys.key(kid: parts.kid, algorithm: parts.algorithm) else {
                throw .noSuchKey("\(parts.algorithm) \(parts.kid ?? "without kid")")
            }
            let claims = try TokenClaims.parse(parts.payload, names: requirements.claims)
            try check(claims, now: now)
            return .success(TokenDraft(token: token, key: key, claims: claims))
        } catch {
            return .failure(error)
        }
    }

    /// Whether a token names a key that is not there: one that an issuer may have begun to use
    /// since the keys were read.
    func namesUnknownKey(_ token: [UInt8]) -> Bool {
        do throws(TokenFailure) {
            let parts = try TokenParts(token)
            return !keys.hasKey(named: parts.kid)
        } catch {
            return false
        }
    }

    private func check(_ claims: TokenClaims, now: Int) throws(TokenFailure) {
        if let end = claims.expiresAt, end + requirements.leeway <= now { throw .expired }
        if let start = claims.notBefore, start - requirements.leeway > now { throw .notYetValid }
        if let issuer = requirements.issuer, claims.issuer != ExactString(issuer) { throw .wrongIssuer }
        if !requirements.audience.isEmpty, !claims.audience.contains(where: { requirements.audience.contains($0) }) {
            throw .wrongAudience
        }
    }
}

/// A token that would be good if its signature were.
struct TokenDraft: Sendable {
    let token: [UInt8]
    let key: TokenKey
    /// Not to be believed yet.
    let claims: TokenClaims

    func isSigned() async -> Bool {
        do {
            _ = try await key.collection.verify(token, as: SignedPayload.self)
            return true
        } catch {
            return false
        }
    }

    /// JWTKit wants a type for the payload; ours reads nothing, since the claims are read strictly
    /// from the bytes that were signed.
    private struct SignedPayload: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}

/// The parts of a token in the compact form, its header read, nothing verified.
private struct TokenParts {
    let algorithm: String
    let kid: String?
    let payload: [UInt8]

    init(_ token: [UInt8]) throws(TokenFailure) {
        guard token.count <= TokenLimits.tokenBytes else {
            throw .malformed("longer than \(TokenLimits.tokenBytes) bytes")
        }
        let parts = token.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].isEmpty else { throw .malformed("not three parts") }
        guard let header = decodeBase64URL(parts[0]), let payload = decodeBase64URL(parts[1]),
            decodeBase64URL(parts[2]) != nil
        else { throw .malformed("not base64url") }
        let fields: JSONValue
        do throws(JSONError) { fields = try parseJSON(header, limits: TokenLimits.json) } catch {
            throw .malformed("header: \(error)")
        }
        guard case .object = fields, case .string(let algorithm)? = fields["alg"] else { throw .malformed("no alg") }
        // An extension that must be understood and is not (RFC 7515, section 4.1.11).
        guard fields["crit"] == nil else { throw .malformed("crit") }
        switch fields["kid"] {
        case nil: kid = nil
        case .string(let text)?: kid = text
        default: throw .malformed("kid")
        }
        self.algorithm = algorithm
        self.payload = payload
    }
}
