/// One line of the trail of access rules: an event, its time, and what was in force afterwards.
public struct AccessRecord: Sendable, Equatable {
    public enum Event: String, Sendable, CaseIterable {
        /// A gateway began to serve; ``AccessRecord/files`` are those that differ from before.
        case start
        /// It shut down in an orderly way.
        case stop
        /// Other rules came into force; the files are those that changed.
        case change
        /// A file was invalid: the rules in force stay.
        case refusal
        /// A snapshot of everything in force, so that earlier records are not needed.
        case rules
    }

    /// Milliseconds since 1970.
    public var time: Int
    public var event: Event
    /// The writer: machine and process.
    public var process: String
    public var files: [AccessFileState] = []
    /// Gains and losses of viewers, one line each.
    public var effects: [String] = []
    /// The direction of all effects together, such as `gain and loss`; empty if not compared.
    public var direction = ""
    /// The problems of a file, each with its place and source excerpt.
    public var problems: [String] = []
    /// The fingerprint of all files in force afterwards; `nil` for none or unknown.
    public var rules: String?
}

/// A file of the rules at some time.
public struct AccessFileState: Sendable, Equatable {
    /// Relative to the project, such as `config/access/roles.yaml`.
    public var file: String
    /// Of its bytes; `nil` for a removed file.
    public var sha256: String?
    /// Modification time in milliseconds since 1970; `nil` if unknown.
    public var modified: Int?
    /// Whether it was invalid from the start, so that its tenant is not served.
    public var isUnserved = false
}
