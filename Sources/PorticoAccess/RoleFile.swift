import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// The rules of one role in `config/access/roles.yaml`.
struct RoleRules: Sendable {
    var name: String
    var file: String
    /// Of its name; `nil` if the file does not mention it.
    var place: RulePlace?
    var reach: Reach
    var limits: RuleLimits
    var types: [String: ReadRule]
}

/// `read:` of one type.
struct ReadRule: Sendable {
    var fields: Set<String>
    var rows: RuleRows?
    /// The spelling of ``fields``.
    var stated: StatedFields
    /// The mark that disables the rule until a tenant's file grants it.
    var optional: RulePlace?
    var origin: RuleOrigin

    var isOptional: Bool { optional != nil }
}

/// The value of `fields:` as written, with its places.
struct StatedFields: Sendable {
    enum Form: Sendable { case all, listed, except }

    var form: Form
    /// Of `all`, of the list, or of `except`.
    var place: RulePlace
    /// The fields that it names.
    var items: [String: RulePlace] = [:]
}

/// Reads `config/access/roles.yaml` and collects its problems.
struct RoleFile {
    let catalog: Catalog
    /// Of the gateway; a role may lower them.
    let limits: RuleLimits
    private let places: RulePlaces
    private var reader: YAMLReader
    private(set) var roles: [ExactString: RoleRules] = [:]

    var problems: [Diagnostic] { reader.diagnostics }

    /// Keys of a tenant's file, with which a role's name would be ambiguous.
    static let reservedNames = ["grants", "limits"]

    init(_ source: SourceText, catalog: Catalog, limits: RuleLimits) {
        self.catalog = catalog
        self.limits = limits
        places = RulePlaces(source)
        reader = YAMLReader(source)
        guard let root = reader.root(),
            let file = reader.mapping(root, allowedKeys: ["roles"], as: "the file of the roles")
        else { return }
        guard let node = file["roles"] else {
            reader.report("The file has no `roles`.", at: file.range)
            return
        }
        guard let members = reader.mapping(node, as: "`roles`")?.members else { return }
        for member in members { read(member) }
        // By default, anonymous viewers may read nothing.
        let anonymous = Viewer.anonymousRole
        if roles[anonymous] == nil {
            roles[ExactString(anonymous)] = RoleRules(
                name: anonymous, file: source.name, place: nil, reach: .tenant, limits: limits, types: [:])
        }
    }

    private mutating func read(_ member: YAMLMember) {
        let name = member.key.text
        guard name.isName, !Self.reservedNames.contains(name) else {
            let hint = "A name has letters, digits and underscores, and is neither `grants` nor `limits`."
            reader.report("`\(name)` cannot be the name of a role.", at: member.keyRange, hint: hint)
            return
        }
        guard let mapping = reader.mapping(member.value, as: "the role `\(name)`") else { return }
        let own = ["reach", "crossTenant", "introspection", "limits"]
        var role = RoleRules(
            name: name, file: reader.source.name, place: places[member.keyRange], reach: reach(mapping), limits: limits,
            types: [:])
        if let node = mapping["limits"] {
            let stated = LimitRules(node, &reader)
            stated.checkLowers(limits, owner: "the gateway", &reader)
            role.limits = stated.lowering(limits)
        }
        if let node = mapping["introspection"], reader.choice(node, of: ["on", "off"], as: "`introspection`") == "off" {
            role.limits[.introspectionDepth] = 0
        }
        for entry in mapping.members where !own.contains(entry.key) {
            guard let type = catalog.types[entry.key] else {
                let hint = didYouMean(suggestion(for: entry.key.text, among: Array(catalog.types.keys) + own))
                reader.report(
                    "`\(entry.key)` is neither a type nor a setting of a role.", at: entry.keyRange, hint: hint)
                continue
            }
            if let rule = self.rule(entry, type, role) { role.types[type.name] = rule }
        }
        roles[member.key] = role
    }

    private mutating func reach(_ mapping: YAMLMapping) -> Reach {
        let isCrossTenant = mapping["crossTenant"].flatMap { reader.bool($0, as: "`crossTenant`") } ?? false
        guard let node = mapping["reach"] else { return isCrossTenant ? .crossTenant : .tenant }
        if isCrossTenant {
            reader.report("A role with `crossTenant: true` has no `reach`: no tenant bounds it.", at: node.range)
        }
        let word = reader.choice(node, of: ["tenant", "subtree"], as: "`reach`")
        return isCrossTenant ? .crossTenant : word == "subtree" ? .subtree : .tenant
    }

