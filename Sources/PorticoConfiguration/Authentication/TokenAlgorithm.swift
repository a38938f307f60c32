/// The signature algorithms of tokens; the raw value is JOSE's (RFC 7518, RFC 8037). No `none`.
public enum TokenAlgorithm: String, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
    case eddsa = "EdDSA"
}
