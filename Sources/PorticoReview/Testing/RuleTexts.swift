import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// The files of the rules as trees that know their places: what coverage counts and mutants change.
public struct RuleTexts: Sendable {
    struct File: Sendable {
        var source: SourceText
        var root: YAMLNode

        func origin(_ range: SourceRange) -> RuleOrigin {
            let position = source.position(at: Int(range.start))
            return RuleOrigin(file: source.name, line: position.line, column: position.column)
        }
    }

    /// Files of tenants with the same bytes: one text, rules of several.
    struct TenantGroup: Sendable {
        /// The first of them, which stands for all in reports.
        var file: File
        var names: [String]
        var tenants: Set<ExactString>
    }

    /// `read:` of one type of one role.
    struct Read: Sendable {
        var role: String
        var type: TypeBinding
        var path: [YAMLEdit.Step]
        var keyRange: SourceRange
        var node: YAMLMapping
    }

    let files: ProjectFiles
    let catalog: Catalog
    let roles: File
    let resolvers: [File]
    let tenants: [TenantGroup]

    /// Reads them again; they were loaded before, so that what cannot be read here is left out.
    public init(_ files: ProjectFiles, catalog: Catalog) {
        self.files = files
        self.catalog = catalog
        func file(_ source: SourceText) -> File? { (try? parseYAML(source))?.map { File(source: source, root: $0) } }
        roles = file(files.roles) ?? File(source: files.roles, root: .mapping([]))
        resolvers = files.resolvers.compactMap(file)
        var groups: [TenantGroup] = [], known: [[UInt8]: Int] = [:]
        for source in files.tenants {
            if let place = known[source.bytes] {
                groups[place].names.append(source.name)
                groups[place].tenants.insert(ExactString(source.stem))
            } else if let file = file(source) {
                known[source.bytes] = groups.count
                groups.append(TenantGroup(file: file, names: [source.name], tenants: [ExactString(source.stem)]))
            }
        }
        tenants = groups
    }

    /// The keys of a role that are no types.
    static let settings: Set<ExactString> = ["reach", "crossTenant", "introspection", "limits"]

    /// Each role with its section, in the order of the file.
    var roleSections: [YAMLMember] { roles.root.value(at: [.key("roles")])?.members ?? [] }

    /// All `read:` of a section of a role, in `roles.yaml` or in a tenant's file.
    func reads(_ section: YAMLNode, role: String, at path: [YAMLEdit.Step]) -> [Read] {
        section.members.compactMap { member in
            guard let type = catalog.types[member.key],
                let read = member.value.members.first(where: { $0.key == "read" })
            else { return nil }
            guard case .mapping(let members) = read.value.content else { return nil }
            let node = YAMLMapping(members: members, range: read.value.range)
            return Read(
                role: role, type: type, path: path + [.key(member.key), .key("read")], keyRange: read.keyRange,
                node: node)
        }
    }

    /// The reads of a role in `roles.yaml`.
    func reads(_ member: YAMLMember) -> [Read] {
        reads(member.value, role: member.key.text, at: [.key("roles"), .key(member.key)])
    }

    /// The reads of a tenant's file, role by role.
    func reads(_ group: TenantGroup) -> [Read] {
        group.file.root.members.flatMap { reads($0.value, role: $0.key.text, at: [.key($0.key)]) }
    }

    /// What a resolver file says of how its type's rows belong to tenants; `nil` where they belong
    /// to none.
    func isolation(_ file: File) -> (type: TypeBinding, member: YAMLMember)? {
        guard let type = catalog.types[ExactString(file.source.stem)],
            let member = file.root.members.first(where: { $0.key == "isolation" })
        else { return nil }
        return member.value.text == "none" ? nil : (type, member)
    }

    func isCrossTenant(_ role: YAMLMember) -> Bool {
        role.value.value(at: [.key("crossTenant")])?.text.map { $0.lowercased() == "true" } ?? false
    }

    /// One tenant for each of the different texts, as far as it is worth the time to compile them
    /// for every mutant.
    public var tenantRepresentatives: [ExactString] {
        tenants.prefix(Self.representatives).compactMap { $0.tenants.min() }
    }

    /// Different files of tenants that are compiled for each mutant to see whether it changes
    /// anything. Stands against runs that take time by the number of tenants.
    static let representatives = 50

    /// Roles that isolation binds.
    public var boundRoles: Set<String> { Set(roleSections.filter { !isCrossTenant($0) }.map(\.key.text)) }

    /// The project's files with some of them changed.
    func files(with edits: [String: [YAMLEdit]]) -> ProjectFiles {
        func edited(_ file: File?, _ source: SourceText) -> SourceText {
            guard let edits = edits[source.name], let file else { return source }
            return SourceText(name: source.name, edits.reduce(file.root) { $0.applying($1) }.flowText)
        }
        var changed = files
        changed.roles = edited(roles, files.roles)
        changed.resolvers = files.resolvers.map { source in
            edits[source.name] == nil ? source : edited(resolvers.first { $0.source.name == source.name }, source)
        }
        changed.tenants = files.tenants.map { source in
            edits[source.name] == nil ? source : edited(tenants.first { $0.names.contains(source.name) }?.file, source)
        }
        return changed
    }
}

extension YAMLNode {
    /// Of a mapping; none of anything else.
    var members: [YAMLMember] {
        if case .mapping(let members) = content { members } else { [] }
    }

    /// Of a list; anything else is a list of itself.
    var items: [YAMLNode] {
        if case .sequence(let items) = content { items } else { [self] }
    }
}
