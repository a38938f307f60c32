import Foundation

/// PostgreSQL's programs on this machine, and the unprivileged user they run as when the tests run
/// as root.
struct PostgresTools: Sendable {
    /// The folder of `initdb` and `postgres`.
    let folder: String
    /// `nil`: as the user who runs the tests.
    private let user: (name: String, id: uid_t, group: gid_t)?

    static func find() throws -> PostgresTools {
        var candidates: [String] = []
        if let asked = try? Command.output(of: ["/usr/bin/env", "pg_config", "--bindir"]) {
            candidates.append(asked.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        candidates += versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        candidates += (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard
            let folder = candidates.first(where: {
                FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
                    && FileManager.default.isExecutableFile(atPath: $0 + "/postgres")
            })
        else {
            throw TestClusterFailure("initdb and postgres are not found: install PostgreSQL's server package")
        }
        return PostgresTools(folder: folder, user: try unprivilegedUser())
    }

    private static func unprivilegedUser() throws -> (name: String, id: uid_t, group: gid_t)? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return (name, entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        throw TestClusterFailure(
            "the tests run as root, and there is neither a user postgres nor a user nobody to run the server as")
    }

    /// A new folder that only the server's user (and root) can enter.
    func makeFolder() throws -> String {
        let temporary =
            ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.utf8.count <= 60 ? $0 : nil } ?? "/tmp"
        var template = Array("\(temporary)/portico.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestClusterFailure("no folder can be made in \(temporary)") }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let user, chown(folder, user.id, user.group) != 0 {
            throw TestClusterFailure("\(folder) cannot be given to \(user.name)")
        }
        return folder
    }

    private func command(_ tool: String, _ arguments: [String]) -> [String] {
        let name = "\(folder)/\(tool)"
        let path = FileManager.default.isExecutableFile(atPath: name) ? name : tool
        // Both replace themselves by the program, so that its process id is the one that was
        // started.
        let prefix: [String] =
            if let user {
                FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
                    ? ["/usr/bin/setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--"]
                    : ["/usr/bin/env", "runuser", "-u", user.name, "--"]
            } else {
                ["/usr/bin/env"]
            }
        return prefix + [path] + arguments
    }

    /// Runs a program to its end and returns what it printed.
    @discardableResult func run(_ tool: String, _ arguments: [String]) throws -> String {
        try Command.output(of: command(tool, arguments))
    }

    /// Starts a program that stays.
    func spawn(_ tool: String, _ arguments: [String], log: String) throws -> pid_t {
        try Command.spawn(command(tool, arguments), output: log)
    }
}
