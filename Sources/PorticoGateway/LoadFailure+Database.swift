import PorticoExecution
import PostgresClient

extension LoadFailure {
    /// What the pool says of a statement, as far as an execution treats it differently.
    init(_ failure: DatabaseFailure) {
        let kind: Kind = switch failure.kind {
        case .unavailable: .unavailable
        case .timeout, .cancelled: .timeout
        default: .refused
        }
        self.init(kind, detail: String(reflecting: failure))
    }
}
