import GraphQLValidation
import PorticoExecution
import PorticoPlanning
import PostgresSQL

/// Variables as coerced for one request, and what of them its plan depends on.
struct CoercedRequest: Sendable {
    let variables: VariableValues
    let shape: [UInt8]

    /// Pure: it may run on any thread.
    static func make(
        _ prepared: PreparedOperation, _ request: GraphQLRequest, limits: InputLimits
    ) -> Result<CoercedRequest, RequestErrors> {
        do throws(InputErrors) {
            let variables = try coerceVariables(prepared.operation, request.variables, limits: limits)
            return .success(CoercedRequest(variables: variables, shape: prepared.shapes.key(variables)))
        } catch {
            return .failure(RequestErrors(error, in: prepared.source))
        }
    }
}

/// A plan's parameters for one request.
struct BoundRequest: Sendable {
    let pages: [BoundPage]
    let parameters: [[ParameterValue]]

    /// Pure: it may run on any thread.
    static func make(
        _ binding: RequestBinding, _ plan: AuthorizedPlan, _ estimate: PlanEstimate
    ) -> Result<BoundRequest, PlanningError> {
        Result { () throws(PlanningError) in
            let pages = try binding.pages(of: plan)
            return BoundRequest(
                pages: pages, parameters: try binding.parameters(of: plan, pages: pages, estimate: estimate))
        }
    }
}

extension Gateway {
    /// Runs pure work for a request beside the loop. `then` follows only where the request still
    /// wants it, else it is answered here.
    func elsewhere<Value: Sendable>(
        _ ticket: RequestTicket, _ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void
    ) {
        let request = ticket.request
        let owner = OffloadQueue.Owner(
            lane: ticket.fairnessKey, deadline: ticket.deadline, hasHadTurn: ticket.hasHadTurn
        ) { !ticket.isOver }
        ticket.sideWork = offloading.run(bytes: max(request.bytes, request.query.count), for: owner, work) {
            [self] outcome in
            ticket.sideWork = nil
            guard !ticket.isOver else { return }
            switch outcome {
            case .done(let value):
                ticket.hasHadTurn = true
                if reactor.now >= ticket.deadline { return refuse(.timeout(ticket.rules.limits), ticket) }
                then(value)
            case .expired: refuse(.timeout(ticket.rules.limits), ticket)
            case .full: refuse(.busy, ticket)
            case .dropped: refuse(.inside, ticket)
            }
        }
    }
}

extension RequestTicket: SideWork {
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void) {
        gateway?.besideLoop(self, work, then: then)
    }
}

extension Gateway {
    /// Runs what an execution has too much of for the loop: its rows are there, its answer is not.
    /// Where that comes to nothing, the request is answered here and its execution abandoned.
    func besideLoop<Value: Sendable>(
        _ ticket: RequestTicket, _ work: @escaping @Sendable () -> Value, then: @escaping (Value) -> Void
    ) {
        statistics.besideLoop += 1
        let owner = OffloadQueue.Owner(lane: ticket.fairnessKey, deadline: ticket.deadline) { !ticket.isOver }
        ticket.sideWork = answering.run(bytes: 0, for: owner, work) { [self] outcome in
            ticket.sideWork = nil
            guard !ticket.isOver else { return }
            switch outcome {
            case .done(let value):
                if reactor.now >= ticket.deadline { return giveUp(.timeout(ticket.rules.limits), ticket) }
                then(value)
            case .expired: giveUp(.timeout(ticket.rules.limits), ticket)
            case .full: giveUp(.busy, ticket)
            case .dropped: giveUp(.inside, ticket)
            }
        }
    }

    private func giveUp(_ errors: RequestErrors, _ ticket: RequestTicket) {
        ticket.execution?.abandon()
        ticket.runner?.cancel()
        nullData(errors, ticket)
    }
}

extension RequestErrors {
    static let inside = RequestErrors(
        .internalError,
        "An internal error occurred. The request id in the header x-request-id finds it in the operator's log.")
    static let busy = RequestErrors(.unavailable, OffloadQueue.busyMessage)
}

extension OffloadQueue {
    /// What a client is told for ``Outcome/full``.
    public static let busyMessage =
        "Too many large requests are being read at the moment. Try again shortly, or send less in one request."
}
