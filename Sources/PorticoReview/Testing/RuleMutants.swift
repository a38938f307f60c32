import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// All mutants of a project's rules: each changes one thing.
///
/// Most weaken a rule. Two kinds narrow one (an alternative of `or`, a grant): a suite that does
/// not notice these does not test what the rule gives.
public struct RuleMutants: Sendable {
    /// Mutants of one project. Stands against runs without end.
    public static let limit = 50_000

    public private(set) var all: [RuleMutant] = []
    private let texts: RuleTexts

    /// - Parameter hasHierarchy: whether some tenants are below others, so that `reach: subtree` is
    ///   wider than `reach: tenant`.
    public init(_ texts: RuleTexts, hasHierarchy: Bool) {
        self.texts = texts
        for role in texts.roleSections { ofRole(role, hasHierarchy: hasHierarchy) }
        let anonymous = Viewer.anonymousRole
        if !texts.roleSections.contains(where: { $0.key == ExactString(anonymous) }) {
            typesAdded(to: YAMLMember(key: anonymous, keyRange: texts.roles.root.range, value: .mapping([])))
        }
        for group in texts.tenants { ofTenants(group) }
        for file in texts.resolvers { ofIsolation(file) }
        if all.count > Self.limit { all.removeLast(all.count - Self.limit) }
    }

    // MARK: Roles

    private mutating func ofRole(_ role: YAMLMember, hasHierarchy: Bool) {
        let file = texts.roles, path: [YAMLEdit.Step] = [.key("roles"), .key(role.key)]
        ofReach(role, path, hasHierarchy: hasHierarchy)
        for read in texts.reads(role) {
            ofFields(read)
            ofRows(read, file, names: [file.source.name], tenants: nil)
            guard let optional = read.node.member("optional"), optional.value.text?.lowercased() == "true" else {
                continue
            }
            var edits = [file.source.name: [YAMLEdit(path: read.path + [.key("optional")], change: .remove)]]
            let grant = "\(read.role).\(read.type.name).read"
            for group in texts.tenants {
                guard
                    let index = group.file.root.value(at: [.key("grants")])?.items.firstIndex(where: {
                        $0.text == grant
                    })
                else { continue }
                for name in group.names {
                    edits[name] = [YAMLEdit(path: [.key("grants"), .index(index)], change: .remove)]
                }
            }
            let effect = "every \(read.role) may read \(read.type.name), also where no tenant grants it"
            add(
                .optionalGranted, effect, file.origin(optional.keyRange), role: read.role, type: read.type.name,
                edits: edits)
        }
        typesAdded(to: role)
        ofLimits(
            role.value, path + [.key("limits")], file, names: [file.source.name], owner: role.key.text,
            role: role.key.text, tenants: nil)
    }

    private mutating func ofReach(_ role: YAMLMember, _ path: [YAMLEdit.Step], hasHierarchy: Bool) {
        guard !texts.isCrossTenant(role), role.value.members.contains(where: { !RuleTexts.settings.contains($0.key) })
        else { return }
        let file = texts.roles, stated = role.value.members.first { $0.key == "reach" }
        let origin = file.origin(stated?.keyRange ?? role.keyRange)
        if stated?.value.text != "subtree", hasHierarchy {
            let edit = YAMLEdit(path: path + [.key("reach")], change: .set(.text("subtree")))
            add(
                .reachWidened, "\(role.key) reaches the tenants below its own", origin, role: role.key.text,
                edits: [file.source.name: [edit]])
        } else {
            let edits = [
                YAMLEdit(path: path + [.key("reach")], change: .remove),
                YAMLEdit(path: path + [.key("crossTenant")], change: .set(.text("true"))),
            ]
            add(
                .reachWidened, "\(role.key) reaches every tenant", origin, role: role.key.text,
                edits: [file.source.name: edits])
        }
    }

    private mutating func ofFields(_ read: RuleTexts.Read) {
        let file = texts.roles
        guard let node = read.node["fields"] else { return }
        func effect(_ field: String) -> String { "\(read.role) may read \(read.type.name).\(field)" }
        switch node.content {
        case .sequence(let items):
            let listed = Set(items.compactMap(\.text))
            for field in read.type.fields.keys.sorted() where !listed.contains(field) {
                let edit = YAMLEdit(path: read.path + [.key("fields")], change: .append(.text(field)))
                add(
                    .fieldAdded, effect(field), file.origin(node.range), role: read.role, type: read.type.name,
                    field: field, edits: [file.source.name: [edit]])
            }
        case .mapping:
            for (index, item) in (node.value(at: [.key("except")])?.items ?? []).enumerated() {
                guard let field = item.text else { continue }
                let edit = YAMLEdit(path: read.path + [.key("fields"), .key("except"), .index(index)], change: .remove)
                add(
                    .fieldAdded, effect(field), file.origin(item.range), role: read.role, type: read.type.name,
                    field: field, edits: [file.source.name: [edit]])
            }
        case .scalar: break
        }
    }

