import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// All mutants of a project's rules: each changes one thing.
///
/// Most weaken a rule. Two kinds narrow one (an alternative of `or`, a grant): a suite that does
/// not detect these does not test what the rule gives.
public struct RuleMutants: Sendable {
    /// Mutants of one project. Guards against endless runs.
    public static let limit = 50_000

    public private(set) var all: [RuleMutant] = []
    private let texts: RuleTexts

    /// - Parameter hasHierarchy: Whether `reach: subtree` is wider than `reach: tenant`.
    public init(_ texts: RuleTexts, hasHierarchy: Bool) {
        self.texts = texts
        if let file = texts.roles { ofRoles(file, hasHierarchy: hasHierarchy) }
        for file in texts.tenants { ofTenants(file) }
        for file in texts.resolvers { ofIsolation(file) }
        if all.count > Self.limit { all.removeLast(all.count - Self.limit) }
    }

    private mutating func add(
        _ kind: RuleMutant.Kind, _ effect: String, _ file: RuleTexts.File, at range: SourceRange, role: String? = nil,
        roles: Set<String>? = nil, type: String? = nil, field: String? = nil,
        also others: [String: RuleMutant.Tree] = [:], _ tree: @escaping RuleMutant.Tree
    ) {
        var trees = others
        for name in file.names { trees[name] = tree }
        all.append(
            RuleMutant(
                kind: kind, effect: effect, origin: file.tree.origin(range), roles: roles ?? role.map { [$0] },
                tenants: file.tenants, type: type, field: field, trees: trees))
    }

    // MARK: Roles

    private mutating func ofRoles(_ file: RuleTexts.File, hasHierarchy: Bool) {
        for role in file.tree.sections {
            ofReach(role, file, hasHierarchy: hasHierarchy)
            for read in role.reads {
                ofFields(read, file)
                ofRows(read, file)
                if let optional = read["optional"], optional.isTrue { ofOptional(read, optional, file) }
            }
            typesAdded(to: role.place, role.role, isBound: !role.isCrossTenant, file)
            ofLimits(role.place, file, owner: role.role.text, role: role.role.text)
        }
        // The default role of anonymous viewers need not be stated.
        let anonymous = ExactString(Viewer.anonymousRole)
        if !file.tree.sections.contains(where: { $0.role == anonymous }), let roles = file.tree.root["roles"] {
            typesAdded(to: roles, anonymous, isBound: true, file)
        }
    }

    private mutating func ofReach(_ role: RuleTree.Section, _ file: RuleTexts.File, hasHierarchy: Bool) {
        guard !role.isCrossTenant, role.namesTypes else { return }
        let place = role.place, stated = place["reach"], range = stated?.keyRange ?? place.keyRange
        if stated?.node.text != "subtree", hasHierarchy {
            add(.reachWidened, "\(role.role) reaches the tenants below its own", file, at: range, role: role.role.text)
            { place.setting(["reach": .text("subtree")]) }
        } else {
            add(.reachWidened, "\(role.role) reaches every tenant", file, at: range, role: role.role.text) {
                place.setting(["reach": nil, "crossTenant": .text("true")])
            }
        }
    }

    private mutating func ofFields(_ read: RuleTree.Read, _ file: RuleTexts.File) {
        guard let fields = read["fields"] else { return }
        if case .sequence = fields.node.content {
            let listed = Set(fields.items.compactMap(\.node.text))
            for field in read.type.fields.keys.sorted() where !listed.contains(field) {
                shown(.fieldAdded, field, of: read, file, at: fields.node.range) { fields.appending(.text(field)) }
            }
        }
        for item in fields["except"]?.items ?? [] { shown(.fieldAdded, item, of: read, file) }
    }

    private mutating func shown(
        _ kind: RuleMutant.Kind, _ item: YAMLPlace, of read: RuleTree.Read, _ file: RuleTexts.File
    ) {
        guard let field = item.node.text else { return }
        shown(kind, field, of: read, file, at: item.node.range) { item.replacing(nil) }
    }

    private mutating func shown(
        _ kind: RuleMutant.Kind, _ field: String, of read: RuleTree.Read, _ file: RuleTexts.File, at range: SourceRange,
        _ tree: @escaping RuleMutant.Tree
    ) {
        add(
            kind, "\(read.role) may read \(read.type.name).\(field)", file, at: range, role: read.role.text,
            type: read.type.name, field: field, tree)
    }

