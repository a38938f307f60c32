import Logging

public struct LoggingConfiguration: Sendable, Equatable {
    /// `nil` is off.
    public var level: Logger.Level? = .info
    public var format = LogFormat.text
    /// Milliseconds from which a request is logged with its loads; `nil` for never.
    public var slowRequest: Int? = 1000
    /// Whether the log records documents and variables with their values, for `portico access diff
    /// --replay`.
    public var documents = false

    public init() {}
}

public enum LogFormat: String, Sendable, CaseIterable { case json, text }
