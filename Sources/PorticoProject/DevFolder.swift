import Glibc
import PostgresSQL

/// The folder of `portico dev`: the cluster, its socket and log, and the tokens' secret.
package struct DevFolder: Equatable {
    package let path: String
    /// The account of the server, when this process is root.
    package let account: Account?
    /// Whether that account cannot enter the project's folder, so that the cluster is elsewhere.
    package let isOutsideProject: Bool
    /// The folder of the Unix socket.
    package let socketFolder: String

    package var data: String { path + "/data" }
    package var log: String { path + "/postgres.log" }
    package var secret: String { path + "/secret" }
    package var lock: String { path + "/lock" }

    package static let database = "portico"
    package static let user = "portico"
    /// PostgreSQL's file name for the socket of its default port.
    package static let socketName = ".s.PGSQL.5432"
    /// Bytes of a socket's path that the kernel accepts (`sun_path` without its terminator).
    package static let socketPathBytes = 107

    /// Locates the cluster of a project without creating anything.
    ///
    /// `.portico` in the project, or `chosen`. If the server's account cannot get there, a system
    /// folder for files that survive a restart.
    package init(project: String, chosen: String?, account: Account?) {
        var path = chosen.map { FileSystem.resolved($0) } ?? FileSystem.resolved(project) + "/.portico"
        isOutsideProject = chosen == nil && account.map { !$0.canReach(path) } == true
        if isOutsideProject { path = "/var/tmp/portico-\(Self.digest(path))" }
        self.path = path
        self.account = account
        let near = path + "/socket"
        // libpq takes text after a comma for another host.
        let fits = near.utf8.count + 1 + Self.socketName.utf8.count <= Self.socketPathBytes && !near.contains(",")
        socketFolder = fits ? near : "/tmp/portico-\(Self.digest(path))"
    }

    /// The folder last used by `portico dev` on a project: its own or `--data-dir`.
    package static func lastUsed(on project: String, account: Account?) -> DevFolder {
        let own = DevFolder(project: project, chosen: nil, account: account)
        guard let bytes = try? FileSystem.bytes(of: own.pointer), let path = String(validating: bytes, as: UTF8.self),
            FileSystem.isFolder(path)
        else { return own }
        return DevFolder(project: project, chosen: path, account: account)
    }

    /// The file in the project's own folder that names another one.
    private var pointer: String { path + "/data-dir" }

    /// Lets other commands find this folder from the project's own.
    package func beLastUsed(on project: String) throws(CommandFailure) {
        let own = DevFolder(project: project, chosen: nil, account: account)
        if own.path == path {
            unlink(pointer)
        } else {
            try FileSystem.makePrivateFolder(own.path, for: account)
            try FileSystem.writePrivately(Array(path.utf8), to: own.pointer)
        }
    }

    /// libpq's keywords for the database, without a password: the socket's folder controls access.
    package var connectionText: String {
        "host=\(Self.quoted(socketFolder)) port=5432 user=\(Self.user) dbname=\(Self.database)"
    }

    /// The keywords for the database that every cluster has, for creating ours.
    package var maintenanceText: String {
        "host=\(Self.quoted(socketFolder)) port=5432 user=\(Self.user) dbname=postgres"
    }

    /// Whether a cluster listens here, judging by its socket.
    package var hasSocket: Bool { FileSystem.exists("\(socketFolder)/\(Self.socketName)") }

    package func make() throws(CommandFailure) {
        try FileSystem.makePrivateFolder(path, for: account)
        try FileSystem.makePrivateFolder(socketFolder, for: account)
    }

    /// Takes the lock of one `portico dev` on the folder; released when this process ends.
    package func takeLock() throws(CommandFailure) {
        let file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .notInOrder("\(lock) cannot be opened: \(FileSystem.reason(errno)).") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw .notInOrder(
                "Another `portico dev` already runs on \(path): stop it first, or give this one a folder of its own by --data-dir."
            )
        }
    }

    /// Whether a `portico dev` runs on the folder.
    package var isInUse: Bool {
        let file = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.reduce(into: "") { $0 += $1 == "'" || $1 == "\\" ? "\\\($1)" : "\($1)" } + "'"
    }

    /// 64 bits of FNV-1a, to distinguish projects; not a secret.
    private static func digest(_ text: String) -> String {
        var hash = FNVHash()
        hash.mix(text)
        return String(hash.value, radix: 16)
    }
}
