/// Why a token was not accepted. Its description reveals only what the token contains.
package enum TokenFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not three parts of base64url with JSON objects in the first two.
    case malformed(String)
    /// The header's `kid` or `alg` names no key; not distinguished from a bad signature.
    case noSuchKey(String)
    case badSignature
    case expired
    case notYetValid
    case wrongIssuer
    case wrongAudience
    /// A required claim is missing, or a claim has the wrong type.
    case claim(String)

    package var description: String {
        switch self {
        case .malformed: "The token is malformed."
        case .noSuchKey, .badSignature: "The token's signature is not valid."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .wrongIssuer: "The token was made by another issuer."
        case .wrongAudience: "The token was made for another audience."
        case .claim(let problem): problem
        }
    }
}
