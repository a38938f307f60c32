import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// Which rules the tests come near at all: a rule that no test exercises could say anything.
///
/// A reading is exercised by a question that was answered, a row condition by one that asks for
/// rows, a field that is kept back by one that names it, an isolation by any answered question of a
/// role that it binds. Whether the tests would notice a change of the rule is what ``RuleMutants``
/// tell.
public struct RuleCoverage: Sendable {
    public struct Rule: Sendable {
        /// Such as `client's rows of Ticket: creatorId`.
        public var name: String
        public var origin: RuleOrigin
        fileprivate var subject: Subject
        fileprivate var roles: Set<String>
        /// `nil` for those of every tenant.
        fileprivate var tenants: Set<ExactString>?
        public fileprivate(set) var isExercised = false
    }

    fileprivate enum Subject: Sendable {
        case read(String)
        case rows(String)
        case field(OperationMentions.FieldName)
    }

    /// One question as it was put.
    public struct Question: Sendable {
        public var role: String
        public var tenant: ExactString?
        public var mentions: OperationMentions
        public var isAnswered: Bool
        /// It runs statements, and does not only ask which fields there are.
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
        for role in texts.roleSections {
            for read in texts.reads(role) {
                let type = read.type.name
                add("\(role.key) reads \(type)", texts.roles.origin(read.keyRange), .read(type), [role.key.text])
                addRows(read, texts.roles, tenants: nil)
                for item in read.node["fields"]?.value(at: [.key("except")])?.items ?? [] {
                    addField(item, read, texts.roles, tenants: nil)
                }
            }
        }
        for group in texts.tenants {
            for grant in group.file.root.value(at: [.key("grants")])?.items ?? [] {
                let parts = (grant.text ?? "").split(separator: ".").map(String.init)
                if parts.count == 3 {
                    add(
                        "the grant of \(grant.text ?? "")", group.file.origin(grant.range), .read(parts[1]), [parts[0]],
                        group.tenants)
                }
            }
            for read in texts.reads(group) {
                addRows(read, group.file, tenants: group.tenants)
                for item in read.node["hide"]?.items ?? [] { addField(item, read, group.file, tenants: group.tenants) }
            }
        }
        for file in texts.resolvers {
            guard let (type, isolation) = texts.isolation(file) else { continue }
            add("the isolation of \(type.name)", file.origin(isolation.keyRange), .rows(type.name), texts.boundRoles)
        }
    }

    /// One for each condition that must hold by itself.
    private mutating func addRows(_ read: RuleTexts.Read, _ file: RuleTexts.File, tenants: Set<ExactString>?) {
        guard let rows = read.node["rows"] else { return }
        for member in rows.members {
            add(
                "\(read.role)'s rows of \(read.type.name): \(member.key)", file.origin(member.keyRange),
                .rows(read.type.name), [read.role], tenants)
        }
    }

    private mutating func addField(
        _ item: YAMLNode, _ read: RuleTexts.Read, _ file: RuleTexts.File, tenants: Set<ExactString>?
    ) {
        guard let field = item.text else { return }
        let name = OperationMentions.FieldName(type: read.type.name, field: field)
        add(
            "\(read.role) does not read \(read.type.name).\(field)", file.origin(item.range), .field(name), [read.role],
            tenants)
    }

    private mutating func add(
        _ name: String, _ origin: RuleOrigin, _ subject: Subject, _ roles: Set<String>,
        _ tenants: Set<ExactString>? = nil
    ) {
        rules.append(Rule(name: name, origin: origin, subject: subject, roles: roles, tenants: tenants))
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

/// So many of so many.
public struct Share: Sendable, Equatable {
    public var total: Int
    public var done: Int

    public init(of total: Int, done: Int) {
        self.total = total
        self.done = done
    }

    /// Rounded down, so that 100 says all; 100 of nothing.
    public var percent: Int { total == 0 ? 100 : done * 100 / total }
}
