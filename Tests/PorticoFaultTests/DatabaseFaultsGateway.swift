import Foundation
import Testing

/// `portico serve` as a process of its own: what a client and an operator see of the gateway.
final class DatabaseFaultsGateway {
    /// The folder that holds `schema.graphql`: where these tests come from, links followed.
    static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private static let environment = [
        "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PORTICO_JWT_SECRET": String(repeating: "s", count: 40),
    ]
    private let process = Process()
    private let folder: String
    private(set) var port: UInt16 = 0

    /// Starts it on a database and waits until it serves.
    /// - Parameter settings: Sections of `config/gateway.yaml`.
    init(database url: String, settings: String) async throws {
        folder = NSTemporaryDirectory() + "portico-fault-" + UUID().uuidString.prefix(8)
        let files = FileManager.default
        try files.createDirectory(atPath: folder + "/config", withIntermediateDirectories: true)
        for name in ["schema.graphql", "resolvers", "migrations", "config/access"] {
            try files.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: "\(Self.repository)/\(name)")
        }
        try settings.write(toFile: folder + "/config/gateway.yaml", atomically: false, encoding: .utf8)
        _ = files.createFile(atPath: folder + "/log", contents: nil)
        let output = try #require(FileHandle(forWritingAtPath: folder + "/log"))
        Self.prepare(process, ["serve", "--project", folder, "--database-url", url, "--port", "0"])
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        port = try await readPort()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func prepare(_ process: Process, _ words: [String]) {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("portico")
        process.arguments = words
        process.environment = environment
    }

    private func readPort() async throws -> UInt16 {
        for _ in 0..<6_000 {
            if let tail = log.components(separatedBy: "addresses=127.0.0.1:").dropFirst().first,
                let port = UInt16(tail.prefix { $0.isNumber })
            {
                return port
            }
            try #require(process.isRunning, "it ended:\n\(log)")
            try await Task.sleep(for: .milliseconds(10))
        }
        throw FaultFailure(description: "it never served:\n\(log)")
    }

    // MARK: The operator's side

    var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// What it said besides its start and one line for each request.
    var events: [String] {
        log.split(separator: "\n").map(String.init).filter {
            !$0.contains(" info request ") && !$0.contains(" notice serving ")
        }
    }

    func events(with text: String) -> Int { events.filter { $0.contains(text) }.count }

    /// KiB of memory that it holds.
    var residentKiB: Int { status("VmRSS:") }
    /// The most that it has held.
    var peakResidentKiB: Int { status("VmHWM:") }

    private func status(_ field: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        return status.components(separatedBy: field).dropFirst().first?.split(separator: " ").first.flatMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        } ?? 0
    }

    // MARK: The client's side

    /// A token of a user, signed by the program itself.
    func token(_ user: String = "user-agency-001") throws -> String {
        let process = Process(), pipe = Pipe()
        Self.prepare(process, ["token", "--project", folder, "--as", user])
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// One request on a connection of its own, and its answer.
    func ask(_ query: String, _ token: String, consistency: String = "statement") throws -> DatabaseFaultsAnswer {
        let client = try DatabaseFaultsClient(port: port)
        try client.send(query, token, consistency: consistency)
        return try client.answer()
    }

    /// Asks again and again until the answer is as wanted, and gives that one; fails after half a
    /// minute.
    @discardableResult func ask(
        _ query: String, _ token: String, consistency: String = "statement", until holds: (DatabaseFaultsAnswer) -> Bool
    ) async throws -> DatabaseFaultsAnswer {
        var last: DatabaseFaultsAnswer?
        for _ in 0..<1_500 {
            let answer = try ask(query, token, consistency: consistency)
            if holds(answer) { return answer }
            last = answer
            try await Task.sleep(for: .milliseconds(20))
        }
        throw FaultFailure(
            description:
                "the answer stayed \(last.map { "\($0.status) \($0.body)" } ?? "away"):\n\(events.suffix(20).joined(separator: "\n"))"
        )
    }
}

struct FaultFailure: Error, CustomStringConvertible {
    let description: String
}

/// Waits until something holds; false after half a minute.
func eventually(_ holds: () throws -> Bool) async -> Bool {
    for _ in 0..<1_500 {
        if (try? holds()) == true { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return false
}
