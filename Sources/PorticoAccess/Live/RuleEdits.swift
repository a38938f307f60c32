import Diagnostics
import ExactText
import PorticoCatalog

/// A file of `config/access/`.
public enum RuleSource: Sendable, Hashable {
    case roles
    /// A tenant's own; a file belongs to the tenant whose id is its name, byte by byte.
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

/// A file as it was read.
public struct RuleText: Sendable {
    public var source: SourceText
    /// When it was written, in milliseconds since 1970; `nil` where that is not known.
    public var modified: Int?

    public init(_ source: SourceText, modified: Int? = nil) {
        self.source = source
        self.modified = modified
    }
}

/// Files of `config/access/` that were written, or are gone.
public struct RuleEdits: Sendable {
    public var roles: RuleText?
    /// By the tenant's id; `nil` for a file that is gone.
    public var tenants: [ExactString: RuleText?]

    /// What stands in the place of a tenant's file and cannot be read: from now on that tenant is
    /// not served, whatever rules it had, since what it has now is not known.
    public var unreadable: [ExactString: UnreadableFile]

    public init(
        roles: RuleText? = nil, tenants: [ExactString: RuleText?] = [:], unreadable: [ExactString: UnreadableFile] = [:]
    ) {
        self.roles = roles
        self.tenants = tenants
        self.unreadable = unreadable
    }

    public var isEmpty: Bool { roles == nil && tenants.isEmpty && unreadable.isEmpty }
}

/// Rules that could come into force: what every check of new rules is given, at the start and at
/// every change.
public struct PolicyCandidate: Sendable {
    public var policy: Policy
    /// The rules in force, which have been accepted before; `nil` at the start.
    public var former: Policy?
    /// The tenants whose own rules differ from those of ``former``, sorted; `nil` where the roles
    /// do, and with them everything.
    public var tenants: [ExactString]?

    public init(_ policy: Policy, former: Policy? = nil, tenants: [ExactString]? = nil) {
        self.policy = policy
        self.former = former
        self.tenants = tenants
    }
}

/// What is asked before rules come into force, at the start and at every change of files: throws
/// what keeps them out of force.
public typealias PolicyAcceptance = @Sendable (PolicyCandidate) throws(Diagnostics) -> Void

/// What came of edits.
public struct RuleUpdate: Sendable {
    public struct Change: Sendable {
        public var source: RuleSource
        /// `nil` where there was no file.
        public var before: [UInt8]?
        /// `nil` where the file is gone.
        public var after: RuleText?
    }

    public struct Refusal: Sendable {
        public var source: RuleSource
        public var text: RuleText
        public var problems: Diagnostics
        /// Whether viewers are not served because of it: there are no former rules that could stay
        /// in force.
        public var isUnserved: Bool
    }

    public var before: Policy
    public var after: Policy
    /// What has come into force, the roles first, then by tenant.
    public var changes: [Change] = []
    /// What was edited and is not in force.
    public var refusals: [Refusal] = []
    /// Files that say again what is in force, having been refused in between.
    public var restored: [RuleSource] = []
    /// Files whose text had to be read as rules.
    public var parsed = 0

    /// Tenants that are not served any more, because what stands in the place of their files cannot
    /// be read.
    public var closed: [ExactString] = []

    /// Whether other rules are in force than before.
    public var isChange: Bool { !changes.isEmpty || !closed.isEmpty }
}
