import Foundation
import TestCluster
import Testing

/// `portico serve` as a process of its own, on this repository's project and a database of the
/// tests' cluster.
final class ConnectionFaultsServer {
    private static let secret = String(repeating: "s", count: 40)
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The program beside the tests' own.
    private static let program: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("portico").path
    }()

    /// A database with the seed, and 400 tickets of 25 kB each: an answer with all of them is more
    /// than any socket holds.
    private static let database = Result {
        let url = try TestCluster.shared().createDatabase(name: "connection_faults")
        for command in ["migrate", "seed"] { _ = try run([command, "--project", repository, "--database-url", url]) }
        try TestCluster.shared().psql(
            """
            INSERT INTO tickets (id, tenant_id, creator_id, subject, description)
            SELECT 'large-' || n, 'agency-001', 'user-agency-001', 'large', repeat('0123456789', 2500) FROM generate_series(1, 400) AS n
            """, database: "connection_faults")
        return url
    }

    /// Of the administrator, who sees every ticket.
    private static let token = Result {
        try run(["token", "--project", repository, "--as", "user-admin-001"]).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    let folder: String
    let port: UInt16
    let token: String
    private let process: Process
    private var log: String { folder + "/log" }

    /// Starts it and waits until it serves.
    /// - Parameters:
    ///   - descriptors: How many files the process may have open.
    ///   - configuration: What `config/gateway.yaml` says.
    ///   - pipe: Where its log goes instead of a file; it is read until the port is known, and not
    ///     any further.
    init(workers: Int = 1, descriptors: Int? = nil, configuration: String = "{}", log pipe: Pipe? = nil) async throws {
        let url = try Self.database.get()
        token = try Self.token.get()
        folder = NSTemporaryDirectory() + "portico-faults-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["schema.graphql", "resolvers", "config", "migrations"] {
            try FileManager.default.copyItem(atPath: "\(Self.repository)/\(name)", toPath: "\(folder)/\(name)")
        }
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/config/gateway.yaml"))
        process = try Self.start(
            ["serve", "--project", folder, "--database-url", url, "--port", "0", "--workers", "\(workers)"],
            descriptors: descriptors, log: folder + "/log", pipe)
        if let pipe {
            port = try Self.port(in: pipe)
        } else {
            port = try await Self.port(process, log: folder + "/log")
        }
        // The first request meets a database that is connected, unlike one that comes at once.
        for _ in 0..<600 {
            if case .answer(200, _) = try ConnectionFaultsClient(port: port).ask(Self.ready) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it never was ready:\n\(text)")
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Processes

    private static func prepare(_ process: Process, _ words: [String], descriptors: Int?) {
        process.executableURL = URL(fileURLWithPath: descriptors == nil ? program : "/bin/sh")
        process.arguments =
            (descriptors.map { ["-c", "ulimit -n \($0) && exec \"$0\" \"$@\"", program] } ?? []) + words
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PORTICO_JWT_SECRET": secret]
        process.standardInput = FileHandle.nullDevice
    }

    private static func start(_ words: [String], descriptors: Int?, log: String, _ pipe: Pipe? = nil) throws -> Process
    {
        let process = Process()
        prepare(process, words, descriptors: descriptors)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try pipe?.fileHandleForWriting ?? #require(FileHandle(forWritingAtPath: log))
        process.standardOutput = file
        process.standardError = file
        try process.run()
        return process
    }

    /// Runs a command to its end; what it printed.
    private static func run(_ words: [String]) throws -> String {
        let process = Process(), output = Pipe()
        prepare(process, words, descriptors: nil)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words) failed")
        return text
    }

    private static func port(in pipe: Pipe) throws -> UInt16 {
        var text = ""
        while true {
            let bytes = pipe.fileHandleForReading.availableData
            try #require(!bytes.isEmpty, "it ended:\n\(text)")
            text += String(decoding: bytes, as: UTF8.self)
            if let tail = text.components(separatedBy: "addresses=127.0.0.1:").dropFirst().first,
                let end = tail.firstIndex(of: " ")
            {
                return try #require(UInt16(tail[..<end]))
            }
        }
    }

    private static func port(_ process: Process, log: String) async throws -> UInt16 {
        for _ in 0..<6_000 {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            if let tail = text.components(separatedBy: "addresses=127.0.0.1:").dropFirst().first,
                let end = tail.firstIndex(of: " ")
            {
                return try #require(UInt16(tail[..<end]))
            }
            try #require(process.isRunning, "it ended:\n\(text)")
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CocoaError(.fileReadUnknown)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    var isRunning: Bool { process.isRunning }

    /// Waits until it has ended; its status.
    func end() async throws -> Int32 {
        // Foundation learns of it by a socket that another child, started at the same moment, may
        // have inherited and keep open: the kernel knows better.
        for _ in 0..<3_000 where process.isRunning {
            var info = siginfo_t()
            let status = waitid(P_PID, id_t(process.processIdentifier), &info, WEXITED | WNOHANG | WNOWAIT)
            if status == 0, info._sifields._sigchld.si_pid == process.processIdentifier {
                return info._sifields._sigchld.si_status
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return process.isRunning ? -1 : process.terminationStatus
    }

    /// Tells it to end, and expects that it does so in good order.
    func stop() async throws {
        signal(SIGTERM)
        let status = try await end()
        #expect(status == 0, "\(text.suffix(2_000))")
    }

    /// Starts another one on the same folder that is expected to refuse: its status, and what it
    /// says.
    func refusalOfASecond() async throws -> (status: Int32, text: String) {
        let second = try Self.start(
            ["serve", "--project", folder, "--database-url", try Self.database.get(), "--port", "0"], descriptors: nil,
            log: folder + "/second")
        for _ in 0..<3_000 where second.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        if second.isRunning { second.terminate() }
        second.waitUntilExit()
        return (second.terminationStatus, (try? String(contentsOfFile: folder + "/second", encoding: .utf8)) ?? "")
    }

    // MARK: What it asks for and says

    /// A request that costs nothing but the connection.
    static let health = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
    private static let ready = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"

    func post(_ query: String) -> String {
        let body = #"{"query":"\#(query)"}"#
        return
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer \(token)\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// One row out of the database, and the answer to it.
    var point: String { post("{ ticket(id: \\\"ticket-001\\\") { id } }") }
    static let pointAnswer = #"{"data":{"ticket":{"id":"ticket-001"}}}"#
    /// Ten megabytes.
    var large: String { post("{ tickets(first: 500) { id description } }") }

    var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Lines of the log that hold all of these words.
    func lines(_ words: String...) -> Int {
        text.split(separator: "\n").count { line in words.allSatisfy { line.contains($0) } }
    }

    // MARK: What it takes

    private func proc(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(name)", encoding: .utf8)) ?? ""
    }

    var openFiles: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count) ?? 0
    }

    /// Bytes of memory that are the process's own: what it shares with others by its files left
    /// out.
    var memory: Int {
        let numbers = proc("statm").split(separator: " ").compactMap { Int($0) }
        return numbers.count > 2 ? (numbers[1] - numbers[2]) * 4096 : 0
    }

    /// Hundredths of a second of processor time.
    var processorTicks: Int {
        let stat = proc("stat")
        guard let name = stat.lastIndex(of: ")") else { return 0 }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    /// Waits until the condition holds, for as long as a busy machine may need.
    func eventually(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<3_000 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
