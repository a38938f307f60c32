import Foundation
import Synchronization

/// A private PostgreSQL cluster for tests: on a Unix-domain socket only, without durability, gone
/// with the process that started it.
///
/// Most tests share one (``shared()``) and make a database each; a test that stops the server
/// starts its own.
public final class TestCluster: Sendable {
    /// Seconds until a step (initdb, start, stop) counts as failed.
    static let patience = 60.0

    /// The folder of socket and data. Short, because a socket's path has at most 107 bytes.
    public let folder: String
    private let address: String?
    private let tools: PostgresTools
    private let settings: [String]
    private let watcher: ClusterWatcher
    private let postmaster = Mutex<pid_t?>(nil)
    private let databases = Atomic<Int>(0)

    private static let sharedCluster = Result { try TestCluster() }

    /// The cluster of this process, started by the first call.
    public static func shared() throws -> TestCluster { try sharedCluster.get() }

    /// Makes and starts a cluster of its own; ends with the object, or else with the process.
    /// - Parameters:
    ///   - address: Of the loopback network, to listen on at PostgreSQL's usual port too; `nil` for
    ///     the socket alone.
    ///   - settings: Of the server, each as `name=value`, beside those that make it fast.
    /// - Throws: ``TestClusterFailure`` when PostgreSQL's programs are not found or refuse.
    public init(listeningOn address: String? = nil, settings: [String] = []) throws {
        self.address = address
        self.settings = settings
        tools = try PostgresTools.find()
        folder = try tools.makeFolder()
        watcher = try ClusterWatcher(folder: folder)
        try tools.run("cp", ["-R", Self.template.get().folder + "/data", folder + "/data"])
        try start()
    }

    /// A fresh data folder that every cluster of this process copies: much cheaper than initdb.
    private struct Template {
        let folder: String
        private let watcher: ClusterWatcher

        init() throws {
            let tools = try PostgresTools.find()
            folder = try tools.makeFolder()
            watcher = try ClusterWatcher(folder: folder)
            try tools.run(
                "initdb",
                [
                    "-D", folder + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                    "--no-sync", "--no-instructions",
                ])
        }
    }

    private static let template = Result { try Template() }

    deinit {
        kill()
        watcher.end()
    }

    /// A URL for a database of this cluster, as its superuser unless another role is named.
    public func url(database: String = "postgres", user: String = "postgres") -> String {
        "postgres://\(user)@/\(database)?host=\(folder.replacingOccurrences(of: "/", with: "%2F"))"
    }

    /// Makes a database and returns its URL.
    public func createDatabase(template: String = "template0", name: String? = nil) throws -> String {
        let name = name ?? "test_\(databases.add(1, ordering: .relaxed).newValue)"
        try tools.run("createdb", ["-h", folder, "-U", "postgres", "-T", template, name])
        return url(database: name)
    }

    /// Runs SQL by psql and returns what it printed: a row a line, cells parted by `|`.
    @discardableResult public func psql(_ sql: String, database: String = "postgres") throws -> String {
        try tools.run(
            "psql", ["-h", folder, "-U", "postgres", "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql])
    }

    /// Runs a statement under its generic plan, the one that serves all values, as the gateway's
    /// sessions do; `before` is SQL that stands before `EXECUTE`.
    ///
    /// - Parameter values: Of its parameters, as SQL.
    public func psql(
        generic statement: String, values: [String], before: String = "", database: String
    ) throws -> String {
        try psql(
            "SET plan_cache_mode = force_generic_plan; SET jit = off; PREPARE generic AS \(statement); \(before) EXECUTE generic \(values.isEmpty ? "" : "(\(values.joined(separator: ", ")))");",
            database: database)
    }

    /// The top node of a statement's generic plan, as `EXPLAIN` prints it in JSON; `options` are
    /// further ones of it.
    public func genericPlan(
        of statement: String, values: [String], options: [String] = [], database: String
    ) throws -> [String: Any] {
        let text = try psql(
            generic: statement, values: values,
            before: "EXPLAIN (\((options + ["FORMAT JSON"]).joined(separator: ", ")))", database: database)
        guard let start = text.firstIndex(of: "["),
            let plans = try JSONSerialization.jsonObject(with: Data(text[start...].utf8)) as? [[String: Any]],
            let node = plans.first?["Plan"] as? [String: Any]
        else { throw TestClusterFailure("EXPLAIN printed no plan: \(text)") }
        return node
    }

    // MARK: Faults

    /// Starts the server and waits until it answers; nothing happens if it runs.
    public func start() throws {
        guard postmaster.withLock({ $0 == nil }) else { return }
        let pid = try tools.spawn(
            "postgres",
            [
                "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=\(address ?? "")", "-c", "fsync=off",
                "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
                "-c", "shared_buffers=32MB", "-c", "max_connections=300", "-c", "autovacuum=off", "-c", "lc_messages=C",
            ] + settings.flatMap { ["-c", $0] }, log: folder + "/log")
        postmaster.withLock { $0 = pid }
        let end = Date().addingTimeInterval(Self.patience)
        while (try? tools.run("pg_isready", ["-h", folder, "-q"])) == nil {
            var status: Int32 = 0
            guard Date() < end, waitpid(pid, &status, WNOHANG) == 0 else {
                throw TestClusterFailure(
                    "the server did not start: \((try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "no log")"
                )
            }
            usleep(20_000)
        }
    }

    /// Stops the server: sessions are ended (`fast` shutdown), data stays. Returns when it is gone.
    public func stop() { end(by: SIGINT) }

    /// Lets the server stop when its last session has ended (`smart` shutdown), and does not wait
    /// for it; new sessions are refused at once.
    public func beginToStop() {
        if let pid = postmaster.withLock({ $0 }) { _ = Glibc.kill(pid, SIGTERM) }
    }

    public func restart() throws {
        stop()
        try start()
    }

    /// Ends the server at once, as a crash would (`immediate` shutdown). Returns when it is gone.
    public func kill() { end(by: SIGQUIT) }

    private func end(by signal: Int32) {
        guard
            let pid = postmaster.withLock({ pid in
                defer { pid = nil }; return pid
            })
        else { return }
        for process in processes(of: pid) { _ = Glibc.kill(process, SIGCONT) }
        _ = Glibc.kill(pid, signal)
        var status: Int32 = 0
        let end = Date().addingTimeInterval(Self.patience)
        while waitpid(pid, &status, WNOHANG) == 0 {
            if Date() > end { _ = Glibc.kill(pid, SIGKILL) }
            usleep(5_000)
        }
    }

    /// Freezes the server and all its sessions: they take connections and bytes, and never answer.
    public func pause() { signalAll(SIGSTOP) }

    public func resume() { signalAll(SIGCONT) }

    private func signalAll(_ signal: Int32) {
        guard let pid = postmaster.withLock({ $0 }) else { return }
        for process in processes(of: pid) { _ = Glibc.kill(process, signal) }
    }

    /// The server's first process and its children.
    private func processes(of postmaster: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return [postmaster]
            + names.compactMap(pid_t.init).filter { process in
                guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                    let name = stat.lastIndex(of: ")")
                else { return false }
                // After the name: state, parent.
                return stat[stat.index(after: name)...].split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
                    == postmaster
            }
    }
}

/// Why a test's cluster could not be had.
public struct TestClusterFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
