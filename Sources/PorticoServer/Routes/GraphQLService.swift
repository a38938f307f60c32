import JSONBytes
import PorticoGateway

/// What answers GraphQL requests: the gateway, or in tests a script.
protocol GraphQLService: AnyObject {
    /// Calls `completion` once, within the call or later; not behind ``cancel(_:)``.
    func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GraphQLAnswer) -> Void
    ) -> RequestTicket?
    func cancel(_ ticket: RequestTicket)
    /// The answer to any request of this access now, where it would be refused whatever it asks;
    /// nothing is counted. `nil` where it depends on the request.
    func refusal(of access: Access) -> GraphQLAnswer?
}

extension GraphQLService {
    func refusal(of access: Access) -> GraphQLAnswer? { nil }
}

struct GraphQLAnswer {
    var body: ResponseBuffer
    var outcome: GatewayResponse.Outcome
    var cause: GatewayResponse.Cause?
    var observation: RequestObservation
    /// Seconds until another try makes sense; `nil` where that is not known.
    var retryAfter: Int?
}

/// The gateway of the worker.
final class GatewayService: GraphQLService {
    /// Seconds after which there is room again for an answer, most likely: others are sent
    /// meanwhile.
    private static let retryAfter = 1

    private let gateway: Gateway
    private let memory: AnswerMemory

    init(_ gateway: Gateway, memory: AnswerMemory) {
        self.gateway = gateway
        self.memory = memory
    }

    func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GraphQLAnswer) -> Void
    ) -> RequestTicket? {
        gateway.respond(to: request, viewer: access.viewer, rules: access.rules, deadline: deadline) {
            [memory] response in
            // What was loaded leaves its traces on the heap whatever became of the request.
            memory.answered(bytes: response.buffer.count + response.observation.resultBytes)
            completion(
                GraphQLAnswer(
                    body: response.buffer, outcome: response.outcome, cause: response.cause,
                    observation: response.observation,
                    retryAfter: response.cause == .noRoom ? Self.retryAfter : nil))
        }
    }

    func cancel(_ ticket: RequestTicket) { memory.answered(bytes: gateway.cancel(ticket)) }
}
