import HTTPWire
import PorticoGateway

/// `x-portico-consistency`: which snapshots a request sees; by default the setting applies.
enum ConsistencyHeader {
    static func value(_ head: HTTPRequest) throws(RefusedRequest) -> Consistency? {
        guard let field = head.header("x-portico-consistency") else { return nil }
        guard let consistency = Consistency(rawValue: String(decoding: field, as: UTF8.self)) else {
            throw RefusedRequest(
                400, .badInput, "The header x-portico-consistency must be \"statement\" or \"request\".")
        }
        return consistency
    }
}
