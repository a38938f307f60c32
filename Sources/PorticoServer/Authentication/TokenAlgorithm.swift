/// The signature algorithms of tokens; the raw value is the one of JOSE (RFC 7518, RFC 8037).
/// `none` is not among them.
public enum TokenAlgorithm: String, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
    case eddsa = "EdDSA"
}