    private mutating func ofOptional(_ read: RuleTree.Read, _ optional: YAMLPlace, _ file: RuleTexts.File) {
        let grant = "\(read.role).\(read.type.name).read"
        // Only optional rules can be granted.
        var ungranted: [String: RuleMutant.Tree] = [:]
        for tenants in texts.tenants {
            guard let item = tenants.tree.grants.first(where: { $0.node.text == grant }) else { continue }
            for name in tenants.names { ungranted[name] = { item.replacing(nil) } }
        }
        add(
            .optionalGranted, "every \(read.role) may read \(read.type.name), also where no tenant grants it", file,
            at: optional.keyRange, role: read.role.text, type: read.type.name, also: ungranted
        ) { optional.replacing(nil) }
    }

    /// Types that a role does not name are denied; each is opened once.
    /// - Parameter place: Of the role, or of all roles if it is not stated.
    private mutating func typesAdded(to place: YAMLPlace, _ role: ExactString, isBound: Bool, _ file: RuleTexts.File) {
        let isStated = place.key == role
        for type in texts.catalog.types.values.sorted(by: { $0.name < $1.name })
        where !isStated || place[ExactString(type.name)] == nil {
            if isBound, case .unstated = type.isolation { continue }
            let rule = YAMLNode.mapping("read", .mapping("fields", .text("all")))
            let range = isStated ? place.keyRange : file.tree.root.keyRange
            add(.typeAdded, "\(role) may read \(type.name)", file, at: range, role: role.text, type: type.name) {
                isStated
                    ? place.setting([ExactString(type.name): rule]) : place.setting([role: .mapping(type.name, rule)])
            }
        }
    }

    private mutating func ofLimits(_ section: YAMLPlace, _ file: RuleTexts.File, owner: String, role: String?) {
        for limit in section["limits"]?.members ?? [] {
            guard let name = limit.key, Self.canBeSeen(name.text) else { continue }
            add(
                .limitRemoved, "\(owner) has no limit `\(name)` of its own", file, at: limit.keyRange, role: role
            ) { limit.replacing(nil) }
        }
    }

    /// Limits of time and of the number of requests do not show in one answer.
    private static func canBeSeen(_ limit: String) -> Bool {
        switch RequestLimit(named: limit) {
        case .concurrentRequests?, .requestsPerSecond?, .requestBurst?, .requestTimeout?, nil: false
        default: true
        }
    }

    // MARK: Tenants

    private mutating func ofTenants(_ file: RuleTexts.File) {
        for grant in file.tree.grants {
            guard let text = grant.node.text else { continue }
            let parts = text.split(separator: ".").map(String.init)
            add(
                .grantRemoved, "`\(text)` is not granted", file, at: grant.node.range, role: parts.first,
                type: parts.count > 1 ? parts[1] : nil
            ) { grant.replacing(nil) }
        }
        ofLimits(file.tree.root, file, owner: "the tenant", role: nil)
        for section in file.tree.sections {
            ofLimits(section.place, file, owner: "the tenant's \(section.role)", role: section.role.text)
        }
        for read in file.tree.reads {
            for item in read["hide"]?.items ?? [] { shown(.hideRemoved, item, of: read, file) }
            ofRows(read, file)
        }
    }

    // MARK: Conditions and isolation

    private mutating func ofRows(_ read: RuleTree.Read, _ file: RuleTexts.File) {
        guard let rows = read["rows"] else { return }
        for change in ConditionChanges(rows, of: read.type, catalog: texts.catalog).found {
            add(
                change.isNarrower ? .alternativeDropped : .conditionDropped,
                "\(read.role)'s \(read.type.name): \(change.effect)", file, at: change.range, role: read.role.text,
                type: read.type.name, change.tree)
        }
    }

    private mutating func ofIsolation(_ file: RuleTexts.File) {
        guard let (type, isolation) = texts.isolation(file) else { return }
        add(
            .isolationRemoved, "rows of \(type.name) belong to no tenant", file, at: isolation.keyRange,
            roles: texts.boundRoles
        ) { isolation.replacing(.text("none")) }
    }
}
