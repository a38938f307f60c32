import Diagnostics
import Glibc
import PorticoCatalog
import PorticoProject

/// Reads a project's files from a revision of its git repository, without changing the repository.
struct GitRevisions {
    enum Limits {
        /// Files of a revision that are read. Guards against a repository that is not a project.
        static let files = 100_000
        /// Bytes of all of them together, for the same reason.
        static let bytes = 256 << 20
        /// Files per call of git, so that the arguments fit.
        static let filesPerCall = 500
    }

    private let program: String
    /// The project within the repository, not always its top.
    private let project: String

    /// Throws if git is not installed, or the project is not in a repository.
    init(project: String) throws(CommandFailure) {
        let folders = (Project.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(
            String.init)
        guard let folder = folders.first(where: { FileSystem.isProgram($0 + "/git") }) else {
            throw .wrongUsage(
                "git is not installed, so that revisions cannot be read: install it, or name two folders.")
        }
        program = folder + "/git"
        self.project = project
        let (status, output) = try ChildProcess.run(
            program, ["-C", project, "rev-parse", "--is-inside-work-tree"], environment: Self.environment)
        guard status == 0 else {
            throw .wrongUsage("the project \(project) is in no git repository that can be read: \(output.trimmed)")
        }
    }

    /// Keeps the user's settings, such as safe repositories. Git asks no password, takes no lock.
    private static var environment: [String] {
        ["GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0"] + (Project.environment("HOME").map { ["HOME=\($0)"] } ?? [])
    }

    /// The files that define the API, with names relative to the project.
    func files(of revision: String) throws(CommandFailure) -> ProjectFiles {
        let commit = try commit(revision)
        let entries = try entries(of: commit)
        let texts = try contents(of: entries)
        func sources(_ isWanted: (String) -> Bool) -> [SourceText] {
            zip(entries, texts).filter { isWanted($0.0.path) }.map { SourceText(name: $0.path, bytes: $1) }
        }
        func source(_ name: String) throws(CommandFailure) -> SourceText {
            guard let found = sources({ $0 == name }).first else {
                throw .wrongUsage("the revision \(revision) has no \(name) below the project's folder.")
            }
            return found
        }
        return ProjectFiles(
            schema: try source("schema.graphql"), resolvers: sources { $0.hasPrefix("resolvers/") },
            roles: try source("config/access/roles.yaml"), tenants: sources { $0.hasPrefix("config/access/tenants/") })
    }

    private func commit(_ revision: String) throws(CommandFailure) -> String {
        guard !revision.hasPrefix("-") else { throw .wrongUsage("\"\(revision)\" is no revision.") }
        let (status, output) = try ChildProcess.run(
            program, ["-C", project, "rev-parse", "--verify", "--quiet", "--end-of-options", "\(revision)^{commit}"],
            environment: Self.environment)
        guard status == 0, !output.trimmed.isEmpty else {
            throw .wrongUsage(
                "\"\(revision)\" is neither a folder nor a revision that git knows: name a branch, a tag or a commit, such as HEAD or HEAD~1."
            )
        }
        return output.trimmed
    }

    private struct Entry {
        var object: String
        var bytes: Int
        var path: String
    }

    /// The YAML files and the schema, sorted by path, as a folder is read.
    private func entries(of commit: String) throws(CommandFailure) -> [Entry] {
        let listing = try output(
            ["ls-tree", "-r", "-l", "-z", commit, "--", "schema.graphql", "resolvers", "config/access"], most: 32 << 20)
        var entries: [Entry] = []
        for line in listing.split(separator: 0) {
            // `mode type object size<TAB>path`
            guard let tab = line.firstIndex(of: 0x09) else { continue }
            let words = line[..<tab].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            let path = String(decoding: line[line.index(after: tab)...], as: UTF8.self)
            guard words.count == 4, Self.isWanted(path) else { continue }
            guard words[1] == "blob", words[0] != "120000", let bytes = Int(words[3]) else {
                throw .wrongUsage(
                    "\(path) is a link or a submodule in \(commit.prefix(12)): only plain files can be read from a revision. Check it out, and name its folder."
                )
            }
            entries.append(Entry(object: words[2], bytes: bytes, path: path))
        }
        guard entries.count <= Limits.files, entries.reduce(0, { $0 + $1.bytes }) <= Limits.bytes else {
            throw .wrongUsage(
                "the revision has \(entries.count) files of the project; at most \(Limits.files), and \(Limits.bytes >> 20) MiB, are read."
            )
        }
        return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private static func isWanted(_ path: String) -> Bool {
        if path == "schema.graphql" || path == "config/access/roles.yaml" { return true }
        let parts = path.split(separator: "/")
        guard path.hasSuffix(".yaml"), parts.allSatisfy({ !$0.hasPrefix(".") }) else { return false }
        return path.hasPrefix("resolvers/") || path.hasPrefix("config/access/tenants/") && parts.count == 4
    }

    /// One call of git prints many objects in sequence; their sizes delimit them.
    private func contents(of entries: [Entry]) throws(CommandFailure) -> [[UInt8]] {
        var contents: [[UInt8]] = []
        var rest = entries[...]
        while !rest.isEmpty {
            let some = rest.prefix(Limits.filesPerCall)
            rest = rest.dropFirst(some.count)
            let expected = some.reduce(0) { $0 + $1.bytes }
            let bytes = try output(["show", "--no-textconv", "--no-color"] + some.map(\.object), most: expected + 1)
            guard bytes.count == expected else {
                throw .notInOrder("git gave \(bytes.count) bytes of files that have \(expected).")
            }
            var start = 0
            for entry in some {
                contents.append(Array(bytes[start..<start + entry.bytes]))
                start += entry.bytes
            }
        }
        return contents
    }

    private func output(_ arguments: [String], most: Int) throws(CommandFailure) -> [UInt8] {
        let (status, output) = try ChildProcess.output(
            of: program, ["-C", project, "--no-pager"] + arguments, environment: Self.environment, most: most)
        guard status == 0 else { throw .notInOrder("git \(arguments.first ?? "") failed with status \(status).") }
        return output
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
