import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// Which rules the tests exercise at all: a rule that no test exercises could state anything.
///
/// A `read` is exercised by an answered question, a row condition by one that loads rows, a hidden
/// field by one that names it, an isolation by any answered question of a role that it binds.
/// ``RuleMutants`` show whether the tests would detect a change of the rule.
public struct RuleCoverage: Sendable {
    public struct Rule: Sendable {
        /// Such as `client's rows of Ticket: creatorId`.
        public var name: String
        public var origin: RuleOrigin
        fileprivate var subject: Subject
        fileprivate var roles: Set<String>
        /// `nil` for every tenant.
        fileprivate var tenants: Set<ExactString>?
        public fileprivate(set) var isExercised = false
    }

    fileprivate enum Subject: Sendable {
        case read(String)
        case rows(String)
        case field(OperationMentions.FieldName)
    }

    /// One question that was run.
    public struct Question: Sendable {
        public var role: String
        public var tenant: ExactString?
        public var mentions: OperationMentions
        public var isAnswered: Bool
        /// Whether it runs statements, instead of only testing which fields exist.
        public var asksForRows: Bool

        public init(
            role: String, tenant: ExactString?, mentions: OperationMentions, isAnswered: Bool, asksForRows: Bool
        ) {
            self.role = role
            self.tenant = tenant
            self.mentions = mentions
            self.isAnswered = isAnswered
            self.asksForRows = asksForRows
        }
    }

    public private(set) var rules: [Rule] = []

    public init(_ texts: RuleTexts) {
        for file in [texts.roles].compactMap(\.self) + texts.tenants {
            for grant in file.tree.grants {
                let parts = (grant.node.text ?? "").split(separator: ".").map(String.init)
                if parts.count == 3 {
                    add("the grant of \(grant.node.text ?? "")", file, grant.keyRange, .read(parts[1]), [parts[0]])
                }
            }
            for read in file.tree.reads { addRead(read, file) }
        }
        for file in texts.resolvers {
            guard let (type, isolation) = texts.isolation(file) else { continue }
            add("the isolation of \(type.name)", file, isolation.keyRange, .rows(type.name), texts.boundRoles)
        }
    }

    private mutating func addRead(_ read: RuleTree.Read, _ file: RuleTexts.File) {
        let type = read.type.name
        if file.tenants == nil {
            add("\(read.role) reads \(type)", file, read.place.keyRange, .read(type), [read.role.text])
        }
        // One for each condition that must hold by itself.
        for part in read["rows"]?.members ?? [] {
            let name = "\(read.role)'s rows of \(type): \(part.key ?? "")"
            add(name, file, part.keyRange, .rows(type), [read.role.text])
        }
        for item in (file.tenants == nil ? read["fields"]?["except"] : read["hide"])?.items ?? [] {
            guard let field = item.node.text else { continue }
            add(
                "\(read.role) does not read \(type).\(field)", file, item.keyRange,
                .field(OperationMentions.FieldName(type: type, field: field)), [read.role.text])
        }
    }

    private mutating func add(
        _ name: String, _ file: RuleTexts.File, _ range: SourceRange, _ subject: Subject, _ roles: Set<String>
    ) {
        rules.append(
            Rule(name: name, origin: file.tree.origin(range), subject: subject, roles: roles, tenants: file.tenants))
    }

    public mutating func note(_ question: Question) {
        for index in rules.indices where !rules[index].isExercised && rules[index].isExercised(by: question) {
            rules[index].isExercised = true
        }
    }

    public var unexercised: [Rule] { rules.filter { !$0.isExercised } }
    public var share: Share { Share(of: rules.count, done: rules.count - unexercised.count) }
}

extension RuleCoverage.Rule {
    fileprivate func isExercised(by question: RuleCoverage.Question) -> Bool {
        guard roles.contains(question.role), tenants.map({ question.tenant.map($0.contains) ?? false }) ?? true else {
            return false
        }
        return switch subject {
        case .read(let type): question.isAnswered && question.mentions.types.contains(type)
        case .rows(let type): question.isAnswered && question.asksForRows && question.mentions.types.contains(type)
        case .field(let name): question.mentions.fields.contains(name)
        }
    }
}

/// A fraction.
public struct Share: Sendable, Equatable {
    public var total: Int
    public var done: Int

    public init(of total: Int, done: Int) { (self.total, self.done) = (total, done) }

    /// Rounded down, so that 100 means all; 100 if there are none.
    public var percent: Int { total == 0 ? 100 : done * 100 / total }
}
