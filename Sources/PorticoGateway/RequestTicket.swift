import PorticoAccess
import PorticoExecution

/// One request under way; given back to the gateway to call it off.
public final class RequestTicket {
    /// Whose request it is; `nil` for tickets of tests.
    let gateway: Gateway?
    let request: GraphQLRequest
    let viewer: Viewer
    let rules: RuleSet
    let deadline: Int
    private(set) var completion: (GatewayResponse) -> Void
    var observation = RequestObservation()
    let receivedAt: Int
    var metrics: OperationMetrics?
    /// There are errors beside the data.
    var hasErrors = false
    var runner: (any RequestRunner)?
    /// The request was started again once, on another snapshot as a whole.
    var wasStartedAgain = false
    var execution: PlanExecution?
    /// What waits for its turn beside the loop, so that it can be called back.
    var sideWork: OffloadQueue.Piece?
    /// Work for it has had its turn beside the loop.
    var hasHadTurn: Bool
    var isOver = false

    init(
        gateway: Gateway? = nil, request: GraphQLRequest, viewer: Viewer, rules: RuleSet, deadline: Int,
        completion: @escaping (GatewayResponse) -> Void
    ) {
        self.gateway = gateway
        self.request = request
        hasHadTurn = request.hasHadTurn
        receivedAt = request.receivedAt > 0 ? request.receivedAt : MonotonicClock.nanoseconds()
        self.viewer = viewer
        self.rules = rules
        self.deadline = deadline
        self.completion = completion
    }

    /// Requests of one tenant wait in one line.
    var fairnessKey: UInt64 { viewer.fairnessKey }

    /// Lets go of what refers back to the ticket.
    func release() {
        completion = { _ in }
        runner = nil
        execution = nil
        sideWork = nil
    }
}
