import JSONBytes
import Logging
import PorticoAccess
import SocketLoop

/// One answered request, as the log tells it. Never tokens, never variables.
struct RequestRecord {
    var requestID: RequestID
    var route: StaticString
    var status: Int
    var microseconds: Int
    var operation: String?
    var viewer: Viewer?
    var loads = 0
    var rows = 0
    var statements = 0
    /// The hash of the plan, as its statements are tagged.
    var plan: String?
    /// Of a trace that the client told of.
    var trace: TraceParent?
}

/// The log lines of one worker: formatted straight into a buffer, and handed to the writer once at
/// the end of the loop's turn.
final class RequestLog {
    /// Bytes of lines that gather before they are handed over within a turn.
    static let mostBytes = 256 << 10

    private let reactor: Reactor
    private let level: Logger.Level?
    private let writer: LogWriter
    private let mailbox: LogMailbox
    /// Whether what people ask is recorded, texts and values.
    let recordsDocuments: Bool
    let line: LogLine
    private var isScheduled = false
    private var repeated = RepeatedLines()
    /// Requests that were slow so far, logged or not.
    private(set) var slowRequests = 0
    private var slowWindow = (second: 0, logged: 0, skipped: 0)

    init(reactor: Reactor, configuration: LoggingConfiguration, writer: LogWriter) {
        self.reactor = reactor
        self.writer = writer
        mailbox = writer.mailbox()
        mailbox.setFormat(configuration.format)
        level = configuration.level
        recordsDocuments = configuration.documents && configuration.level.map { $0 <= .info } ?? false
        line = LogLine(buffer: ResponseBuffer(capacity: 16 << 10), format: configuration.format)
    }

    deinit { writer.forget(mailbox) }

    /// Whether requests are logged at all; asked first, so that a log that is off costs nothing.
    var logsRequests: Bool { level.map { $0 <= .info } ?? false }

    func request(_ record: RequestRecord) {
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

    /// A line for the operator about one request.
    func failure(_ requestID: RequestID, level: Logger.Level = .error, _ message: StaticString, detail: String) {
        guard let least = self.level, least <= level else { return }
        line.begin(level: level, message: message)
        line.field("requestId") { requestID.write(into: $0) }
        line.field("detail", detail)
        line.end()
        schedule()
    }

    /// The database did not serve a request. In an outage that is so for all: the line comes with
    /// one of them and says how many others there were.
    func outage(_ requestID: RequestID, detail: String) {
        guard let least = self.level, least <= .warning, let leftOut = repeated.admit(detail, now: reactor.now) else {
            return
        }
        failure(
            requestID, level: .warning, "the database did not serve a request",
            detail: leftOut > 0 ? "\(detail) (\(leftOut) more since the last such line)" : detail)
    }

    /// Counts a slow request, and says whether it is to be logged: so many a second, the others are
    /// told of with the next.
    /// - Returns: How many were not logged since the last one; `nil` when this one is not.
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

    /// A line is finished.
    func schedule() {
        if line.buffer.count >= Self.mostBytes { flush() }
        guard !isScheduled else { return }
        isScheduled = true
        reactor.atEndOfTurn { [weak self] in self?.flush() }
    }

    /// Hands over what has gathered; it waits for nobody.
    func flush() {
        isScheduled = false
        let buffer = line.buffer
        guard !buffer.isEmpty else { return }
        buffer.withUnsafeBytes { writer.write($0, by: mailbox) }
        buffer.reset(keepingCapacity: 64 << 10)
    }
}
