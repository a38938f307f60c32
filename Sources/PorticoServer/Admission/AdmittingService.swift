import PorticoAccess
import PorticoGateway

/// Lets a request through to the gateway as long as its tenant keeps its limits; where none is in
/// force it is one comparison in front of it. One per worker.
final class AdmittingService: GraphQLService {
    private let service: any GraphQLService
    private let admission: Admission
    /// Nanoseconds.
    private let clock: () -> Int
    /// What is counted as under way, by its ticket. There are at most as many as requests in
    /// flight.
    private var counted: [ObjectIdentifier: Counted] = [:]

    init(_ service: any GraphQLService, admission: Admission, clock: @escaping () -> Int = MonotonicClock.nanoseconds) {
        self.service = service
        self.admission = admission
        self.clock = clock
    }

    func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GraphQLAnswer) -> Void
    ) -> RequestTicket? {
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

    func refusal(of access: Access) -> GraphQLAnswer? {
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
    ) -> GraphQLAnswer {
        var observation = RequestObservation()
        observation.limit = limit
        observation.stages.total = max(0, nanoseconds)
        let message = AdmissionMessage.text(rule, limit, owner, retryAfter: retryAfter)
        return GraphQLAnswer(
            body: Exchange.errorBody(.rateLimited, message, limit: limit.name), outcome: .requestError(.rateLimited),
            cause: nil, observation: observation,
            retryAfter: retryAfter)
    }

    func cancel(_ ticket: RequestTicket) {
        service.cancel(ticket)
        release(counted[ObjectIdentifier(ticket)])
    }

    // MARK: Under way

    /// One request that takes places, until it is over in one way or another.
    private final class Counted {
        var accounts: [AdmissionAccount]
        let owner: AdmissionOwner
        var ticket: RequestTicket?

        init(_ accounts: [AdmissionAccount], of owner: AdmissionOwner) {
            self.accounts = accounts
            self.owner = owner
        }
    }

    private func count(
        _ accounts: [AdmissionAccount], _ request: GraphQLRequest, _ access: Access, _ deadline: Int,
        _ completion: @escaping (GraphQLAnswer) -> Void
    ) -> RequestTicket? {
        let place = Counted(accounts, of: AdmissionOwner(access.viewer))
        let ticket = service.respond(to: request, access: access, deadline: deadline) { [weak self] answer in
            self?.release(place)
            completion(answer)
        }
        // It may have been answered within the call.
        if let ticket, !place.accounts.isEmpty {
            place.ticket = ticket
            counted[ObjectIdentifier(ticket)] = place
        }
        return ticket
    }

    private func release(_ place: Counted?) {
        guard let place, !place.accounts.isEmpty else { return }
        admission.release(place.accounts, of: place.owner)
        place.accounts = []
        if let ticket = place.ticket.take() { counted[ObjectIdentifier(ticket)] = nil }
    }
}

/// What a client reads whose request is not let in.
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
