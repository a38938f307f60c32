import Diagnostics

/// What `portico access lint` looks for; the raw value is the name in findings and in the comments
/// that switch one off.
public enum LintName: String, Sendable, CaseIterable {
    /// What the files' own reader refuses: a name that is not known, a value that cannot be.
    case invalid
    /// A condition that no row can fulfil, whatever the data.
    case contradiction
    /// A condition that another one, the role's, or the isolation says already.
    case redundant
    /// A branch of an `or` that another branch contains.
    case swallowed
    /// A field that is never null in the schema, over rows that a viewer may not see.
    case hideableNonNull = "hideable-non-null"
    /// Rows that no index finds.
    case unsupportedRows = "unsupported-rows"
    /// A type that is narrowed while rows that belong to its hidden rows stay visible.
    case reachableElsewhere = "reachable-elsewhere"
    /// Something optional that no tenant switches on.
    case unusedOptional = "unused-optional"
    /// A type that belongs to no tenant, readable by roles that are bound to theirs.
    case acrossTenants = "across-tenants"
    /// The file of a tenant that the database does not have.
    case unknownTenant = "unknown-tenant"
    /// A field that is hidden from a role which cannot read it anyway.
    case hiddenAlready = "hidden-already"
    /// A comment that switches a finding off without saying why, or that switches off nothing.
    case `switch`

    public var severity: Diagnostic.Severity {
        switch self {
        case .invalid, .contradiction, .hideableNonNull: .error
        case .redundant, .swallowed, .unsupportedRows, .reachableElsewhere, .unusedOptional, .acrossTenants,
            .unknownTenant, .hiddenAlready, .switch:
            .warning
        }
    }

    /// Whether a comment may switch it off: what the reader refuses is not in force, whatever a
    /// comment says.
    var isSwitchable: Bool { self != .invalid && self != .switch }
}

/// One finding, with its place.
public struct LintFinding: Sendable, Equatable {
    public var name: LintName
    public var diagnostic: Diagnostic
    /// Why it is as it should be, where a comment says so.
    public var reason: String?

    public init(_ name: LintName, _ message: String, file: String, range: SourceRange?, hint: String?) {
        self.name = name
        diagnostic = Diagnostic(
            "\(message) [\(name.rawValue)]", file: file, range: range, hint: hint, severity: name.severity)
    }
}
