import PorticoAccess
import PorticoExecution

/// One request in progress; pass it to the gateway to cancel it.
public final class RequestHandle {
    /// The gateway of the request; `nil` for handles of tests.
    let gateway: Gateway?
    let request: GraphQLRequest
    let viewer: Viewer
    let rules: CompiledPolicy
    let deadline: Int
    private(set) var completion: (GatewayResponse) -> Void
    var observation = RequestObservation()
    let receivedAt: Int
    var metrics: OperationMetrics?
    /// Whether there are errors besides the data.
    var hasErrors = false
    var session: (any ExecutionSession)?
    /// Whether the request was restarted on another snapshot.
    var wasStartedAgain = false
    var execution: PlanExecution?
    /// Work that waits off the loop, so that it can be withdrawn.
    var sideWork: OffloadQueue.Piece?
    /// Whether work for it was admitted off the loop.
    var isAdmitted: Bool
    var isOver = false

    init(
        gateway: Gateway? = nil, request: GraphQLRequest, viewer: Viewer, rules: CompiledPolicy, deadline: Int,
        completion: @escaping (GatewayResponse) -> Void
    ) {
        self.gateway = gateway
        self.request = request
        isAdmitted = request.isAdmitted
        receivedAt = request.receivedAt > 0 ? request.receivedAt : MonotonicClock.nanoseconds()
        self.viewer = viewer
        self.rules = rules
        self.deadline = deadline
        self.completion = completion
    }

    /// Requests of one tenant share a lane.
    var fairnessKey: UInt64 { viewer.fairnessKey }

    /// Releases what refers back to the handle.
    func release() {
        completion = { _ in }
        session = nil
        execution = nil
        sideWork = nil
    }
}
