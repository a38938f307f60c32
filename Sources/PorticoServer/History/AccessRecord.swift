/// One line of the trail of access rules: what happened to them, when, and what was in force from
/// then on.
public struct AccessRecord: Sendable, Equatable {
    public enum Event: String, Sendable, CaseIterable {
        /// A gateway began to serve; ``AccessRecord/files`` are those that differ from the record
        /// before it.
        case start
        /// It ended in good order.
        case stop
        /// Other rules came into force; the files are those that changed.
        case change
        /// A file was wrong: the rules in force stay.
        case refusal
        /// All that is in force, so that what stands before it is not needed.
        case rules
    }

    /// Milliseconds since 1970.
    public var time: Int
    public var event: Event
    /// Who wrote it: the machine and the process.
    public var process: String
    public var files: [AccessFileState] = []
    /// Who gains and who loses what, a line each.
    public var effects: [String] = []
    /// The direction of all effects together, such as `gain and loss`; empty where it was not
    /// compared.
    public var direction = ""
    /// What is wrong with a file, each with its place and its picture.
    public var problems: [String] = []
    /// The fingerprint of all files in force afterwards; `nil` where nothing is in force any more,
    /// or it is not known.
    public var rules: String?

    public init(time: Int, event: Event, process: String) {
        self.time = time
        self.event = event
        self.process = process
    }
}

/// A file of the rules at some time.
public struct AccessFileState: Sendable, Equatable {
    /// Relative to the project, such as `config/access/roles.yaml`.
    public var file: String
    /// Of its bytes; `nil` for a file that is gone.
    public var sha256: String?
    /// When it was written, in milliseconds since 1970; `nil` where that is not known.
    public var modified: Int?
    /// Whether it was wrong from the start, so that its tenant is not served.
    public var isUnserved = false

    public init(file: String, sha256: String?, modified: Int? = nil, isUnserved: Bool = false) {
        self.file = file
        self.sha256 = sha256
        self.modified = modified
        self.isUnserved = isUnserved
    }
}
