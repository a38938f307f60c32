import Foundation
import PorticoGateway
import Testing

/// An unmodified client library of another language (graphql-core, Python) builds its schema from
/// the introspection of each role and finds no fault.
@Suite struct ClientLibraryTests {
    @Test(arguments: [
        ("user-admin-001", "{ tenants { id auditLogs { id } } }"),
        (
            "user-agency-001",
            "query($w: TicketFilter) { tickets(where: $w, orderBy: [{createdAt: DESC}], first: 5) { id messages { id internal } } }"
        ),
        ("user-client-001", "{ tickets { id messages { id } } }"),
        ("anonymous", "{ apiVersion }"),
    ])
    func buildsASchema(_ user: String, _ document: String) async throws {
        let query = try GraphQLCore.run(["query"])
        let answer = try await SpotexDatabase.shared.get().ask(query, as: SpotexDatabase.viewer(user))
        let types = try GraphQLCore.run([document], input: answer.body)
        #expect((Int(types.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 8)
    }
}

/// Runs `Tests/Clients/introspection.py`.
enum GraphQLCore {
    private static let script = SpotexDatabase.folder.appending(path: "Tests/Clients/introspection.py").path(
        percentEncoded: false)

    /// The first interpreter that has the library: the one that `./test` sets up, or the machine's.
    static let interpreter: [String]? = [
        [SpotexDatabase.folder.appending(path: ".build/clients/bin/python").path(percentEncoded: false)],
        ["/usr/bin/env", "python3"],
    ]
    .first { (try? run(["query"], by: $0)) != nil }

    static func run(_ arguments: [String], input: [UInt8] = []) throws -> String {
        guard let interpreter else {
            throw SpotexFailure(description: "there is no python3 with graphql-core, which ./test installs")
        }
        return try run(arguments, by: interpreter, input: input)
    }

    /// What the script printed; throws with its message when it fails.
    private static func run(_ arguments: [String], by interpreter: [String], input: [UInt8] = []) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: interpreter[0])
        process.arguments = interpreter.dropFirst() + [script] + arguments
        let file = FileManager.default.temporaryDirectory.appending(
            path: "portico-introspection-\(UUID().uuidString).json")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = Pipe(), errors = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw SpotexFailure(description: problem) }
        return text
    }
}
