import Diagnostics
import ExactText
import PorticoCatalog
import YAMLTree

/// A rule file as a tree with places, for tools that show or change it; ``Policy`` validates it.
package struct RuleTree: Sendable {
    /// One role's section of `roles.yaml`, or of a tenant's file.
    package struct Section: Sendable {
        package let role: ExactString
        package let place: YAMLPlace
        /// In the order of the file.
        package let reads: [Read]

        /// Whether it states a rule for a type.
        package var namesTypes: Bool { place.members.contains { $0.key.map { !Self.settings.contains($0) } ?? false } }
        package var isCrossTenant: Bool { place["crossTenant"]?.isTrue ?? false }

        /// The keys of a role that are not types.
        private static let settings: Set<ExactString> = ["reach", "crossTenant", "introspection", "limits"]
    }

    /// `read:` of one type of one role.
    package struct Read: Sendable {
        package let role: ExactString
        package let type: TypeBinding
        /// Of the type's name.
        package let typeRange: SourceRange
        package let place: YAMLPlace

        package subscript(_ key: ExactString) -> YAMLPlace? { place[key] }
    }

    package let source: SourceText
    package let root: YAMLPlace
    package let sections: [Section]

    package var reads: [Read] { sections.flatMap(\.reads) }
    /// The items of a tenant's `grants`.
    package var grants: [YAMLPlace] { root["grants"]?.items ?? [] }

    /// `nil` if the file is empty or not valid YAML.
    /// - Parameter isOfTenant: Whether roles are at the top level instead of under `roles`.
    package init?(_ source: SourceText, isOfTenant: Bool = false, catalog: Catalog) {
        guard let root = (try? parseYAML(source)).flatMap(\.self) else { return nil }
        self.source = source
        let place = YAMLPlace(root: root)
        self.root = place
        let roles = isOfTenant ? place : place["roles"]
        sections = (roles?.members ?? []).filter { !isOfTenant || !RoleFile.reservedNames.contains($0.key?.text ?? "") }
            .map { section in
                let role = section.key ?? ""
                return Section(
                    role: role, place: section,
                    reads: section.members.compactMap { member in
                        guard let type = member.key.flatMap({ catalog.types[$0] }), let read = member["read"] else {
                            return nil
                        }
                        return Read(role: role, type: type, typeRange: member.keyRange, place: read)
                    })
            }
    }

    package func origin(_ range: SourceRange) -> RuleOrigin { RuleOrigin(source, range) }
}

extension YAMLPlace {
    /// Whether it is the boolean `true`, in any spelling that rules allow.
    package var isTrue: Bool { ["true", "True", "TRUE"].contains(node.text) }
}
