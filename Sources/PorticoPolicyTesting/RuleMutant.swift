import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// One changed rule, to see whether a test detects it.
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
    /// The effect as a clause: `client may read Ticket.assignee`.
    public var effect: String
    /// The place of the changed rule.
    public var origin: RuleOrigin
    /// The roles that it affects; `nil` for every role.
    public var roles: Set<String>?
    /// The tenants that it affects; `nil` for every tenant.
    public var tenants: Set<ExactString>?
    /// The type that it affects; `nil` for all questions.
    public var type: String?
    /// The field that becomes visible.
    public var field: String?
    /// By the name of the file.
    var trees: [String: Tree]

    /// A changed file.
    typealias Tree = @Sendable () -> YAMLNode

    /// The files with this one change.
    public func files(of texts: RuleTexts) -> ProjectFiles {
        func changed(_ source: SourceText) -> SourceText {
            trees[source.name].map { SourceText(name: source.name, $0().flowText) } ?? source
        }
        var files = texts.files
        files.roles = changed(files.roles)
        files.resolvers = files.resolvers.map(changed)
        files.tenants = files.tenants.map(changed)
        return files
    }

    /// Whether the resolvers are changed, and with them the catalog.
    public var changesCatalog: Bool { kind == .isolationRemoved }

    /// Whether it could change the answer to a question.
    public func concerns(role: String, tenant: ExactString?, _ mentions: OperationMentions) -> Bool {
        if let roles, !roles.contains(role) { return false }
        if let tenants, !(tenant.map { tenants.contains($0) } ?? false) { return false }
        return type.map { mentions.types.contains($0) || mentions.asksForSchema } ?? true
    }

    /// Questions that name what is changed come first: they are most likely to detect it.
    public func nearness(_ mentions: OperationMentions) -> Int {
        guard let type else { return 0 }
        if let field, mentions.fields.contains(OperationMentions.FieldName(type: type, field: field)) { return 2 }
        return mentions.types.contains(type) ? 1 : 0
    }
}
