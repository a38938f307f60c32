import PorticoExecution
import PostgresClient

extension LoadFailure {
    /// What the pool says of a statement, as far as an execution treats it differently.
    init(_ failure: DatabaseFailure) {
        let kind: Kind =
            switch failure.kind {
            // A server that follows another one may end a statement that is in the way of what it
            // has to replay.
            case .unavailable, .serialization: .unavailable
            case .interrupted: .interrupted
            // The gateway has answered what it cancels: such an error comes of the server's own
            // limit, or of an operator.
            case .timeout where !failure.sqlState.isEmpty: .ended
            case .timeout, .cancelled: .timeout
            case .tooLarge: .tooLarge
            default: .refused
            }
        self.init(kind, detail: String(reflecting: failure))
    }
}
