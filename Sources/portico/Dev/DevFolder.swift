import Glibc
import PostgresSQL

/// The folder that `portico dev` keeps everything in: the cluster, its socket, its log, and the
/// secret that signs the tokens.
struct DevFolder: Equatable {
    let path: String
    /// Whom the server runs as, when this process is root.
    let account: Account?
    /// The project's own folder is closed to that user, so that the cluster lies elsewhere.
    let isOutsideProject: Bool
    /// The folder of the Unix socket.
    let socketFolder: String

    var data: String { path + "/data" }
    var log: String { path + "/postgres.log" }
    var secret: String { path + "/secret" }
    var lock: String { path + "/lock" }

    static let database = "portico"
    static let user = "portico"
    /// The file name that PostgreSQL gives the socket of its usual port.
    static let socketName = ".s.PGSQL.5432"
    /// Bytes of a socket's path that the kernel takes (`sun_path` less its end).
    static let socketPathBytes = 107

    /// Where the cluster of a project lies; nothing is made yet.
    ///
    /// `.portico` in the project, or `chosen`. Where the account that the server must run as cannot
    /// get there, a folder of the system for files that outlive a restart.
    init(project: String, chosen: String?, account: Account?) {
        var path = chosen.map { FileSystem.resolved($0) } ?? FileSystem.resolved(project) + "/.portico"
        isOutsideProject = chosen == nil && account.map { !$0.canReach(path) } == true
        if isOutsideProject { path = "/var/tmp/portico-\(Self.digest(path))" }
        self.path = path
        self.account = account
        let near = path + "/socket"
        // libpq takes what stands behind a comma for another host.
        let fits = near.utf8.count + 1 + Self.socketName.utf8.count <= Self.socketPathBytes && !near.contains(",")
        socketFolder = fits ? near : "/tmp/portico-\(Self.digest(path))"
    }

    /// The folder that the last `portico dev` on a project has used: `--data-dir` may have named
    /// another than the project's own.
    static func lastUsed(on project: String, account: Account?) -> DevFolder {
        let own = DevFolder(project: project, chosen: nil, account: account)
        guard let bytes = try? FileSystem.bytes(of: own.pointer), let path = String(validating: bytes, as: UTF8.self),
            FileSystem.isFolder(path)
        else { return own }
        return DevFolder(project: project, chosen: path, account: account)
    }

    /// Where the project's own folder names another that is used instead.
    private var pointer: String { path + "/data-dir" }

    /// Has the other commands find this folder from the project's own.
    func beLastUsed(on project: String) throws(CommandFailure) {
        let own = DevFolder(project: project, chosen: nil, account: account)
        if own.path == path {
            unlink(pointer)
        } else {
            try FileSystem.makePrivateFolder(own.path, for: account)
            try FileSystem.writePrivately(Array(path.utf8), to: own.pointer)
        }
    }

    /// The keywords of libpq for the database in here. Trusting: who may enter the socket's folder
    /// may enter the database.
    var connectionText: String {
        "host=\(Self.quoted(socketFolder)) port=5432 user=\(Self.user) dbname=\(Self.database)"
    }

    /// The keywords for the database that every cluster has, to make ours from.
    var maintenanceText: String { "host=\(Self.quoted(socketFolder)) port=5432 user=\(Self.user) dbname=postgres" }

    /// Whether a cluster listens here at this moment, as far as its socket tells.
    var hasSocket: Bool { FileSystem.exists("\(socketFolder)/\(Self.socketName)") }

    func make() throws(CommandFailure) {
        try FileSystem.makePrivateFolder(path, for: account)
        try FileSystem.makePrivateFolder(socketFolder, for: account)
    }

    /// Takes the lock that one `portico dev` holds on the folder; the kernel gives it back when
    /// this process ends.
    func takeLock() throws(CommandFailure) {
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
    var isInUse: Bool {
        let file = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.reduce(into: "") { $0 += $1 == "'" || $1 == "\\" ? "\\\($1)" : "\($1)" } + "'"
    }

    /// 64 bits of FNV-1a, to tell projects apart; not a secret.
    private static func digest(_ text: String) -> String {
        var hash = FNVHash()
        hash.mix(text)
        return String(hash.value, radix: 16)
    }
}
