import Glibc
import PorticoProject

/// The private PostgreSQL cluster of `portico dev`: created on first use, started as a child of
/// this process, stopped with it.
struct DevCluster {
    enum Limits {
        /// Milliseconds until a started server accepts connections, including crash recovery.
        static let start = 60_000
        /// Milliseconds of a fast shutdown before an immediate one.
        static let stop = 15_000
        /// Lines of the server's log that an error quotes.
        static let quotedLines = 12
        /// Bytes of the server's log before a new one begins. Guards against a full disk.
        static let logBytes = 8 << 20
    }

    let folder: DevFolder
    let programs: PostgresPrograms
    private let server: ChildProcess

    /// Starts the server on the folder, whose lock this process must hold; creates a missing
    /// cluster first. Returns before it accepts connections.
    static func start(in folder: DevFolder, note: (String) -> Void) throws(CommandFailure) -> DevCluster {
        let version = try version(of: folder)
        let programs = try PostgresPrograms.find(major: version)
        if version == nil {
            note("making a private PostgreSQL cluster in \(folder.path) …")
            try initialize(folder, programs)
        } else {
            try settleEarlierServer(of: folder)
        }
        return DevCluster(folder: folder, programs: programs, server: try launch(folder, programs))
    }

    /// Polls `isReady` every 20 ms; throws with the end of its log if it ends or takes too long.
    func waitUntilReady(_ isReady: () -> Bool) throws(CommandFailure) {
        for _ in 0..<(Limits.start / 20) {
            if isReady() { return }
            if server.poll() != nil { throw failure("PostgreSQL did not start") }
            usleep(20_000)
        }
        server.send(SIGQUIT)
        server.wait()
        throw failure("PostgreSQL took no connection within \(Limits.start / 1_000) seconds")
    }

    /// Ends the server: open transactions are rolled back, everything committed is safe.
    func stop() {
        server.send(SIGINT)
        if server.wait(milliseconds: Limits.stop) { return }
        server.send(SIGQUIT)
        server.wait()
    }

    /// The major version of the cluster, `nil` if there is none yet.
    private static func version(of folder: DevFolder) throws(CommandFailure) -> String? {
        let file = folder.data + "/PG_VERSION"
        guard FileSystem.exists(file) else { return nil }
        return String(decoding: try FileSystem.bytes(of: file).prefix { $0 > 0x20 }, as: UTF8.self)
    }

    /// Creates the cluster under a temporary name and moves it when complete, so that an
    /// interrupted first start leaves nothing partial.
    private static func initialize(_ folder: DevFolder, _ programs: PostgresPrograms) throws(CommandFailure) {
        let draft = folder.data + ".new"
        if FileSystem.exists(draft) { _ = try ChildProcess.run("/bin/rm", ["-rf", "--", draft]) }
        let (path, arguments) = try Account.command(
            programs.initdb,
            [
                "--pgdata=\(draft)", "--username=\(DevFolder.user)", "--encoding=UTF8", "--locale=C.UTF-8",
                "--auth-local=trust", "--auth-host=reject", "--data-checksums",
            ], as: folder.account)
        let (status, output) = try ChildProcess.run(path, arguments)
        guard status == 0 else { throw .notInOrder("initdb failed with status \(status):\n\(lastLines(of: output))") }
        guard rename(draft, folder.data) == 0 else {
            throw .notInOrder("\(folder.data) cannot be made: \(FileSystem.reason(errno)).")
        }
    }

    /// Stops a server left by an earlier run: this process holds the folder's lock, so nothing uses
    /// it. A stale `postmaster.pid` is removed; PostgreSQL might mistake another process for it.
    private static func settleEarlierServer(of folder: DevFolder) throws(CommandFailure) {
        let file = folder.data + "/postmaster.pid"
        guard FileSystem.exists(file) else { return }
        let lines = String(decoding: try FileSystem.bytes(of: file), as: UTF8.self).split(separator: "\n")
        guard let first = lines.first, let id = pid_t(first), id > 1 else {
            unlink(file)
            return
        }
        guard isServer(id, of: folder) else {
            unlink(file)
            return
        }
        kill(id, SIGINT)
        for _ in 0..<(Limits.stop / 20) {
            if !isServer(id, of: folder) { return }
            usleep(20_000)
        }
        throw .notInOrder(
            "A PostgreSQL server of an earlier run (process \(id)) still runs on \(folder.data) and does not stop: end it and try again."
        )
    }

    private static func isServer(_ id: pid_t, of folder: DevFolder) -> Bool {
        guard let command = try? FileSystem.bytes(of: "/proc/\(id)/cmdline") else { return false }
        let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.first.map { $0.hasSuffix("postgres") } == true && words.contains(folder.data)
    }

    private static func launch(_ folder: DevFolder, _ programs: PostgresPrograms) throws(CommandFailure) -> ChildProcess
    {
        let socket = folder.socketFolder.split(separator: "\"", omittingEmptySubsequences: false).joined(
            separator: "\"\"")
        let (path, arguments) = try Account.command(
            programs.postgres,
            [
                "-D", folder.data, "-p", "5432", "-k", "\"\(socket)\"", "-c", "listen_addresses=", "-c",
                "unix_socket_permissions=0700", "-c", "logging_collector=off", "-c", "log_destination=stderr", "-c",
                "fsync=on", "-c", "timezone=UTC", "-c", "cluster_name=portico-dev",
            ], as: folder.account)
        if FileSystem.size(of: folder.log) > Limits.logBytes { unlink(folder.log) }
        return try ChildProcess(path, arguments, output: .file(folder.log))
    }

    private func failure(_ sentence: String) -> CommandFailure {
        let log =
            (try? FileSystem.bytes(of: folder.log)).map {
                Self.lastLines(of: String(decoding: $0.suffix(8_192), as: UTF8.self))
            } ?? ""
        return .notInOrder("\(sentence); the end of \(folder.log):\n\(log)")
    }

    private static func lastLines(of text: String) -> String {
        text.split(separator: "\n").suffix(Limits.quotedLines).map { "    " + $0 }.joined(separator: "\n")
    }
}
