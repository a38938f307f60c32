extension AuthenticationFailure {
    /// The reason as a metric label.
    package enum Kind: String, Sendable, CaseIterable {
        case malformedCredentials = "malformed_credentials"
        case credentialsMissing = "credentials_missing"
        case malformedToken = "malformed_token"
        case noSuchKey = "no_such_key"
        case badSignature = "bad_signature"
        case expired, notYetValid = "not_yet_valid"
        case wrongIssuer = "wrong_issuer"
        case wrongAudience = "wrong_audience"
        case badClaim = "bad_claim"
        case unknownAPIKey = "unknown_api_key"
        case unknownCertificate = "unknown_certificate"
        case userNotActive = "user_not_active"
        case claimDiffers = "claim_differs"
        case tenantNotActive = "tenant_not_active"
        case roleWithoutRules = "role_without_rules"
        case severalRoles = "several_roles"
        case rulesUnavailable = "rules_unavailable"
        case directoryUnavailable = "directory_unavailable"
        case keysUnavailable = "keys_unavailable"
        case tooManyTokens = "too_many_tokens"
    }

    package var kind: Kind {
        switch self {
        case .malformedCredentials: .malformedCredentials
        case .credentialsMissing: .credentialsMissing
        case .token(let failure):
            switch failure {
            case .malformed: .malformedToken
            case .noSuchKey: .noSuchKey
            case .badSignature: .badSignature
            case .expired: .expired
            case .notYetValid: .notYetValid
            case .wrongIssuer: .wrongIssuer
            case .wrongAudience: .wrongAudience
            case .claim: .badClaim
            }
        case .unknownAPIKey: .unknownAPIKey
        case .unknownCertificate: .unknownCertificate
        case .userNotActive: .userNotActive
        case .claimDiffers: .claimDiffers
        case .tenantNotActive: .tenantNotActive
        case .roleWithoutRules: .roleWithoutRules
        case .severalRoles: .severalRoles
        case .rulesUnavailable: .rulesUnavailable
        case .directoryUnavailable: .directoryUnavailable
        case .keysUnavailable: .keysUnavailable
        case .tooManyTokens: .tooManyTokens
        }
    }
}
