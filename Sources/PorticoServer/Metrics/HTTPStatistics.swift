import HTTPWire
import PorticoAccess

/// What one worker's HTTP side has done so far; plain numbers of its loop.
final class HTTPStatistics {
    struct Answers {
        let route: StaticString
        let status: Int
        var count: Int
    }

    /// One for each route and status that came; few, and the usual one stands first.
    @exclusivity(unchecked) private(set) var answers: [Answers] = []
    @exclusivity(unchecked) private(set) var inFlight = 0
    private(set) var authenticationFailures: [AuthenticationFailure.Kind: Int] = [:]
    /// By the limit's name.
    private(set) var limitsHit: [String: Int] = [:]

    func began() { inFlight += 1 }

    func ended(_ route: StaticString, status: Int) {
        inFlight -= 1
        count(route, status: status)
    }

    /// Of a request that never began: it could not be read.
    func count(_ route: StaticString, status: Int) {
        for index in answers.indices
        where answers[index].status == status && answers[index].route.utf8Start == route.utf8Start {
            answers[index].count += 1
            // The most frequent is found first, without a search.
            if index > 0, answers[index].count > answers[index - 1].count { answers.swapAt(index, index - 1) }
            return
        }
        answers.append(Answers(route: route, status: status, count: 1))
    }

    func count(_ failure: AuthenticationFailure) { authenticationFailures[failure.kind, default: 0] += 1 }

    /// A request was refused because of a limit.
    func hit(_ limit: RequestLimit) { limitsHit[limit.name, default: 0] += 1 }

    func hit(_ limit: LimitName) { limitsHit[limit.rawValue, default: 0] += 1 }
}

extension LimitName {
    /// The limit that a request exceeded while it was read.
    init(_ excess: HTTPFailure.Excess) {
        self =
            switch excess {
            case .requestLine: .requestLine
            case .headers: .headers
            case .body: .body
            case .headTime: .headerTimeout
            case .bodyTime: .bodyTimeout
            case .bodies: .bodyBytes
            }
    }
}

extension AuthenticationFailure {
    /// Why, as metrics say it.
    enum Kind: String, Sendable, CaseIterable {
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

    var kind: Kind {
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
