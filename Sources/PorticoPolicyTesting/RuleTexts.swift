import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// The files of the rules as trees with places: the basis of coverage and mutants.
public struct RuleTexts: Sendable {
    /// A file, or tenants' files with the same bytes, as one tree.
    struct File: Sendable {
        /// Of the first, which represents all in reports.
        var tree: RuleTree
        var names: [String]
        /// `nil` for other files than tenants'.
        var tenants: Set<ExactString>?
    }

    let files: ProjectFiles
    let catalog: Catalog
    /// `nil` if it cannot be read.
    let roles: File?
    let resolvers: [File]
    let tenants: [File]

    /// Reads the files again; they were loaded before, so unreadable ones are skipped.
    public init(_ files: ProjectFiles, catalog: Catalog) {
        self.files = files
        self.catalog = catalog
        func file(_ source: SourceText) -> File? {
            RuleTree(source, catalog: catalog).map { File(tree: $0, names: [source.name]) }
        }
        roles = file(files.roles)
        resolvers = files.resolvers.compactMap(file)
        var tenants: [File] = [], known: [[UInt8]: Int] = [:]
        for source in files.tenants {
            if let place = known[source.bytes] {
                tenants[place].names.append(source.name)
                tenants[place].tenants?.insert(ExactString(source.stem))
            } else if let tree = RuleTree(source, isOfTenant: true, catalog: catalog) {
                known[source.bytes] = tenants.count
                tenants.append(File(tree: tree, names: [source.name], tenants: [ExactString(source.stem)]))
            }
        }
        self.tenants = tenants
    }

    /// The isolation that a resolver file states for its type; `nil` if it states none.
    func isolation(_ file: File) -> (type: TypeBinding, place: YAMLPlace)? {
        guard let type = catalog.types[ExactString(file.tree.source.stem)], let place = file.tree.root["isolation"]
        else { return nil }
        return place.node.text == "none" ? nil : (type, place)
    }

    /// One tenant per distinct file, limited by the time to compile them for every mutant.
    public var tenantRepresentatives: [ExactString] {
        tenants.prefix(Self.representatives).compactMap { $0.tenants?.min() }
    }

    /// Distinct files of tenants that are compiled for each mutant to detect an effect. Guards
    /// against runs whose duration depends on the number of tenants.
    static let representatives = 50

    /// Roles that are subject to isolation.
    public var boundRoles: Set<String> {
        Set((roles?.tree.sections ?? []).filter { !$0.isCrossTenant }.map(\.role.text))
    }
}
