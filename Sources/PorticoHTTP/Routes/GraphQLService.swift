import JSONBytes
import PorticoGateway
import PorticoIdentity

/// Answers GraphQL requests: the gateway, or a script in tests.
package protocol GraphQLService: AnyObject {
    /// Calls `completion` once, during the call or later, but not after ``cancel(_:)``.
    func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle?
    func cancel(_ handle: RequestHandle)
    /// The refusal of any request of this access at present; `nil` if that depends on the request.
    /// Counts nothing.
    func refusal(of access: Access) -> GatewayResponse?
}

extension GraphQLService {
    package func refusal(of access: Access) -> GatewayResponse? { nil }
}

/// The gateway of the worker.
package final class GatewayService: GraphQLService {
    private let gateway: Gateway
    private let memory: AnswerMemory

    package init(_ gateway: Gateway, memory: AnswerMemory) {
        self.gateway = gateway
        self.memory = memory
    }

    package func respond(
        to request: GraphQLRequest, access: Access, deadline: Int, completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle? {
        gateway.respond(to: request, viewer: access.viewer, rules: access.rules, deadline: deadline) {
            [memory] response in
            // Loaded data affects the heap whatever the outcome.
            memory.answered(bytes: response.buffer.count + response.observation.resultBytes)
            completion(response)
        }
    }

    package func cancel(_ handle: RequestHandle) { memory.answered(bytes: gateway.cancel(handle)) }
}
