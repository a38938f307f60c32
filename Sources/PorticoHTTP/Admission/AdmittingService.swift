import PorticoAccess
import PorticoGateway
import PorticoIdentity
import PorticoPlanning

/// Passes a request to the gateway if its tenant is within its limits. Without limits this costs
/// one comparison. One per worker.
package final class AdmittingService: GraphQLService {
    private let service: any GraphQLService
    private let admission: Admission
    /// Nanoseconds.
    private let clock: () -> Int
    /// Counted requests by handle; at most as many as requests in flight.
    private var counted: [ObjectIdentifier: Counted] = [:]

    package init(
        _ service: any GraphQLService, admission: Admission, clock: @escaping () -> Int = MonotonicClock.nanoseconds
    ) {
        self.service = service
        self.admission = admission
        self.clock = clock
    }

    package func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle? {
        let rules = access.rules.admission
        if rules.isEmpty {
            return service.respond(to: request, access: access, deadline: deadline, completion: completion)
        }
        let owner = AdmissionOwner(access.viewer)
        switch admission.admit(owner, rules, now: clock()) {
        case .refused(let rule, let limit, let retryAfter):
            completion(
                Self.refusal(
                    rule, limit, owner, retryAfter, after: request.receivedAt > 0 ? clock() - request.receivedAt : 0))
            return nil
        case .admitted(let accounts):
            return accounts.isEmpty
                ? service.respond(to: request, access: access, deadline: deadline, completion: completion)
                : count(accounts, request, access, deadline, completion)
        }
    }

    package func refusal(of access: Access) -> GatewayResponse? {
        let rules = access.rules.admission
        guard !rules.isEmpty else { return nil }
        let owner = AdmissionOwner(access.viewer)
        guard case .refused(let rule, let limit, let retryAfter)? = admission.refusal(owner, rules, now: clock()) else {
            return nil
        }
        return Self.refusal(rule, limit, owner, retryAfter, after: 0)
    }

    private static func refusal(
        _ rule: AdmissionRule, _ limit: RequestLimit, _ owner: AdmissionOwner, _ retryAfter: Int, after nanoseconds: Int
    ) -> GatewayResponse {
        var observation = RequestObservation()
        observation.limit = limit
        observation.stages.total = max(0, nanoseconds)
        let message = AdmissionMessage.text(rule, limit, owner, retryAfter: retryAfter)
        return GatewayResponse(
            buffer: ClientErrors([ClientError(.rateLimited, message, limitName: limit.name)]).response(),
            outcome: .requestError(.rateLimited),
            cause: nil, observation: observation,
            retryAfter: retryAfter)
    }

    package func cancel(_ handle: RequestHandle) {
        service.cancel(handle)
        release(counted[ObjectIdentifier(handle)])
    }

    // MARK: Under way

    /// A request that occupies places until it ends.
    private final class Counted {
        var accounts: [AdmissionAccount]
        let owner: AdmissionOwner
        var handle: RequestHandle?

        init(_ accounts: [AdmissionAccount], of owner: AdmissionOwner) {
            self.accounts = accounts
            self.owner = owner
        }
    }

    private func count(
        _ accounts: [AdmissionAccount], _ request: GraphQLRequest, _ access: Access, _ deadline: Int,
        _ completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle? {
        let place = Counted(accounts, of: AdmissionOwner(access.viewer))
        let handle = service.respond(to: request, access: access, deadline: deadline) { [weak self] answer in
            self?.release(place)
            completion(answer)
        }
        // The call may already have answered it.
        if let handle, !place.accounts.isEmpty {
            place.handle = handle
            counted[ObjectIdentifier(handle)] = place
        }
        return handle
    }

    private func release(_ place: Counted?) {
        guard let place, !place.accounts.isEmpty else { return }
        admission.release(place.accounts, of: place.owner)
        place.accounts = []
        if let handle = place.handle.take() { counted[ObjectIdentifier(handle)] = nil }
    }
}

/// The message for a client whose request is not admitted.
enum AdmissionMessage {
    static func text(_ rule: AdmissionRule, _ limit: RequestLimit, _ owner: AdmissionOwner, retryAfter: Int) -> String {
        let whose =
            switch owner {
            case .anonymous: "without credentials"
            case .tenantless: "of users without a tenant"
            case .tenant, .crowd: rule.scope == .tenant ? "of this tenant" : "of this tenant's users with the same role"
            }
        let what =
            limit == .concurrentRequests
            ? "The \(rule.concurrent ?? 0) requests \(whose) that are answered at the same time are under way."
            : "More requests \(whose) have come than the \(rule.perSecond ?? 0) a second that are let in."
        return "\(what) \(limit.definition.remedy) Try again in \(retryAfter) s."
    }
}
