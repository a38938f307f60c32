import Diagnostics
import ExactText
import PorticoCatalog
import YAMLTree

/// The trees of `roles.yaml` and of the files of tenants, by the names that stand in them: where a
/// finding is to be shown.
struct RuleFileTree {
    /// `read:` of one type.
    struct Entry {
        let type: TypeBinding
        let typeRange: SourceRange
        let members: [ExactString: YAMLMember]
    }

    let source: SourceText
    /// By role and type.
    private let entries: [ExactString: [String: Entry]]
    private let top: [ExactString: YAMLMember]

    /// - Parameter isOfTenant: Whether the roles stand at the top, or else under `roles`.
    init?(_ source: SourceText, isOfTenant: Bool, catalog: Catalog) {
        guard let root = (try? parseYAML(source)).flatMap(\.self) else { return nil }
        self.source = source
        top = Self.members(root)
        let roles = isOfTenant ? top : Self.members(top["roles"]?.value)
        entries = roles.mapValues { role in
            var types: [String: Entry] = [:]
            for (name, member) in Self.members(role.value) {
                guard let type = catalog.types[name], let read = Self.members(member.value)["read"] else { continue }
                types[type.name] = Entry(type: type, typeRange: member.keyRange, members: Self.members(read.value))
            }
            return types
        }
    }

    func entry(_ role: String, _ type: String) -> Entry? { entries[role]?[type] }

    /// In the order of roles and types.
    var all: [(role: String, entry: Entry)] {
        entries.flatMap { role, types in types.values.map { (role.text, $0) } }.sorted {
            ($0.entry.typeRange.start) < ($1.entry.typeRange.start)
        }
    }

    /// The items of `grants`.
    var grants: [YAMLNode] {
        if case .sequence(let items)? = top["grants"]?.value.content { items } else { [] }
    }

    private static func members(_ node: YAMLNode?) -> [ExactString: YAMLMember] {
        guard case .mapping(let members)? = node?.content else { return [:] }
        return Dictionary(members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
