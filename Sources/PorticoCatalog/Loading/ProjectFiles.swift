import Diagnostics
#if canImport(FoundationEssentials)
import FoundationEssentials  // without the rest, which costs a process ten megabytes
#else
import Foundation
#endif

/// The files of a project that say what its API is: `schema.graphql`, `resolvers/`, `config/access/`. Reads them and understands nothing of them.
public struct ProjectFiles: Sendable {
    public var schema: SourceText
    /// `resolvers/**/*.yaml`, sorted by name.
    public var resolvers: [SourceText]
    /// `config/access/roles.yaml`
    public var roles: SourceText
    /// `config/access/tenants/*.yaml`, sorted by name.
    public var tenants: [SourceText]

    public init(schema: SourceText, resolvers: [SourceText], roles: SourceText, tenants: [SourceText]) {
        self.schema = schema
        self.resolvers = resolvers
        self.roles = roles
        self.tenants = tenants
    }

    /// Reads them below `folder`; their names are relative to it. Throws every file that is missing or cannot be read.
    ///
    /// A folder `config/access/tenants/` that does not exist holds no files.
    public static func read(folder: String) throws(Diagnostics) -> ProjectFiles {
        var reader = FolderReading(folder: folder)
        let files = ProjectFiles(
            schema: reader.file("schema.graphql"),
            resolvers: reader.files(below: "resolvers", deep: true, isRequired: true),
            roles: reader.file("config/access/roles.yaml"),
            tenants: reader.files(below: "config/access/tenants", deep: false, isRequired: false)
        )
        if !reader.problems.isEmpty { throw Diagnostics(reader.problems) }
        return files
    }

    /// The schema and resolvers of a project, with the rules of another folder that is made as `config/access/` is.
    public static func read(folder: String, access: String) throws(Diagnostics) -> ProjectFiles {
        var reader = FolderReading(folder: folder), rules = FolderReading(folder: access)
        let files = ProjectFiles(
            schema: reader.file("schema.graphql"),
            resolvers: reader.files(below: "resolvers", deep: true, isRequired: true),
            roles: rules.file("roles.yaml"),
            tenants: rules.files(below: "tenants", deep: false, isRequired: false)
        )
        if !reader.problems.isEmpty || !rules.problems.isEmpty { throw Diagnostics(reader.problems + rules.problems) }
        return files
    }
}

/// What bounds the reading of a folder.
enum ProjectFileLimits {
    /// Files in one folder and below. Stands against a project folder that was set to `/`.
    static let files = 100_000
    /// Bytes of one file. Stands against the same; each parser has a lower limit of its own.
    static let bytes = 32 << 20
}

private struct FolderReading {
    let folder: String
    var problems: [Diagnostic] = []

    mutating func file(_ name: String) -> SourceText {
        let path = folder + "/" + name
        let manager = FileManager.default
        if let size = (try? manager.attributesOfItem(atPath: path))?[.size] as? Int, size > ProjectFileLimits.bytes {
            problems.append(Diagnostic("The file has \(size) bytes; at most \(ProjectFileLimits.bytes) are read.", file: name))
        } else if let data = manager.contents(atPath: path) {
            return SourceText(name: name, bytes: Array(data))
        } else {
            let exists = manager.fileExists(atPath: path)
            problems.append(Diagnostic(exists ? "The file cannot be read." : "There is no such file.", file: name))
        }
        return SourceText(name: name, bytes: [])
    }

    mutating func files(below name: String, deep: Bool, isRequired: Bool) -> [SourceText] {
        let manager = FileManager.default
        let path = folder + "/" + name
        guard manager.fileExists(atPath: path) else {
            if isRequired { problems.append(Diagnostic("There is no such folder.", file: name)) }
            return []
        }
        // The folder itself may be a link, as volumes mount them.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let entries = deep ? try? manager.subpathsOfDirectory(atPath: target) : try? manager.contentsOfDirectory(atPath: target) else {
            problems.append(Diagnostic("The folder cannot be read.", file: name))
            return []
        }
        guard entries.count <= ProjectFileLimits.files else {
            problems.append(Diagnostic("The folder holds \(entries.count) files; at most \(ProjectFileLimits.files) are read.", file: name))
            return []
        }
        // A name that begins with a point is an editor's half-written copy.
        let wanted = entries.filter { entry in entry.hasSuffix(".yaml") && entry.split(separator: "/").allSatisfy { !$0.hasPrefix(".") } }
        return wanted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { file(name + "/" + $0) }
    }
}

extension SourceText {
    /// The last part of the name without its ending: `Ticket` of `resolvers/support/Ticket.yaml`.
    package var stem: String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
        return String(last[..<dot])
    }
}