    private mutating func rule(_ entry: YAMLMember, _ type: TypeBinding, _ role: RoleRules) -> ReadRule? {
        guard let actions = reader.mapping(entry.value, allowedKeys: ["read"], as: "the rules for \(type.name)") else {
            return nil
        }
        guard let member = actions.member("read") else {
            if actions.members.isEmpty {
                reader.report(
                    "The rules for \(type.name) say nothing.", at: entry.keyRange,
                    hint: "Write `read: { fields: … }`, or leave the type out.")
            }
            return nil
        }
        guard let read = reader.mapping(member.value, allowedKeys: ["fields", "rows", "optional"], as: "`read`") else {
            return nil
        }
        let isCrossTenant = role.reach == .crossTenant
        if !isCrossTenant, type.isolation == .unstated {
            let hint = "State `isolation` in \(type.file), or `isolation: none` where its rows belong to no tenant."
            reader.report(
                "\(type.name) states no isolation: only roles with `crossTenant: true` may read it.",
                at: entry.keyRange, hint: hint)
        }
        guard let node = read["fields"] else {
            reader.report(
                "The rule does not say which fields of \(type.name) may be read.", at: read.range,
                hint: "Write `fields: all`, a list, or `fields: { except: [...] }`.")
            return nil
        }
        let origin = RuleOrigin(reader.source, member.keyRange)
        let rows = read.member("rows").flatMap { rows in
            RuleRows(
                rows.value, of: type, role: role.name, isCrossTenant: isCrossTenant, catalog: catalog,
                origin: RuleOrigin(reader.source, rows.keyRange), &reader)
        }
        let optional = read.member("optional").flatMap { member in
            reader.bool(member.value, as: "`optional`") == true ? places[member.keyRange] : nil
        }
        guard let stated = fields(node, type) else { return nil }
        return ReadRule(fields: stated.fields(of: type), rows: rows, stated: stated, optional: optional, origin: origin)
    }

    /// `all`, a list, or `{ except: [...] }`.
    private mutating func fields(_ node: YAMLNode, _ type: TypeBinding) -> StatedFields? {
        switch node.content {
        case .scalar("all", _): return StatedFields(form: .all, place: places[node.range])
        case .sequence:
            return StatedFields(
                form: .listed, place: places[node.range],
                items: reader.fieldNames(node, of: type, as: "`fields`", places))
        case .mapping:
            guard let mapping = reader.mapping(node, allowedKeys: ["except"], as: "`fields`") else { return nil }
            guard let except = mapping.member("except") else {
                reader.report("Expected `{ except: [...] }`.", at: node.range)
                return nil
            }
            return StatedFields(
                form: .except, place: places[except.keyRange],
                items: reader.fieldNames(except.value, of: type, as: "`except`", places))
        case .scalar:
            reader.report(
                "Expected `all`, a list of fields or `{ except: [...] }`, found \(node.kindDescription).",
                at: node.range)
            return nil
        }
    }
}

extension StatedFields {
    fileprivate func fields(of type: TypeBinding) -> Set<String> {
        switch form {
        case .all: Set(type.fields.keys)
        case .listed: Set(items.keys)
        case .except: Set(type.fields.keys).subtracting(items.keys)
        }
    }
}

extension YAMLReader {
    /// A list of field names, each checked, with the place of its first mention.
    mutating func fieldNames(
        _ node: YAMLNode, of type: TypeBinding, as what: String, _ places: RulePlaces
    ) -> [String: RulePlace] {
        guard let items = sequence(node, as: what) else { return [:] }
        var names: [String: RulePlace] = [:]
        for item in items {
            guard let name = string(item, as: "an item of \(what)") else { continue }
            if type.fields[ExactString(name)] == nil {
                report(
                    "\(type.name) has no field `\(name)`.", at: item.range,
                    hint: didYouMean(suggestion(for: name, among: type.fields.keys)))
            } else if names[name] == nil {
                names[name] = places[item.range]
            }
        }
        return names
    }
}

extension RuleOrigin {
    init(_ source: SourceText, _ range: SourceRange, file: String? = nil) {
        let position = source.position(at: Int(range.start))
        self.init(file: file ?? source.name, line: position.line, column: position.column)
    }
}

extension String {
    /// Whether it is a GraphQL name, so that a role can be an enum value.
    fileprivate var isName: Bool {
        guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
        return utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }
}