    /// What a role does not name is denied; each such type is opened once.
    private mutating func typesAdded(to role: YAMLMember) {
        let file = texts.roles, isBound = !texts.isCrossTenant(role)
        for type in texts.catalog.types.values.sorted(by: { $0.name < $1.name })
        where role.value.value(at: [.key(ExactString(type.name))]) == nil {
            if isBound, case .unstated = type.isolation { continue }
            let rule = YAMLNode.mapping([("read", .mapping([("fields", .text("all"))]))])
            let isStated = texts.roleSections.contains { $0.key == role.key }
            let path: [YAMLEdit.Step] = [.key("roles"), .key(role.key)]
            let edit =
                isStated
                ? YAMLEdit(path: path + [.key(ExactString(type.name))], change: .set(rule))
                : YAMLEdit(path: path, change: .set(.mapping([(type.name, rule)])))
            add(
                .typeAdded, "\(role.key) may read \(type.name)", file.origin(role.keyRange), role: role.key.text,
                type: type.name, edits: [file.source.name: [edit]])
        }
    }

    private mutating func ofLimits(
        _ section: YAMLNode, _ path: [YAMLEdit.Step], _ file: RuleTexts.File, names: [String], owner: String,
        role: String?, tenants: Set<ExactString>?
    ) {
        for limit in section.members.first(where: { $0.key == "limits" })?.value.members ?? []
        where Self.canBeSeen(limit.key.text) {
            let edit = YAMLEdit(path: path + [.key(limit.key)], change: .remove)
            let effect = "\(owner) has no limit `\(limit.key)` of its own"
            add(
                .limitRemoved, effect, file.origin(limit.keyRange), role: role, tenants: tenants,
                edits: Self.all(names, edit))
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

    private mutating func ofTenants(_ group: TenantGroup) {
        let file = group.file
        for (index, grant) in (file.root.value(at: [.key("grants")])?.items ?? []).enumerated() {
            guard let text = grant.text else { continue }
            let parts = text.split(separator: ".").map(String.init)
            let edit = YAMLEdit(path: [.key("grants"), .index(index)], change: .remove)
            add(
                .grantRemoved, "`\(text)` is not granted", file.origin(grant.range), role: parts.first,
                tenants: group.tenants,
                type: parts.count > 1 ? parts[1] : nil, edits: Self.all(group.names, edit))
        }
        ofLimits(
            file.root, [.key("limits")], file, names: group.names, owner: "the tenant", role: nil,
            tenants: group.tenants)
        for section in file.root.members where !["grants", "limits"].contains(section.key) {
            let path: [YAMLEdit.Step] = [.key(section.key), .key("limits")]
            ofLimits(
                section.value, path, file, names: group.names, owner: "the tenant's \(section.key)",
                role: section.key.text, tenants: group.tenants)
        }
        for read in texts.reads(group) {
            for (index, item) in (read.node["hide"]?.items ?? []).enumerated() {
                guard let field = item.text else { continue }
                let edit = YAMLEdit(path: read.path + [.key("hide"), .index(index)], change: .remove)
                add(
                    .hideRemoved, "\(read.role) may read \(read.type.name).\(field)", file.origin(item.range),
                    role: read.role, tenants: group.tenants,
                    type: read.type.name, field: field, edits: Self.all(group.names, edit))
            }
            ofRows(read, file, names: group.names, tenants: group.tenants)
        }
    }

    private typealias TenantGroup = RuleTexts.TenantGroup

    private static func all(_ names: [String], _ edit: YAMLEdit) -> [String: [YAMLEdit]] {
        Dictionary(names.map { ($0, [edit]) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Conditions

    private mutating func ofRows(
        _ read: RuleTexts.Read, _ file: RuleTexts.File, names: [String], tenants: Set<ExactString>?
    ) {
        guard let rows = read.node.member("rows") else { return }
        var changes = ConditionChanges(catalog: texts.catalog)
        changes.whole(rows, at: read.path)
        changes.object(rows.value, of: read.type, at: read.path + [.key("rows")])
        for change in changes.found {
            let effect = "\(read.role)'s \(read.type.name): \(change.effect)"
            add(
                change.isNarrower ? .alternativeDropped : .conditionDropped, effect, file.origin(change.range),
                role: read.role, tenants: tenants,
                type: read.type.name, edits: Self.all(names, change.edit))
        }
    }

    // MARK: Isolation

    private mutating func ofIsolation(_ file: RuleTexts.File) {
        guard let (type, isolation) = texts.isolation(file) else { return }
        let edits = [file.source.name: [YAMLEdit(path: [.key("isolation")], change: .set(.text("none")))]]
        add(
            .isolationRemoved, "rows of \(type.name) belong to no tenant", file.origin(isolation.keyRange),
            roles: texts.boundRoles, edits: edits)
    }

    private mutating func add(
        _ kind: RuleMutant.Kind, _ effect: String, _ origin: RuleOrigin, role: String? = nil, roles: Set<String>? = nil,
        tenants: Set<ExactString>? = nil,
        type: String? = nil, field: String? = nil, edits: [String: [YAMLEdit]]
    ) {
        let roles = roles ?? role.map { [$0] }
        all.append(
            RuleMutant(
                kind: kind, effect: effect, origin: origin, roles: roles, tenants: tenants, type: type, field: field,
                edits: edits))
    }
}
