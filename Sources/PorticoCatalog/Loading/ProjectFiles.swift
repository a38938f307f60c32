import Diagnostics
import PlainFiles

/// The files that define a project's API: `schema.graphql`, `resolvers/`, `config/access/`. Reads
/// them without interpreting them.
public struct ProjectFiles: Sendable {
    public var schema: SourceText
    /// `resolvers/**/*.yaml`, sorted by name.
    public var resolvers: [SourceText]
    /// `config/access/roles.yaml`
    public var roles: SourceText
    /// `config/access/tenants/*.yaml`, sorted by name.
    public var tenants: [SourceText]
    /// Entries named like a tenant's file that cannot be read; their rules are unknown.
    public var unreadable: [UnreadableFile]

    public init(
        schema: SourceText, resolvers: [SourceText], roles: SourceText, tenants: [SourceText],
        unreadable: [UnreadableFile] = []
    ) {
        self.schema = schema
        self.resolvers = resolvers
        self.roles = roles
        self.tenants = tenants
        self.unreadable = unreadable
    }

    /// Reads the files below `folder`; their names are relative to it. Throws every file that is
    /// missing or unreadable, except those of tenants, which are kept in ``unreadable`` so that
    /// they affect no other tenant.
    ///
    /// A missing folder `config/access/tenants/` counts as empty.
    public static func read(folder: String) throws(Diagnostics) -> ProjectFiles {
        var reader = FolderReading(folder: folder)
        let schema = reader.file("schema.graphql"), resolvers = reader.files(below: "resolvers"),
            roles = reader.file("config/access/roles.yaml")
        let (tenants, unreadable) = reader.tenants("config/access/tenants")
        let files = ProjectFiles(
            schema: schema, resolvers: resolvers, roles: roles, tenants: tenants, unreadable: unreadable)
        if !reader.problems.isEmpty { throw Diagnostics(reader.problems) }
        return files
    }

    /// The schema and resolvers of a project, with rules from a folder like `config/access/`.
    public static func read(folder: String, access: String) throws(Diagnostics) -> ProjectFiles {
        var reader = FolderReading(folder: folder), rules = FolderReading(folder: access)
        let schema = reader.file("schema.graphql"), resolvers = reader.files(below: "resolvers"),
            roles = rules.file("roles.yaml")
        let (tenants, unreadable) = rules.tenants("tenants")
        let files = ProjectFiles(
            schema: schema, resolvers: resolvers, roles: roles, tenants: tenants, unreadable: unreadable)
        if !reader.problems.isEmpty || !rules.problems.isEmpty { throw Diagnostics(reader.problems + rules.problems) }
        return files
    }
}

/// An entry of the tenants' folder that is not a readable file: a folder, a dangling link, a pipe,
/// a device, a socket, a file that is unreadable or too long, or a name that is not UTF-8.
public struct UnreadableFile: Sendable, Hashable {
    /// Relative to the project, such as `config/access/tenants/agency-001.yaml`.
    public var name: String
    /// The end of a sentence.
    public var reason: String
    /// Whether it is named after a tenant; a name that is not UTF-8 is not.
    public var namesTenant: Bool

    public init(name: String, reason: String, namesTenant: Bool = true) {
        (self.name, self.reason, self.namesTenant) = (name, reason, namesTenant)
    }

    /// As a problem of the file.
    public var diagnostic: Diagnostic { Diagnostic("It cannot be read: \(reason).", file: name) }
}

/// Limits for reading a folder.
enum ProjectFileLimits {
    /// Files in a folder and its subfolders. Guards against a project folder of `/`.
    static let files = 100_000
    /// Bytes of one file. Guards against the same; each parser has a lower limit of its own.
    static let bytes = 32 << 20
}

private struct FolderReading {
    let folder: String
    var problems: [Diagnostic] = []

    mutating func file(_ name: String) -> SourceText {
        do throws(FileFailure) {
            return SourceText(
                name: name, bytes: try PlainFile.bytes(of: folder + "/" + name, limit: ProjectFileLimits.bytes))
        } catch {
            problems.report(
                error.isAbsence ? "There is no such file." : "The file cannot be read: \(error.reason).", file: name)
            return SourceText(name: name, bytes: [])
        }
    }

    mutating func files(below name: String) -> [SourceText] {
        var entries: [String] = []
        do throws(FileFailure) {
            try collect(below: name, "", &entries)
        } catch {
            problems.report(
                error.isAbsence ? "There is no such folder." : "The folder cannot be read: \(error.reason).", file: name
            )
            return []
        }
        return entries.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { file(name + "/" + $0) }
    }

    /// Files in nested folders; links to folders are not followed, so that paths are finite.
    private func collect(below name: String, _ inner: String, _ found: inout [String]) throws(FileFailure) {
        let listing = try FolderListing("\(folder)/\(name)/\(inner)", limit: ProjectFileLimits.files)
        guard found.count + listing.names.count <= ProjectFileLimits.files else {
            throw FileFailure(errno: 0, reason: "it holds more than \(ProjectFileLimits.files) files")
        }
        for entry in listing.names where !entry.hasPrefix(".") {
            let path = inner + entry
            if PlainFile.isFolder("\(folder)/\(name)/\(path)") {
                try collect(below: name, path + "/", &found)
            } else if entry.hasSuffix(".yaml") {
                found.append(path)
            }
        }
    }

    /// The files of tenants, and unreadable entries.
    mutating func tenants(_ name: String) -> (files: [SourceText], unreadable: [UnreadableFile]) {
        let listing: FolderListing
        do throws(FileFailure) {
            listing = try FolderListing(folder + "/" + name, limit: ProjectFileLimits.files)
        } catch {
            if !error.isAbsence {
                problems.append(Diagnostic("The folder cannot be read: \(error.reason).", file: name))
            }
            return ([], [])
        }
        var files: [SourceText] = []
        var unreadable = listing.unreadable.filter { $0.hasSuffix(".yaml") }.map {
            UnreadableFile(
                name: "\(name)/\($0)", reason: "its name is no UTF-8, so that it is no tenant's", namesTenant: false)
        }
        // Names with a leading dot are temporary copies of editors.
        for entry in listing.names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where entry.hasSuffix(".yaml") && !entry.hasPrefix(".") {
            do throws(FileFailure) {
                files.append(
                    SourceText(
                        name: "\(name)/\(entry)",
                        bytes: try PlainFile.bytes(of: "\(folder)/\(name)/\(entry)", limit: ProjectFileLimits.bytes)))
            } catch {
                // Files removed since the folder was listed are ignored.
                if !error.isAbsence {
                    unreadable.append(UnreadableFile(name: "\(name)/\(entry)", reason: error.reason))
                }
            }
        }
        return (files, unreadable)
    }
}

extension SourceText {
    /// The last path component without its extension: `Ticket` of `resolvers/support/Ticket.yaml`.
    package var stem: String {
        let last = name.utf8.split(separator: UInt8(ascii: "/")).last ?? name.utf8[...]
        // By bytes: a combining character may follow the dot.
        guard let dot = last.lastIndex(of: UInt8(ascii: ".")), dot != last.startIndex else {
            return String(Substring(last))
        }
        return String(Substring(last[..<dot]))
    }
}
