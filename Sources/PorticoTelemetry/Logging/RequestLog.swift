import JSONBytes
import Logging
import PorticoAccess
import PorticoConfiguration
import SocketLoop

/// The log record of one answered request. Never contains tokens or variables.
package struct RequestRecord {
    var requestID: RequestID
    var route: StaticString
    var status: Int
    var microseconds: Int
    var operation: String?
    var viewer: Viewer?
    var loads: Int
    var rows: Int
    var statements: Int
    /// The hash of the plan, as in its statements' tags.
    var plan: String?
    /// The client's trace.
    var trace: TraceParent?

    package init(
        requestID: RequestID, route: StaticString, status: Int, microseconds: Int, operation: String? = nil,
        viewer: Viewer? = nil, loads: Int = 0, rows: Int = 0, statements: Int = 0, plan: String? = nil,
        trace: TraceParent? = nil
    ) {
        self.requestID = requestID
        self.route = route
        self.status = status
        self.microseconds = microseconds
        self.operation = operation
        self.viewer = viewer
        self.loads = loads
        self.rows = rows
        self.statements = statements
        self.plan = plan
        self.trace = trace
    }
}

/// The request log of one worker: formats lines directly into a buffer, which is passed to the
/// writer once at the end of the loop's turn.
package final class RequestLog {
    /// Bytes of lines above which they are passed on within a turn.
    static let mostBytes = 256 << 10

    private let reactor: Reactor
    private let level: Logger.Level?
    private let writer: LogWriter
    private let mailbox: LogMailbox
    /// Whether operations are recorded with their texts and values.
    package let recordsDocuments: Bool
    let line: LogLine
    private var isScheduled = false
    private var repeated = RepeatedLines()
    /// Number of slow requests, logged or not.
    package private(set) var slowRequests = 0
    private var slowWindow = (second: 0, logged: 0, skipped: 0)

    package init(reactor: Reactor, configuration: LoggingConfiguration, writer: LogWriter) {
        self.reactor = reactor
        self.writer = writer
        mailbox = writer.mailbox()
        mailbox.setFormat(configuration.format)
        level = configuration.level
        recordsDocuments = configuration.documents && configuration.level.map { $0 <= .info } ?? false
        line = LogLine(buffer: ResponseBuffer(capacity: 16 << 10), format: configuration.format)
    }

    deinit { writer.forget(mailbox) }

    /// Whether requests are logged; checked first, so that a disabled log costs nothing.
    package var logsRequests: Bool { level.map { $0 <= .info } ?? false }

    package func request(_ record: RequestRecord) {
        guard logsRequests else { return }
        line.begin(level: .info, message: "request")
        line.field("requestId") { record.requestID.write(into: $0) }
        line.field("route") { $0.append(record.route) }
        if let trace = record.trace { line.field("trace") { trace.writeTraceID(into: $0) } }
        if let operation = record.operation { line.field("operation", operation) }
        if let plan = record.plan { line.field("plan", plan) }
        if let viewer = record.viewer {
            if let id = viewer.id { line.field("viewer", id.text) }
            line.field("role", viewer.role.text)
            if let tenant = viewer.tenant { line.field("tenant", tenant.text) }
        }
        line.field("status", record.status)
        line.field("ms", milliseconds: record.microseconds)
        if record.statements > 0 || record.loads > 0 {
            line.field("loads", record.loads)
            line.field("rows", record.rows)
            line.field("statements", record.statements)
        }
        line.end()
        schedule()
    }

    /// Logs a message for the operator about one request.
    package func failure(_ requestID: RequestID, level: Logger.Level = .error, _ message: StaticString, detail: String)
    {
        guard let least = self.level, least <= level else { return }
        line.begin(level: level, message: message)
        line.field("requestId") { requestID.write(into: $0) }
        line.field("detail", detail)
        line.end()
        schedule()
    }

    /// The database did not serve a request. During an outage, the line is logged for one of the
    /// requests, with the number of others.
    package func outage(_ requestID: RequestID, detail: String) {
        guard let least = self.level, least <= .warning, let leftOut = repeated.admit(detail, now: reactor.now) else {
            return
        }
        failure(
            requestID, level: .warning, "the database did not serve a request",
            detail: leftOut > 0 ? "\(detail) (\(leftOut) more since the last such line)" : detail)
    }

    /// Counts a slow request, and decides whether to log it: a limited number per second.
    /// - Returns: How many were not logged since the last one; `nil` if this one is not logged.
    func admitsSlowRequest() -> Int? {
        slowRequests += 1
        let second = reactor.now / 1000
        if second != slowWindow.second { slowWindow = (second, 0, slowWindow.skipped) }
        guard let level, level <= .warning else { return nil }
        guard slowWindow.logged < Self.mostSlowRequests else {
            slowWindow.skipped += 1
            return nil
        }
        defer { slowWindow.skipped = 0 }
        slowWindow.logged += 1
        return slowWindow.skipped
    }

    /// A line is complete.
    func schedule() {
        if line.buffer.count >= Self.mostBytes { flush() }
        guard !isScheduled else { return }
        isScheduled = true
        reactor.atEndOfTurn { [weak self] in self?.flush() }
    }

    /// Passes on the buffered lines; never blocks.
    package func flush() {
        isScheduled = false
        let buffer = line.buffer
        guard !buffer.isEmpty else { return }
        buffer.withUnsafeBytes { writer.write($0, by: mailbox) }
        buffer.reset(keepingCapacity: 64 << 10)
    }
}
