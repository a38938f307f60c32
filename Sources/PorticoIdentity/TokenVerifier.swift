import ExactText
import JSONBytes
import PorticoConfiguration

/// Tokens → claims (RFC 7515, RFC 7519, RFC 8725): JWTKit verifies, a strict parser reads.
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

    /// All checks of a token except its signature, so that invalid tokens are refused without
    /// waiting. Takes microseconds; not to be trusted before the signature is verified.
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

    /// Whether a token names an unknown key, which may have been introduced since the last reading.
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

/// The parts of a token in compact form; the header is parsed, nothing is verified.
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
