import Logging
import PostgresClient

/// Logs the state of one worker's connections to the database: each outage and each reason once.
package final class DatabaseLog {
    /// Reasons that are logged for one outage.
    static let mostReasons = 16

    private let logger: Logger
    private let clock: () -> Int
    private var repeated = RepeatedLines()
    private var isDown = false
    private var reasons: Set<String> = []

    /// - Parameter clock: Monotonic milliseconds.
    package init(logger: Logger, clock: @escaping () -> Int) { (self.logger, self.clock) = (logger, clock) }

    /// - Parameter standing: Connections that are up.
    package func report(_ event: ConnectionPool.Event, standing: Int) {
        switch event {
        case .connected:
            if isDown { logger.notice("the database is back") }
            isDown = false
            reasons.removeAll()
        case .connectFailed(_, let failure) where standing == 0:
            isDown = true
            // Attempts continue; their errors may change, from "refused" to "starting up".
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

    /// A reading of users or tenants failed, or returned unusable data.
    package func report(lookup detail: String) { report(.error, "users cannot be looked up", detail) }

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
