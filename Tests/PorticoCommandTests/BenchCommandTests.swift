import Foundation
import Glibc
import JSONBytes
import TestCluster
import Testing

/// `portico-bench` from its words to its exit status. Counts are looked at, times never.
@Suite(.onBlockingThreads) struct BenchCommandTests {
    private static let short = ["--seconds", "0.2", "--rounds", "2", "--warmup", "0.05", "--connections", "1,8"]
    private static let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]

    /// The workloads of the documentation.
    private static let documented = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/bench").path

    private func bench(
        _ fixture: ProjectFixture, _ words: [String], folder: String = documented,
        environment: [String: String] = secret
    ) throws -> CommandProcess.Result {
        try CommandProcess.run(
            [folder, "--project", fixture.project.path, "--database-url", fixture.url] + words,
            of: "portico-bench", environment: environment)
    }

    /// Rounds of the results of a file, by workload, requests in flight and gateway.
    private func rounds(_ path: String) throws -> [String: [JSONValue]] {
        let value = try parseJSON(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        var found: [String: [JSONValue]] = [:]
        let all: [JSONValue]? = if case .array(let results)? = value["results"] { results } else { nil }
        let results = try #require(all, "the file has results")
        for result in results {
            guard case .string(let workload)? = result["workload"], case .number(let inFlight)? = result["inFlight"],
                case .array(let gateways)? = result["gateways"]
            else { continue }
            for gateway in gateways {
                if case .string(let name)? = gateway["name"], case .array(let rounds)? = gateway["rounds"] {
                    found["\(workload) \(inFlight) \(name)"] = rounds
                }
            }
        }
        return found
    }

    private func number(_ value: JSONValue?) -> Double {
        if case .number(let text)? = value { Double(text) ?? -1 } else { -1 }
    }

    @Test func theWorkloadsOfTheDocumentationAreMeasuredInThisProcess() throws {
        let fixture = try ProjectFixture.seeded(), file = fixture.project.path + "/result.json"
        let result = try bench(fixture, Self.short + ["--json", file], environment: [:])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let all = try rounds(file)
        #expect(
            Set(all.keys)
                == Set(["export", "inbox", "nested", "point"].flatMap { ["\($0) 1 embedded", "\($0) 8 embedded"] }))
        for (name, rounds) in all {
            #expect(rounds.count == 2)
            for round in rounds {
                #expect(
                    number(round["answered"]) > 0 && number(round["errors"]) == 0
                        && number(round["bytesPerAnswer"]) > 50, "\(name)")
                #expect(number(round["gatewayCPU"]) > 0 && round["postgresCPU"] == .null)
            }
        }
        // One statement a request, and for nested one for each of its lists; merged ones can only
        // be fewer.
        #expect(all["point 1 embedded"]?.allSatisfy { (1..<1.5).contains(number($0["statementsPerRequest"])) } == true)
        #expect(
            all["nested 1 embedded"]?.allSatisfy { (3...4).contains(number($0["statementsPerRequest"])) } == true,
            "\(all["nested 1 embedded"] ?? [])")
        #expect(result.output.contains("WORKLOAD") && !result.output.contains(" by "))
    }

    @Test func runningGatewaysAreMeasuredInTurn() async throws {
        let fixture = try ProjectFixture.seeded(), file = fixture.project.path + "/result.json"
        let words = ["serve", "--project", fixture.project.path, "--database-url", fixture.url, "--port", "0"]
        let server = try RunningCommand(words, environment: Self.secret)
        let url = "http://127.0.0.1:\(try await server.port())/graphql"
        // The server stands for PostgreSQL too: what is looked at is that each is read.
        let result = try bench(
            fixture,
            Self.short + [
                "--url", "first=\(url)", "--against", "second=\(url)", "--pid", "\(server.pid)", "--postgres-pid",
                "\(server.pid)", "--json", file,
            ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let all = try rounds(file)
        #expect(all.count == 16)
        for (name, rounds) in all {
            for round in rounds {
                #expect(
                    number(round["answered"]) > 0 && number(round["errors"]) == 0
                        && number(round["statementsPerRequest"]) > 0, "\(name)")
                #expect((round["gatewayCPU"] == .null) == name.hasSuffix("second") && round["postgresCPU"] != .null)
            }
        }
        #expect(result.output.contains("first by second"))

        // Wrong tokens are found before anything is measured.
        let stranger = try bench(fixture, Self.short + ["--url", url, "--token", "nonsense"])
        #expect(
            stranger.status == 1 && stranger.errors.contains("nothing was measured")
                && stranger.errors.contains("status 401"), "\(stranger.errors)")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
        let gone = try bench(fixture, Self.short + ["--url", url])
        #expect(gone.status == 1 && gone.errors.contains("cannot connect"), "\(gone.errors)")
    }

    @Test func configurationsAreComparedAndMustAnswerAlike() throws {
        let fixture = try ProjectFixture.seeded(), other = try ProjectCopy()
        try other.replace("statements: prepared", by: "statements: unnamed", in: "config/gateway.yaml")
        let same = try bench(fixture, Self.short + ["--against-project", other.path])
        #expect(same.status == 0 && same.output.contains("embedded by \(other.path)"), "\(same.output)\(same.errors)")

        try fixture.project.write("query Few($id: ID!) { tenant(id: $id) { users { id } } }", to: "few/few.graphql")
        try fixture.project.write(#"{"id":"agency-001"}"#, to: "few/few.variables.json")
        let folder = fixture.project.path + "/few"
        try other.replace("first: 50", by: "first: 1", in: "config/gateway.yaml")
        let different = try bench(
            fixture, Self.short + ["--against-project", other.path, "--as", "user-agency-001"], folder: folder)
        #expect(
            different.status == 1 && different.errors.contains("differ at data.tenant.users[1]"), "\(different.errors)")
    }

    @Test func errorsAreFoundBeforeMeasuring() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write("{ nothing }", to: "wrong/wrong.graphql")
        let result = try bench(fixture, Self.short, folder: fixture.project.path + "/wrong")
        #expect(
            result.status == 1 && result.errors.contains("nothing was measured") && result.errors.contains("wrong"),
            "\(result.errors)")
    }

    @Test func documentsAreMeasuredByThemselves() throws {
        let fixture = try ProjectFixture.seeded(), file = fixture.project.path + "/documents.json"
        let result = try bench(
            fixture, ["--documents", "--seconds", "0.05", "--rounds", "2", "--warmup", "0", "--json", file],
            environment: [:])
        #expect(result.status == 0 && result.output.contains("CHECKED/S"), "\(result.output)\(result.errors)")
        let value = try parseJSON(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        guard case .array(let documents)? = value["documents"] else { return #expect(Bool(false), "\(value)") }
        #expect(documents.map { $0["workload"] } == ["export", "inbox", "nested", "point"].map { .string($0) })
        for document in documents {
            guard case .array(let rounds)? = document["rounds"] else { return #expect(Bool(false), "\(document)") }
            #expect(rounds.count == 2)
            for round in rounds {
                let (parse, validate, plan, all) = (
                    number(round["parse"]), number(round["validate"]), number(round["plan"]), number(round["all"])
                )
                #expect(number(round["prepared"]) >= 1 && parse > 0 && validate > 0 && plan > 0)
                #expect(
                    abs(all - parse - validate - plan) < 0.001
                        && abs(number(round["checkedPerSecond"]) * (parse + validate) / 1e6 - 1) < 0.001)
            }
        }
        #expect(number(documents[0]["bytes"]) > number(documents[3]["bytes"]))

        try fixture.project.write("{ tenant(id: \"agency-001\") { nome } }", to: "wrong/wrong.graphql")
        let wrong = try bench(
            fixture, ["--documents", "--seconds", "0.05", "--as", "user-agency-001"],
            folder: fixture.project.path + "/wrong")
        #expect(
            wrong.status == 1 && wrong.errors.contains("wrong.graphql:1:30") && wrong.errors.contains("\"name\""),
            "\(wrong.errors)")
    }

    @Test(
        arguments: [
            (["--documents", "--url", "http://a"], "--documents measures"),
            (["--documents", "--postgres-pid", "1"], "--documents measures"),
            (["--connections", "0"], "--connections"), (["--connections", "1,"], "--connections"),
            (["--seconds", "0"], "--seconds"), (["--rounds", "101"], "--rounds"), (["--warmup", "61"], "--warmup"),
            (["--url", "ftp://a"], "--url is"), (["--pid", "1"], "--pid needs --url"),
            (["--against-project", "/nowhere"], "does not exist"), (["--token", "t"], "--token is for"),
            (["--against", "http://a", "--against-project", "b"], "exclude each other"),
            (["--seconds", "600", "--rounds", "100"], "minutes"), (["--postgres-pid", "999999999"], "no process"),
        ] as [([String], String)])
    func whatIsWrongWithTheCallIsSaid(_ words: [String], _ part: String) throws {
        let fixture = ProjectFixture(project: try ProjectCopy(), database: "", url: "host=/nowhere")
        let result = try bench(fixture, words)
        #expect(result.status == 2 && result.errors.contains(part), "\(result.status) \(result.errors)")
    }
}
