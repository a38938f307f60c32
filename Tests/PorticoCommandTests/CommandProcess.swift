import Foundation
import TestCluster
import Testing

/// The built program, run as a person runs it.
struct CommandProcess {
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// A program of the package, beside the tests' own.
    static func path(of program: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(program).path
    }

    static let program = path(of: "portico")

    /// Runs it to its end. Nothing of the tests' environment that it looks at reaches it.
    static func run(
        _ words: [String], of program: String = "portico", in folder: String? = nil, input: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        let output = Pipe(), errors = Pipe(), standardInput = Pipe()
        prepare(process, words, in: folder, environment)
        process.executableURL = URL(fileURLWithPath: path(of: program))
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        try process.run()
        standardInput.fileHandleForWriting.write(Data((input ?? "").utf8))
        try standardInput.fileHandleForWriting.close()
        // What it says on the standard error is short; the pipe holds it until its output has been
        // read.
        let text = output.fileHandleForReading.readDataToEndOfFile(),
            said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: said, as: UTF8.self))
    }

    static func prepare(_ process: Process, _ words: [String], in folder: String?, _ environment: [String: String]) {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 }
    }
}

/// A copy of this repository's project, which a test may spoil.
final class ProjectCopy {
    let path: String

    /// The folder that holds `schema.graphql`: where these tests come from, links followed.
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init() throws {
        path = NSTemporaryDirectory() + "portico-project-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["schema.graphql", "resolvers", "config", "migrations"] {
            try FileManager.default.copyItem(
                atPath: Self.repository.appendingPathComponent(name).path, toPath: "\(path)/\(name)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// Replaces a text that must be there.
    func replace(_ old: String, by new: String, in name: String) throws {
        let text = try read(name)
        try #require(text.contains(old), "\(name) has no \(old)")
        try write(text.replacingOccurrences(of: old, with: new), to: name)
    }
}

/// The project on a database of the tests' cluster.
struct ProjectFixture {
    let project: ProjectCopy
    let database: String
    let url: String

    /// With all migrations and the seed: a copy of one database that the program itself has made.
    static func seeded() throws -> ProjectFixture {
        let template = try seededTemplate.get()
        let name = "copy_" + UUID().uuidString.prefix(8).lowercased()
        return ProjectFixture(
            project: try ProjectCopy(), database: name,
            url: try TestCluster.shared().createDatabase(template: template, name: name))
    }

    static func empty() throws -> ProjectFixture {
        let name = "empty_" + UUID().uuidString.prefix(8).lowercased()
        return ProjectFixture(
            project: try ProjectCopy(), database: name, url: try TestCluster.shared().createDatabase(name: name))
    }

    private static let seededTemplate = Swift.Result {
        let fixture = ProjectFixture(
            project: try ProjectCopy(), database: "seeded", url: try TestCluster.shared().createDatabase(name: "seeded")
        )
        for command in ["migrate", "seed"] {
            let result = try fixture.run([command])
            guard result.status == 0 else { throw SetupFailure(text: result.errors) }
        }
        return "seeded"
    }

    private struct SetupFailure: Error { var text: String }

    /// A command on this project and database; another database where `url` names one.
    func run(_ words: [String], input: String? = nil, url: String? = nil) throws -> CommandProcess.Result {
        try CommandProcess.run(words + ["--project", project.path, "--database-url", url ?? self.url], input: input)
    }

    @discardableResult func psql(_ sql: String) throws -> String {
        try TestCluster.shared().psql(sql, database: database)
    }
}
