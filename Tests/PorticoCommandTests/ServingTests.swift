import Foundation
import TestCluster
import Testing

/// A command that goes on until it is told to stop, and what it has said so far.
final class RunningCommand {
    private let process = Process()
    let log: String

    /// - Parameter tracer: A program and its words that starts the command and then lets it alone,
    ///   so that signals reach the command.
    init(_ words: [String], environment: [String: String] = [:], under tracer: [String] = []) throws {
        log = NSTemporaryDirectory() + "portico-log-" + UUID().uuidString
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: log))
        CommandProcess.prepare(process, words, in: nil, environment)
        if !tracer.isEmpty {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = tracer + [CommandProcess.program] + words
        }
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: log)
    }

    var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Waits until it has said so.
    func wait(for part: String) async throws {
        for _ in 0..<6_000 {
            if text.contains(part) { return }
            try #require(process.isRunning, "it ended:\n\(text)")
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never said \(part):\n\(text)")
    }

    /// The port that the kernel chose, from the line that says where it serves.
    func port() async throws -> UInt16 {
        try await wait(for: "addresses=127.0.0.1:")
        let tail = try #require(text.components(separatedBy: "addresses=127.0.0.1:").dropFirst().first)
        return try #require(UInt16(tail.prefix { $0.isNumber }))
    }

    /// Whether it would not even notice such a signal.
    func ignores(_ number: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let mask = status.components(separatedBy: "SigIgn:").dropFirst().first.flatMap {
            UInt64($0.prefix { $0 != "\n" }.trimmingCharacters(in: .whitespaces), radix: 16)
        }
        return (mask ?? 0) >> UInt64(number - 1) & 1 == 1
    }

    var pid: Int32 { process.processIdentifier }

    func signal(_ number: Int32) { kill(pid, number) }

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
}

/// Connects a socket to a port of 127.0.0.1.
func connectToLoopback(_ socket: Int32, _ port: UInt16) throws {
    try #require(loopback(port) { connect(socket, $0, $1) } == 0)
}

/// Hands on the address of a port of 127.0.0.1.
func loopback<Result>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) } }
}

/// One request on a connection of its own; the whole answer, head and body.
func post(_ body: String, token: String?, port: UInt16, fields: String = "") throws -> String {
    let authorization = token.map { "authorization: Bearer \($0)\r\n" } ?? ""
    let request =
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n\(authorization)\(fields)content-length: \(body.utf8.count)\r\n\r\n\(body)"
    return try answer(to: request, port: port)
}

/// What a browser gets that brings a token.
func page(token: String?, port: UInt16) throws -> String {
    let authorization = token.map { "authorization: Bearer \($0)\r\n" } ?? ""
    return try answer(
        to:
            "GET /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nconnection: close\r\n\(authorization)\r\n",
        port: port)
}

/// What comes back until the connection ends, head and body.
func answer(to request: String, port: UInt16) throws -> String {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    try connectToLoopback(socket, port)
    let sent = Array(request.utf8)
    try #require(write(socket, sent, sent.count) == sent.count)
    var answer: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 4_096)
    while case let count = read(socket, &buffer, buffer.count), count > 0 { answer += buffer[..<count] }
    return String(decoding: answer, as: UTF8.self)
}

