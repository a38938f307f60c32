import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// One rule changed, to see whether some test notices.
public struct RuleMutant: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case conditionDropped = "a condition dropped"
        case alternativeDropped = "an alternative dropped"
        case fieldAdded = "a field added"
        case typeAdded = "a type added"
        case hideRemoved = "a hidden field shown"
        case optionalGranted = "an optional right given to all"
        case grantRemoved = "a grant taken back"
        case limitRemoved = "a limit dropped"
        case reachWidened = "the reach widened"
        case isolationRemoved = "an isolation removed"
    }

    public var kind: Kind
    /// What would hold then, as a clause: `client may read Ticket.assignee`.
    public var effect: String
    /// Where the rule stands that was changed.
    public var origin: RuleOrigin
    /// Whose viewers it concerns; `nil` for those of every role.
    public var roles: Set<String>?
    /// The tenants whose viewers it concerns; `nil` for those of every tenant.
    public var tenants: Set<ExactString>?
    /// What is asked of it; `nil` where every question is concerned.
    public var type: String?
    /// The field that becomes visible.
    public var field: String?
    /// By the name of the file.
    var edits: [String: [YAMLEdit]]

    /// The files as they are with this one change.
    public func files(of texts: RuleTexts) -> ProjectFiles { texts.files(with: edits) }

    /// Whether the resolvers are changed, so that the catalog is another one.
    public var changesCatalog: Bool { kind == .isolationRemoved }

    /// Whether it could change what a question gives.
    public func concerns(role: String, tenant: ExactString?, _ mentions: OperationMentions) -> Bool {
        if let roles, !roles.contains(role) { return false }
        if let tenants, !(tenant.map { tenants.contains($0) } ?? false) { return false }
        return type.map { mentions.types.contains($0) || mentions.asksForSchema } ?? true
    }

    /// Those that name what is changed come first: they are the likeliest to notice.
    public func nearness(_ mentions: OperationMentions) -> Int {
        guard let type else { return 0 }
        if let field, mentions.fields.contains(OperationMentions.FieldName(type: type, field: field)) { return 2 }
        return mentions.types.contains(type) ? 1 : 0
    }
}
