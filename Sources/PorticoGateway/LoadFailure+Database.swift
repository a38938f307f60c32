import PorticoExecution
import PostgresClient

extension LoadFailure {
    /// The kind of a pool's failure, as far as an execution distinguishes it.
    init(_ failure: DatabaseFailure) {
        let kind: Kind =
            switch failure.kind {
            // A standby may cancel a statement that conflicts with replay.
            case .unavailable, .serialization: .unavailable
            case .interrupted: .interrupted
            // The gateway has already answered requests that it cancels, so this error comes from
            // the server's own limit or from an operator.
            case .timeout where !failure.sqlState.isEmpty: .ended
            case .timeout, .cancelled: .timeout
            case .tooLarge: .tooLarge
            default: .refused
            }
        self.init(kind, detail: String(reflecting: failure))
    }
}
