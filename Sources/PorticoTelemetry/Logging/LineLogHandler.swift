import JSONBytes
import Logging
import PorticoConfiguration

/// The swift-log handler of the server's log: one line per event, for rare events; never blocks.
/// Requests use ``RequestLog``.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let format: LogFormat
    private let writer: LogWriter

    /// - Parameter writer: Standard error by default.
    public init(level: Logger.Level, format: LogFormat, writer: LogWriter = .standardError) {
        logLevel = level
        self.format = format
        self.writer = writer
        writer.common.setFormat(format)
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let line = LogLine(buffer: ResponseBuffer(capacity: 512), format: format)
        line.begin(level: event.level, message: event.message.description)
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { _, new in new }.merging(event.metadata ?? [:]) {
            _, new in new
        }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line.field(dynamic: key, value.description) }
        if let error = event.error { line.field("error", String(reflecting: error)) }
        line.end()
        line.buffer.withUnsafeBytes { writer.write($0, by: writer.common) }
    }
}

extension LoggingConfiguration {
    /// A logger with this configuration; with the level off, one that does nothing.
    public func logger(label: String = "portico", writer: LogWriter = .standardError) -> Logger {
        guard let level else { return Logger(label: label, factory: { _ in SwiftLogNoOpLogHandler() }) }
        return Logger(label: label, factory: { _ in LineLogHandler(level: level, format: format, writer: writer) })
    }
}
