import Diagnostics

/// The lints of `portico access lint`; the raw value is the name in findings and comments.
public enum LintName: String, Sendable, CaseIterable {
    /// A problem found by the files' own reader: an unknown name, an invalid value.
    case invalid
    /// A condition that no row can fulfil, whatever the data.
    case contradiction
    /// A condition that is implied by another one, the role's, or the isolation.
    case redundant
    /// A branch of an `or` that another branch contains.
    case swallowed
    /// A field that is never null in the schema, with rows that a viewer may not see.
    case hideableNonNull = "hideable-non-null"
    /// Rows that no index finds.
    case unsupportedRows = "unsupported-rows"
    /// A narrowed type, while rows that belong to its hidden rows stay visible.
    case reachableElsewhere = "reachable-elsewhere"
    /// An optional rule that no tenant enables.
    case unusedOptional = "unused-optional"
    /// A type that belongs to no tenant, readable by roles that are bound to their tenants.
    case acrossTenants = "across-tenants"
    /// The file of a tenant that the database does not have.
    case unknownTenant = "unknown-tenant"
    /// A field that is hidden from a role which cannot read it anyway.
    case hiddenAlready = "hidden-already"
    /// A comment that disables a finding without a reason, or that disables nothing.
    case `switch`

    public var severity: Diagnostic.Severity {
        switch self {
        case .invalid, .contradiction, .hideableNonNull: .error
        case .redundant, .swallowed, .unsupportedRows, .reachableElsewhere, .unusedOptional, .acrossTenants,
            .unknownTenant, .hiddenAlready, .switch:
            .warning
        }
    }

    /// Whether a comment may disable it: what the reader refuses is never in force.
    var isSwitchable: Bool { self != .invalid && self != .switch }
}

public struct LintFinding: Sendable, Equatable {
    public var name: LintName
    public var diagnostic: Diagnostic
    /// The reason in a comment that explains it.
    public var reason: String?

    public init(_ name: LintName, _ message: String, file: String, range: SourceRange?, hint: String?) {
        self.name = name
        diagnostic = Diagnostic(
            "\(message) [\(name.rawValue)]", file: file, range: range, hint: hint, severity: name.severity)
    }
}
