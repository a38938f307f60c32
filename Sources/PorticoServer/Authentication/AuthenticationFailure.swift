import ExactText
import PorticoGateway

/// Why a request is answered without looking at what it asks for. Its description is fit for a
/// stranger.
enum AuthenticationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The Authorization or X-API-Key field is not what it should be.
    case malformedCredentials(String)
    /// Nobody may ask without a credential: no rule names the role `anonymous`.
    case credentialsMissing
    case token(TokenFailure)
    case unknownAPIKey
    /// The client's certificate is good, and stands for no user.
    case unknownCertificate
    /// No row, or one that is not active; not told apart.
    case userNotActive
    /// A claim of the token that is not so according to the user's row.
    case claimDiffers(String)
    case tenantNotActive
    /// The user's role is in no rule.
    case roleWithoutRules
    /// The token names several roles that are in rules, and nothing says which counts.
    case severalRoles([ExactString])
    /// The rules of the user's tenant could not be loaded.
    case rulesUnavailable
    /// The user's row cannot be read at the moment.
    case directoryUnavailable
    /// The keys that tokens are verified by could not be read yet.
    case keysUnavailable
    /// More tokens wait to be verified than may.
    case tooManyTokens

    var status: Int {
        switch self {
        case .malformedCredentials, .credentialsMissing, .token, .unknownAPIKey, .unknownCertificate, .userNotActive,
            .claimDiffers:
            401
        case .tenantNotActive, .roleWithoutRules, .severalRoles: 403
        case .rulesUnavailable, .directoryUnavailable, .keysUnavailable, .tooManyTokens: 503
        }
    }

    /// What a 401 says of the credential (RFC 6750, section 3): nothing is wrong with one that was
    /// not sent.
    var challenge: StaticString { self == .credentialsMissing ? "Bearer" : "Bearer error=\"invalid_token\"" }

    var code: ErrorCode {
        switch status {
        case 401: .unauthenticated
        case 403: .forbidden
        default: .unavailable
        }
    }

    var description: String {
        switch self {
        case .malformedCredentials(let problem): problem
        case .credentialsMissing: "Sign in: send a token in the Authorization field as \"Bearer TOKEN\"."
        case .token(let failure): failure.description
        case .unknownAPIKey: "The API key is not known."
        case .unknownCertificate:
            "The client certificate stands for no user; send a token, or have the certificate made known."
        case .userNotActive: "The user of this token does not exist or is not active."
        case .claimDiffers(let claim): "The token's claim \"\(claim)\" is not true any more; sign in again."
        case .tenantNotActive: "The tenant is not active."
        case .roleWithoutRules: "The user's role has no access."
        case .severalRoles(let roles):
            "The token names several roles (\(roles.map(\.text).joined(separator: ", "))); one of them has to be chosen."
        case .rulesUnavailable: "The access rules of this tenant are not available at the moment."
        case .directoryUnavailable: "The user cannot be looked up at the moment."
        case .keysUnavailable: "Tokens cannot be verified at the moment."
        case .tooManyTokens: "Too many new tokens are being verified at the moment. Try again shortly."
        }
    }
}
