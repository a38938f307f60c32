import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// The rules of a tenant's file with their places, without the tenant: equal files are equal.
struct TenantRules: Sendable, Hashable {
    struct Role: Sendable, Hashable {
        var limits = LimitRules.none
        var types: [String: Narrowing] = [:]
    }

    /// The restriction of one type.
    struct Narrowing: Sendable, Hashable {
        var rows: RuleRows?
        var hide: [String: RulePlace] = [:]
    }

    struct Grant: Sendable, Hashable {
        var role: String
        var type: String
    }

    /// As ``RuleOrigin/sharedTenantFile(_:)`` names it; `nil` without a file.
    var file: String?
    var grants: [Grant: RulePlace] = [:]
    var limits = LimitRules.none
    var roles: [ExactString: Role] = [:]

    static let none = TenantRules()
}

/// Reads one tenant's file and collects its problems: above all, what would widen the roles' rules.
struct TenantFile {
    let catalog: Catalog
    let roles: [ExactString: RoleRules]
    private let places: RulePlaces
    private var reader: YAMLReader
    private(set) var rules = TenantRules.none

    var problems: [Diagnostic] { reader.diagnostics }

    init(_ source: SourceText, catalog: Catalog, roles: [ExactString: RoleRules]) {
        self.catalog = catalog
        self.roles = roles
        places = RulePlaces(source)
        reader = YAMLReader(source)
        rules.file = RuleOrigin.sharedTenantFile(source)
        guard let root = reader.root(), let mapping = reader.mapping(root, as: "the rules of a tenant") else { return }
        for member in mapping.members {
            switch member.key {
            case "grants": readGrants(member.value)
            case "limits":
                rules.limits = LimitRules(member.value, &reader)
                let highest = roles.values.map(\.limits).reduce(nil as RuleLimits?) { $0?.union($1) ?? $1 }
                if let highest { rules.limits.checkLowers(highest, owner: "every role", &reader) }
            default:
                guard let role = roles[member.key] else {
                    report(
                        noRole: member.key.text, at: member.keyRange,
                        among: roles.keys.map(\.text) + RoleFile.reservedNames)
                    continue
                }
                rules.roles[member.key] = read(member.value, role)
            }
        }
    }

    private mutating func report(noRole name: String, at range: SourceRange, among known: [String]) {
        let hint =
            didYouMean(suggestion(for: name, among: known)) ?? "Known are: \(known.sorted().joined(separator: ", "))."
        reader.report("`\(name)` is not a role.", at: range, hint: hint)
    }

    private mutating func reportWidening(_ member: YAMLMember) {
        reader.report("A tenant's file can only narrow: `\(member.key)` is for roles.yaml.", at: member.keyRange)
    }

    // MARK: Grants

    private mutating func readGrants(_ node: YAMLNode) {
        guard let items = reader.sequence(node, as: "`grants`") else { return }
        for item in items {
            guard let text = reader.string(item, as: "a grant") else { continue }
            if let grant = grant(text, item.range), rules.grants[grant] == nil {
                rules.grants[grant] = places[item.range]
            }
        }
    }

    private mutating func grant(_ text: String, _ range: SourceRange) -> TenantRules.Grant? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
            reader.report("A grant is written `role.Type.read`.", at: range)
            return nil
        }
        guard let role = roles[ExactString(parts[0])] else {
            report(noRole: parts[0], at: range, among: roles.keys.map(\.text))
            return nil
        }
        let optional = role.types.filter(\.value.isOptional).map { "\(role.name).\($0.key).read" }.sorted()
        let known =
            optional.isEmpty
            ? "Nothing of \(role.name) is optional." : "Optional are: \(optional.joined(separator: ", "))."
        let hint = didYouMean(suggestion(for: text, among: optional)) ?? known
        guard catalog.types[ExactString(parts[1])] != nil, parts[2] == "read" else {
            reader.report("There is nothing called `\(text)` to grant.", at: range, hint: hint)
            return nil
        }
        guard role.types[ExactString(parts[1])]?.isOptional == true else {
            reader.report("`\(text)` cannot be granted: roles.yaml does not mark it optional.", at: range, hint: hint)
            return nil
        }
        return TenantRules.Grant(role: parts[0], type: parts[1])
    }

    // MARK: A role's section

    private mutating func read(_ node: YAMLNode, _ role: RoleRules) -> TenantRules.Role {
        var result = TenantRules.Role()
        guard let mapping = reader.mapping(node, as: "the rules for \(role.name)") else { return result }
        for member in mapping.members {
            switch member.key {
            case "limits":
                result.limits = LimitRules(member.value, &reader)
                result.limits.checkLowers(role.limits, owner: "the role \(role.name)", &reader)
            case "reach", "crossTenant", "isolation": reportWidening(member)
            default:
                guard let type = catalog.types[member.key] else {
                    let hint = didYouMean(
                        suggestion(for: member.key.text, among: Array(catalog.types.keys) + ["limits"]))
                    reader.report("There is no type `\(member.key)`.", at: member.keyRange, hint: hint)
                    continue
                }
                if let narrowing = self.narrowing(member, type, role) { result.types[type.name] = narrowing }
            }
        }
        return result
    }

    private mutating func narrowing(
        _ member: YAMLMember, _ type: TypeBinding, _ role: RoleRules
    ) -> TenantRules.Narrowing? {
        guard let actions = reader.mapping(member.value, allowedKeys: ["read"], as: "the rules for \(type.name)"),
            let node = actions["read"]
        else { return nil }
        guard let read = reader.mapping(node, as: "`read`") else { return nil }
        var result = TenantRules.Narrowing()
        for entry in read.members {
            switch entry.key {
            case "hide": result.hide = reader.fieldNames(entry.value, of: type, as: "`hide`", places)
            case "rows":
                let origin = RuleOrigin(reader.source, entry.keyRange, file: RuleOrigin.sharedTenantFile(reader.source))
                result.rows = RuleRows(
                    entry.value, of: type, role: role.name, isCrossTenant: role.reach == .crossTenant, catalog: catalog,
                    origin: origin, &reader)
            case "fields", "optional": reportWidening(entry)
            default: reader.report(unknownKey: entry, allowed: ["rows", "hide"], in: "`read`")
            }
        }
        return result
    }
}

extension RuleOrigin {
    /// Stands for the tenant's id in the ``file`` of a rule that tenants with equal files share.
    static let tenantPlaceholder = "{tenant}"

    static func sharedTenantFile(_ source: SourceText) -> String {
        var parts = source.name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        parts[parts.count - 1] = "\(tenantPlaceholder).yaml"
        return parts.joined(separator: "/")
    }

    /// The place in the given tenant's own file, for a rule of a shared file; otherwise unchanged.
    public func resolved(tenant: ExactString?) -> RuleOrigin {
        guard let tenant, let placeholder = file.firstRange(of: Self.tenantPlaceholder) else { return self }
        return RuleOrigin(file: file.replacingCharacters(placeholder, with: tenant.text), line: line, column: column)
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<Index>, with other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
