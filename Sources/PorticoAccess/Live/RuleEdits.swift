import Diagnostics
import ExactText
import PorticoCatalog

/// A file of `config/access/`.
public enum RuleSource: Sendable, Hashable {
    case roles
    /// The file of the tenant whose id is its name, byte by byte.
    case tenant(ExactString)

    public static let folder = "config/access"
    public static let tenantFolder = "config/access/tenants"

    /// Relative to the project's folder.
    public var path: String {
        switch self {
        case .roles: "\(Self.folder)/roles.yaml"
        case .tenant(let tenant): "\(Self.tenantFolder)/\(tenant).yaml"
        }
    }

    public var tenant: ExactString? { if case .tenant(let tenant) = self { tenant } else { nil } }
}

public struct PolicyFile: Sendable {
    public var source: SourceText
    /// Modification time in milliseconds since 1970; `nil` if unknown.
    public var modified: Int?

    public init(_ source: SourceText, modified: Int? = nil) { (self.source, self.modified) = (source, modified) }
}

/// Files of `config/access/` that were written or removed.
public struct RuleEdits: Sendable {
    public var roles: PolicyFile?
    /// By the tenant's id; `nil` for a removed file.
    public var tenants: [ExactString: PolicyFile?]

    /// Tenants whose files cannot be read. They are no longer served, whatever rules they had,
    /// because their current rules are unknown.
    public var unreadable: [ExactString: UnreadableFile]

    public init(
        roles: PolicyFile? = nil, tenants: [ExactString: PolicyFile?] = [:],
        unreadable: [ExactString: UnreadableFile] = [:]
    ) {
        self.roles = roles
        self.tenants = tenants
        self.unreadable = unreadable
    }

    public var isEmpty: Bool { roles == nil && tenants.isEmpty && unreadable.isEmpty }
}

/// Rules that could come into force: the input of every check, at the start and at every change.
public struct PolicyCandidate: Sendable {
    public var policy: Policy
    /// The accepted rules in force; `nil` at the start.
    public var former: Policy?
    /// The tenants whose own rules differ from those of ``former``, sorted; `nil` if the roles
    /// differ, and with them everything.
    public var tenants: [ExactString]?

    public init(_ policy: Policy, former: Policy? = nil, tenants: [ExactString]? = nil) {
        (self.policy, self.former, self.tenants) = (policy, former, tenants)
    }
}

/// Checks rules before they come into force, at the start and at every change; throws to refuse.
public typealias PolicyAcceptance = @Sendable (PolicyCandidate) throws(Diagnostics) -> Void

/// The result of edits.
public struct RuleUpdate: Sendable {
    public struct Change: Sendable {
        public var source: RuleSource
        /// `nil` if there was no file.
        public var before: [UInt8]?
        /// `nil` if the file was removed.
        public var after: PolicyFile?
    }

    public struct Refusal: Sendable {
        public var source: RuleSource
        public var text: PolicyFile
        public var problems: Diagnostics
        /// Whether viewers are not served because there are no former rules.
        public var isUnserved: Bool
    }

    public var before: Policy
    public var after: Policy
    /// What has come into force, the roles first, then by tenant.
    public var changes: [Change] = []
    /// What was edited and is not in force.
    public var refusals: [Refusal] = []
    /// Files that match what is in force again, after a refusal.
    public var restored: [RuleSource] = []
    /// Files that had to be parsed.
    public var parsed = 0

    /// Tenants that are no longer served, because their files cannot be read.
    public var closed: [ExactString] = []

    /// Whether other rules are in force than before.
    public var isChange: Bool { !changes.isEmpty || !closed.isEmpty }
}
