import HTTPWire
import PorticoGateway

/// `x-portico-consistency`: which moments of the database one request sees; without it the setting holds.
enum ConsistencyHeader {
    static func apply(_ head: HTTPRequest, to request: GraphQLRequest) throws(RefusedRequest) -> GraphQLRequest {
        guard let field = head.header("x-portico-consistency") else { return request }
        var request = request
        request.consistency = try value(String(decoding: field, as: UTF8.self))
        return request
    }

    private static func value(_ text: String) throws(RefusedRequest) -> Consistency {
        guard let consistency = Consistency(rawValue: text) else {
            throw RefusedRequest(400, .badInput, "The header x-portico-consistency must be \"statement\" or \"request\".")
        }
        return consistency
    }
}
