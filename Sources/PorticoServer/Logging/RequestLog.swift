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

/// The log lines of one worker: formatted straight into a buffer, and written once at the end of the loop's turn.
final class RequestLog {
    /// Bytes of lines that nobody has fetched yet; what comes on top is dropped and counted. Stands against a reader of the log that has stopped.
    static let mostBytes = 1 << 20
    /// Milliseconds until lines that did not fit are tried again.
    static let retryMilliseconds = 100

    private let reactor: Reactor
    private let level: Logger.Level?
    private let writer: LogWriter
    /// Whether what people ask is recorded, texts and values.
    let recordsDocuments: Bool
    let line: LogLine
    private var isScheduled = false
    private var dropped = 0
    private var repeated = RepeatedLines()
    /// Lines that were dropped so far.
    private(set) var droppedLines = 0
    /// Requests that were slow so far, logged or not.
    private(set) var slowRequests = 0
    private var slowWindow = (second: 0, logged: 0, skipped: 0)

    init(reactor: Reactor, configuration: LoggingConfiguration, writer: LogWriter) {
        self.reactor = reactor
        self.writer = writer
        level = configuration.level
        recordsDocuments = configuration.documents && configuration.level.map { $0 <= .info } ?? false
        line = LogLine(buffer: ResponseBuffer(capacity: 16 << 10), format: configuration.format)
    }

    /// Whether requests are logged at all; asked first, so that a log that is off costs nothing.
    var logsRequests: Bool { level.map { $0 <= .info } ?? false }

    func request(_ record: RequestRecord) {
        guard logsRequests, hasRoom else { return }
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
        guard let least = self.level, least <= level, hasRoom else { return }
        line.begin(level: level, message: message)
        line.field("requestId") { requestID.write(into: $0) }
        line.field("detail", detail)
        line.end()
        schedule()
    }

    /// The database did not serve a request. In an outage that is so for all: the line comes with one of them and says how many others there were.
    func outage(_ requestID: RequestID, detail: String) {
        guard let least = self.level, least <= .warning, let leftOut = repeated.admit(detail, now: reactor.now) else { return }
        failure(requestID, level: .warning, "the database did not serve a request", detail: leftOut > 0 ? "\(detail) (\(leftOut) more since the last such line)" : detail)
    }

    /// Counts a slow request, and says whether it is to be logged: so many a second, the others are told of with the next.
    /// - Returns: How many were not logged since the last one; `nil` when this one is not.
    func admitsSlowRequest() -> Int? {
        slowRequests += 1
        let second = reactor.now / 1000
        if second != slowWindow.second { slowWindow = (second, 0, slowWindow.skipped) }
        guard let level, level <= .warning else { return nil }
        guard slowWindow.logged < Self.mostSlowRequests, hasRoom else {
            slowWindow.skipped += 1
            return nil
        }
        defer { slowWindow.skipped = 0 }
        slowWindow.logged += 1
        return slowWindow.skipped
    }

    var hasRoom: Bool {
        if line.buffer.count < Self.mostBytes { return true }
        dropped += 1
        droppedLines += 1
        return false
    }

    func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        reactor.atEndOfTurn { [weak self] in self?.flush() }
    }

    /// Writes what has gathered; what does not fit stays and is tried again.
    func flush() {
        isScheduled = false
        let buffer = line.buffer
        guard !buffer.isEmpty else { return }
        let (written, total) = buffer.withUnsafeBytes { (writer.write($0), $0.count) }
        if written == total {
            buffer.reset(keepingCapacity: 64 << 10)
            if dropped > 0 { reportDropped() }
            return
        }
        let rest = Array(buffer.takeBytes()[written...])
        buffer.append(rest)
        isScheduled = true
        reactor.after(milliseconds: Self.retryMilliseconds) { [weak self] in self?.flush() }
    }

    private func reportDropped() {
        line.begin(level: .warning, message: "log lines were dropped: nobody read them")
        line.field("lines", dropped)
        line.end()
        dropped = 0
        schedule()
    }
}
