import Diagnostics
import PlainFiles

/// The files of a project that say what its API is: `schema.graphql`, `resolvers/`,
/// `config/access/`. Reads them and understands nothing of them.
public struct ProjectFiles: Sendable {
    public var schema: SourceText
    /// `resolvers/**/*.yaml`, sorted by name.
    public var resolvers: [SourceText]
    /// `config/access/roles.yaml`
    public var roles: SourceText
    /// `config/access/tenants/*.yaml`, sorted by name.
    public var tenants: [SourceText]
    /// What has the name of a tenant's file and cannot be read as one: what it would say is not
    /// known.
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

    /// Reads them below `folder`; their names are relative to it. Throws every file that is missing
    /// or cannot be read; those of tenants are kept apart (``unreadable``), so that one tenant's
    /// file is nobody else's trouble.
    ///
    /// A folder `config/access/tenants/` that does not exist holds no files.
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

    /// The schema and resolvers of a project, with the rules of another folder that is made as
    /// `config/access/` is.
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

/// A name in the folder of tenants that is no file which could be read: a folder, a link that leads
/// nowhere, a pipe, a device, a socket, a file that this user may not read or that is too long, or
/// a name that is no UTF-8.
public struct UnreadableFile: Sendable, Hashable {
    /// Relative to the project, such as `config/access/tenants/agency-001.yaml`.
    public var name: String
    /// The end of a sentence.
    public var reason: String
    /// Whether it is named after a tenant; a name that is no UTF-8 names none.
    public var namesTenant: Bool

    public init(name: String, reason: String, namesTenant: Bool = true) {
        self.name = name
        self.reason = reason
        self.namesTenant = namesTenant
    }

    /// As a problem of the file.
    public var diagnostic: Diagnostic { Diagnostic("It cannot be read: \(reason).", file: name) }
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
        do throws(FileFailure) {
            return SourceText(
                name: name, bytes: try PlainFile.bytes(of: folder + "/" + name, limit: ProjectFileLimits.bytes))
        } catch {
            problems.append(
                Diagnostic(
                    error.isAbsence ? "There is no such file." : "The file cannot be read: \(error.reason).", file: name
                ))
            return SourceText(name: name, bytes: [])
        }
    }

    mutating func files(below name: String) -> [SourceText] {
        var entries: [String] = []
        do throws(FileFailure) {
            try collect(below: name, "", &entries)
        } catch {
            problems.append(
                Diagnostic(
                    error.isAbsence ? "There is no such folder." : "The folder cannot be read: \(error.reason).",
                    file: name))
            return []
        }
        return entries.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { file(name + "/" + $0) }
    }

    /// Files in folders within each other; links to folders are not followed, so that no path is
    /// endless.
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

    /// The files of tenants, and what is in their place.
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
        // A name that begins with a point is an editor's half-written copy.
        for entry in listing.names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where entry.hasSuffix(".yaml") && !entry.hasPrefix(".") {
            do throws(FileFailure) {
                files.append(
                    SourceText(
                        name: "\(name)/\(entry)",
                        bytes: try PlainFile.bytes(of: "\(folder)/\(name)/\(entry)", limit: ProjectFileLimits.bytes)))
            } catch {
                // What was taken away since the folder was listed is not there.
                if !error.isAbsence {
                    unreadable.append(UnreadableFile(name: "\(name)/\(entry)", reason: error.reason))
                }
            }
        }
        return (files, unreadable)
    }
}

extension SourceText {
    /// The last part of the name without its ending: `Ticket` of `resolvers/support/Ticket.yaml`.
    package var stem: String {
        let last = name.utf8.split(separator: UInt8(ascii: "/")).last ?? name.utf8[...]
        // By bytes: what follows the point may combine with it into one character.
        guard let dot = last.lastIndex(of: UInt8(ascii: ".")), dot != last.startIndex else {
            return String(Substring(last))
        }
        return String(Substring(last[..<dot]))
    }
}