@Suite struct ServingTests {
    @Test func devBringsEverythingAndTakesItAway() async throws {
        let project = try ProjectCopy()
        let dev = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        let port = try await dev.port()
        try await dev.wait(for: "Ctrl-C stops it.")
        let lines = dev.text.split(separator: "\n").map(String.init)
        let user = try #require(lines.firstIndex { $0.contains("  user-agency-001  (agency_owner of agency-001)") })
        let token = lines[user + 1].trimmingCharacters(in: .whitespaces)
        let answer = try post(#"{"query":"{ viewer { id } tickets { id } }"}"#, token: token, port: port)
        #expect(
            answer.contains(
                #"{"data":{"viewer":{"id":"user-agency-001"},"tickets":[{"id":"ticket-001"},{"id":"ticket-002"}]}}"#),
            "\(answer)")
        // What it proposes to try is of this project's schema, and works.
        let words = try #require(lines.first { $0.contains(" -d '") }).components(separatedBy: " -d '")
        let sample = try #require(words.last).dropLast()
        #expect(sample == #"{"query":"{ tenants(first: 5) { id name domain users(first: 3) { id email } } }"}"#)
        let proposed = try #require(
            dev.text.components(separatedBy: "authorization: Bearer ").dropFirst().first?.prefix { $0 != "'" })
        #expect(try post(String(sample), token: String(proposed), port: port).contains(#"{"data":{"tenants":[{"id":"#))
        #expect(
            try page(token: String(proposed), port: port).contains(
                "{ tenants(first: 5) { id name domain users(first: 3) { id email } } }"))
        #expect(try page(token: nil, port: port).contains("{ apiVersion }"))
        // The other commands find the database and the secret of the one that runs.
        #expect(try CommandProcess.run(["health", "--project", project.path]).status == 0)
        let own = try CommandProcess.run(["token", "--project", project.path, "--as", "user-client-001"]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try post(#"{"query":"{ viewer { id } }"}"#, token: own, port: port).contains("user-client-001"))
        let second = try CommandProcess.run(["dev", "--project", project.path, "--port", "0"])
        #expect(second.status == 1 && second.errors.contains("already runs"))
        dev.signal(SIGINT)
        #expect(try await dev.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: project.path + "/.portico/data/postmaster.pid"))
    }

    @Test func theClusterEndsWithAParentThatIsKilled() async throws {
        let project = try ProjectCopy()
        let first = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        try await first.wait(for: "Ctrl-C stops it.")
        let file = project.path + "/.portico/data/postmaster.pid"
        let server = try #require(
            try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first.flatMap { pid_t($0) })
        first.signal(SIGKILL)
        for _ in 0..<1_000 where kill(server, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(kill(server, 0) != 0)
        // What a crash leaves behind, with a number that some other process has by now, does not
        // stop the next run.
        try Data("\(getpid())\n\(project.path)/.portico/data\n0\n5432\n".utf8).write(to: URL(fileURLWithPath: file))
        let second = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        try await second.wait(for: "Ctrl-C stops it.")
        second.signal(SIGTERM)
        #expect(try await second.end() == 0)
    }

    /// Also where several workers share it: another process must not share it with them.
    @Test(arguments: ["1", "2"]) func aBusyPortIsOneClearLine(workers: String) async throws {
        let project = try ProjectCopy()
        let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        let server = try RunningCommand(
            [
                "serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0", "--workers",
                workers,
            ], environment: secret)
        let port = try await server.port()
        for command in ["dev", "serve"] {
            let words =
                [command, "--project", project.path, "--port", "\(port)"]
                + (command == "serve" ? ["--database-url", "host=/nowhere", "--workers", workers] : [])
            let result = try CommandProcess.run(words, environment: secret)
            #expect(result.status == 1)
            #expect(result.errors.contains("the port \(port) of 127.0.0.1 is in use already"), "\(result.errors)")
        }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test func serveWaitsForADatabaseThatComesUpLater() async throws {
        let cluster = try TestCluster()
        let project = try ProjectCopy()
        let url = try cluster.createDatabase()
        for command in ["migrate", "seed"] {
            #expect(try CommandProcess.run([command, "--project", project.path, "--database-url", url]).status == 0)
        }
        cluster.stop()
        let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", url, "--port", "0"], environment: secret)
        let port = try await server.port()
        let words = ["token", "--project", project.path, "--as", "user-agency-001"]
        let token = try CommandProcess.run(words, environment: secret).output.trimmingCharacters(
            in: .whitespacesAndNewlines)
        #expect(try post(#"{"query":"{ viewer { id } }"}"#, token: token, port: port).contains("503"))
        try cluster.start()
        var answer = ""
        for _ in 0..<500 where !answer.contains("user-agency-001") {
            answer = try post(#"{"query":"{ viewer { id } }"}"#, token: token, port: port)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(answer.contains(#"{"data":{"viewer":{"id":"user-agency-001"}}}"#))
        server.signal(SIGINT)
        #expect(try await server.end() == 0)
    }

    /// SIGHUP has trusted documents read again; a bad one is refused with all that came beside it.
    @Test func aHangupReadsDocumentsAgain() async throws {
        let project = try ProjectCopy()
        let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        try project.write("{ apiVersion }", to: "documents/First.graphql")
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"], environment: secret)
        let port = try await server.port()
        let ask = { (id: String) in try post(#"{"documentId":"\#(id)"}"#, token: nil, port: port) }
        #expect(try ask("First").contains(#"{"data":{"apiVersion":"#))
        #expect(try ask("Second").contains("NOT_FOUND"))
        try project.write("{ apiVersion }", to: "documents/Second.graphql")
        server.signal(SIGHUP)
        try await server.wait(for: "the trusted documents were read again")
        #expect(try ask("Second").contains(#"{"data":{"apiVersion":"#))
        try project.write("{ apiVersio }", to: "documents/First.graphql")
        try project.write("{ apiVersion }", to: "documents/Third.graphql")
        server.signal(SIGHUP)
        try await server.wait(for: "the trusted documents cannot be used; the former ones stay in force")
        #expect(server.text.contains("documents/First.graphql:1:3: "))
        #expect(try ask("First").contains(#"{"data":{"apiVersion":"#))
        #expect(try ask("Third").contains("NOT_FOUND"))
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    /// `dev` lives as long as its terminal, whatever it could read again.
    @Test func aHangupEndsDev() async throws {
        let project = try ProjectCopy()
        let server = try RunningCommand(["dev", "--project", project.path, "--port", "0"])
        try await server.wait(for: "Ctrl-C stops it.")
        server.signal(SIGHUP)
        #expect(try await server.end() == 0)
    }

    @Test func serveDoesNotStartWithoutAKey() throws {
        let project = try ProjectCopy()
        let result = try CommandProcess.run([
            "serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0",
        ])
        #expect(result.status == 2)
        #expect(result.errors.contains("PORTICO_JWT_SECRET"))
    }
}
