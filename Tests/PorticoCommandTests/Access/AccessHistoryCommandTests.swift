import Foundation
import JSONBytes
import TestCluster
import Testing

/// `portico access history`, of what `serve` has written.
@Suite(.onBlockingThreads, .serialized) struct AccessHistoryCommandTests {
    private static let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
    private static let own = "config/access/tenants/agency-001.yaml"

    private func history(_ project: ProjectCopy, _ words: String...) throws -> CommandProcess.Result {
        try CommandProcess.run(["access", "history", "--project", project.path] + words)
    }

    private func objects(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try parseJSON(Array($0.utf8)) }
    }

    @Test func itSaysWhatChangedAndWhatWasInForce() async throws {
        let project = try ProjectCopy()
        let none = try history(project)
        #expect(none.status == 1 && none.errors.contains("there is no history of access rules in"))
        let before = try project.read(Self.own)
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"],
            environment: Self.secret)
        _ = try await server.port()
        try project.write("client: { Ticket: { read: { hide: [subject] } } }\n", to: Self.own)
        try await server.wait(for: "client in agency-001: Ticket - subject (loss)")
        try project.write("client: { Ticket: { read: { hide: [subjet] } } }\n", to: Self.own)
        try await server.wait(for: "the rules in force stay")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)

        let list = try history(project)
        #expect(list.status == 0, "\(list.errors)")
        for part in ["TIME", "start", "gain and loss", "client in agency-001:", "REFUSED", "stop"] {
            #expect(list.output.contains(part), "\(list.output)")
        }
        #expect(try history(project, "--last", "1").output.contains("stop"))
        #expect(try !history(project, "--file", "config/access/roles.yaml").output.contains("agency-001"))

        let records = try objects(try history(project, "--json").output)
        #expect(records.map { $0["event"] } == ["start", "change", "refusal", "stop"].map { .string($0) })
        let times = records.map { if case .string(let time)? = $0["time"] { time } else { "" } }
        try #require(times.count == 4 && times.allSatisfy { $0.hasSuffix("Z") }, "\(times)")
        let (began, changed) = (times[0], times[1])
        #expect(try history(project, "--at", began, "--show", Self.own).output == before)
        #expect(try history(project, "--at", changed, "--show", Self.own).output.contains("hide: [subject]"))
        let state = try history(project, "--at", changed)
        #expect(
            state.status == 0 && state.output.contains(Self.own) && state.output.contains("config/access/roles.yaml"))
        let object = try #require(try objects(try history(project, "--at", "now", "--json").output).first)
        #expect(object["serving"] == .bool(false) && object["rules"] == records[1]["rules"])

        // What was in force is a folder that others take.
        let folder = project.path + "/then"
        #expect(try history(project, "--at", began, "--export", folder).status == 0)
        #expect(try String(contentsOfFile: folder + "/tenants/agency-001.yaml", encoding: .utf8) == before)
        #expect(try history(project, "--at", began, "--export", folder).status == 1)
        let difference = try CommandProcess.run(["access", "diff", folder, "--project", project.path, "--no-database"])
        #expect(
            difference.status == 0 && difference.output.contains("agency-001"),
            "\(difference.output)\(difference.errors)")
    }

    @Test func wrongWordsAreSaid() throws {
        let project = try ProjectCopy()
        for words in [["--at", "yesterday"], ["--export", "x"], ["--at", "now", "--last", "3"], ["--last", "0"]] {
            let result = try CommandProcess.run(["access", "history", "--project", project.path] + words)
            #expect(result.status == 2, "\(words) \(result.errors)")
        }
        try project.write("access: { history: null }\n", to: "config/gateway.yaml")
        #expect(try history(project).errors.contains("keeps no history"))
        try project.write(
            "access: { history: { folder: trail, fileSize: 1, files: 0, kept: 3 } }\n", to: "config/gateway.yaml")
        let wrong = try history(project)
        #expect(wrong.status == 2 && wrong.errors.contains("3 errors"), "\(wrong.errors)")
        try project.write("access: { history: { folder: trail } }\n", to: "config/gateway.yaml")
        #expect(try history(project, "--at", "2026-01-02").errors.contains("/trail"))
    }
}
