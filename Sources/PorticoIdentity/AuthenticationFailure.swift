import ExactText
import PorticoGateway
import PorticoPlanning

/// Why a request is refused before its content is examined. Clients may see the description.
package enum AuthenticationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The Authorization or X-API-Key field is malformed.
    case malformedCredentials(String)
    /// No rule names the role `anonymous`, so a credential is required.
    case credentialsMissing
    case token(TokenFailure)
    case unknownAPIKey
    /// The client's certificate is valid but belongs to no user.
    case unknownCertificate
    /// The user's row is missing or not active, which are not distinguished.
    case userNotActive
    /// A claim of the token contradicts the user's row.
    case claimDiffers(String)
    case tenantNotActive
    /// No rules define the user's role.
    case roleWithoutRules
    /// The token names several defined roles, and the configuration does not select one.
    case severalRoles([ExactString])
    /// The rules of the user's tenant could not be loaded.
    case rulesUnavailable
    /// The user's row cannot be read at the moment.
    case directoryUnavailable
    /// The keys for verifying tokens could not be read yet.
    case keysUnavailable
    /// Too many tokens wait to be verified.
    case tooManyTokens

    package var status: Int {
        switch self {
        case .malformedCredentials, .credentialsMissing, .token, .unknownAPIKey, .unknownCertificate, .userNotActive,
            .claimDiffers:
            401
        case .tenantNotActive, .roleWithoutRules, .severalRoles: 403
        case .rulesUnavailable, .directoryUnavailable, .keysUnavailable, .tooManyTokens: 503
        }
    }

    /// The challenge of a 401 (RFC 6750, section 3): without an error if no credential was sent.
    package var challenge: StaticString { self == .credentialsMissing ? "Bearer" : "Bearer error=\"invalid_token\"" }

    package var code: ErrorCode {
        switch status {
        case 401: .unauthenticated
        case 403: .forbidden
        default: .unavailable
        }
    }

    package var description: String {
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
