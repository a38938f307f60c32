import Logging
import PostgresClient

/// What the operator is told about one worker's connections to the database: each outage and each
/// reason once, and nothing in a flood.
final class DatabaseLog {
    /// Reasons of one outage that are told.
    static let mostReasons = 16

    private let logger: Logger
    private let clock: () -> Int
    private var repeated = RepeatedLines()
    private var isDown = false
    private var reasons: Set<String> = []

    /// - Parameter clock: Milliseconds that never go back.
    init(logger: Logger, clock: @escaping () -> Int) {
        self.logger = logger
        self.clock = clock
    }

    /// - Parameter standing: Connections that stand now.
    func report(_ event: ConnectionPool.Event, standing: Int) {
        switch event {
        case .connected:
            if isDown { logger.notice("the database is back") }
            isDown = false
            reasons.removeAll()
        case .connectFailed(_, let failure) where standing == 0:
            isDown = true
            // Attempts go on for ever; what they say may change, from "refused" to "starting up".
            let detail = String(reflecting: failure)
            guard reasons.count < Self.mostReasons, reasons.insert(detail).inserted else { return }
            logger.error("the database cannot be reached", metadata: ["detail": "\(detail)"])
        case .connectFailed(_, let failure):
            report(.warning, "a connection to the database cannot be made, others stand", String(reflecting: failure))
        case .tablesChanged: break
        case .lost(_, let failure, let unanswered):
            report(
                .warning, "a connection to the database was lost", String(reflecting: failure),
                ["unanswered": "\(unanswered)"])
        }
    }

    /// A reading of users or tenants has failed, or brought what cannot be used.
    func report(lookup detail: String) { report(.error, "users cannot be looked up", detail) }

    private func report(
        _ level: Logger.Level, _ message: Logger.Message, _ detail: String, _ more: Logger.Metadata = [:]
    ) {
        guard let leftOut = repeated.admit("\(message)\(detail)", now: clock()) else { return }
        var metadata = more
        metadata["detail"] = "\(detail)"
        if leftOut > 0 { metadata["leftOut"] = "\(leftOut)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
