import Foundation
import JSONBytes
import Testing

@testable import PorticoProject
@testable import portico_bench

@Suite struct BenchWorkloadTests {
    /// A folder with these files, read as workloads.
    private func read(_ files: [String: String], users: [String] = []) throws(CommandFailure) -> [BenchWorkload] {
        let folder = NSTemporaryDirectory() + "portico-workloads-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in files { try? Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        return try BenchWorkload.read(folder: folder, users: users)
    }

    @Test func whatStandsBesideADocumentIsTakenInTurn() throws {
        let workloads = try read([
            "b.graphql": "query B($id: ID!) { tenant(id: $id) { id } }",
            "b.variables.json": #"[{"id":"one"},{"id":"two"}]"#, "b.as": " ann \n\nbob\ncarl\n",
            "a.graphql": "{ apiVersion }", "README.md": "nothing of ours",
        ])
        #expect(workloads.map(\.name) == ["a", "b"])
        #expect(workloads[0].variables == [[]] && workloads[0].users == [nil] && workloads[0].turns == 1)
        #expect(workloads[1].users == ["ann", "bob", "carl"] && workloads[1].turns == 3)
        #expect(
            (0..<4).map { workloads[1].variables(ofTurn: $0).first?.value } == [
                .string("one"), .string("two"), .string("one"), .string("two"),
            ])
        #expect((0..<4).map { workloads[1].user(ofTurn: $0) } == ["ann", "bob", "carl", "ann"])
    }

    @Test func usersOfTheCallAskWhereAWorkloadHasNone() throws {
        let workloads = try read(
            ["a.graphql": "{ a }", "b.graphql": "{ b }", "b.as": "own", "a.variables.json": #"{"x":1}"#],
            users: ["u", "v"])
        #expect(workloads.map(\.users) == [["u", "v"], ["own"]])
        #expect(workloads[0].variables == [[JSONMember(key: "x", value: .number("1"))]])
    }

    @Test(
        arguments: [
            ([:], "has no workload"), (["a.graphql": "{ a }", "b.as": "u"], "there is no b.graphql"),
            (["a.graphql": "{ a }", "a.variables.json": "{"], "is not JSON"),
            (["a.graphql": "{ a }", "a.variables.json": "[]"], "0 sets of variables"),
            (["a.graphql": "{ a }", "a.variables.json": "[1]"], "array of objects"),
            (["a.graphql": "{ a }", "a.as": "\n \n"], "names 0 users"),
        ] as [([String: String], String)])
    func whatIsWrongIsSaid(_ files: [String: String], _ part: String) {
        let failure = #expect(throws: CommandFailure.self) { try read(files) }
        #expect(
            failure?.status == .wrongUsage && failure?.message.contains(part) == true, "\(String(describing: failure))")
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:8080/graphql", "127.0.0.1:8080", .tcp(host: "127.0.0.1", port: 8080), "/graphql"),
            ("http://localhost", "localhost", .tcp(host: "localhost", port: 80), "/graphql"),
            ("new=http://[::1]:9/a/b?c=d", "new", .tcp(host: "::1", port: 9), "/a/b?c=d"),
            ("unix:/run/portico.sock", "unix:/run/portico.sock", .unix(path: "/run/portico.sock"), "/graphql"),
            ("old=unix:/a=b", "old", .unix(path: "/a=b"), "/graphql"),
        ] as [(String, String, BenchAddress.Place, String)])
    func addressesAreRead(_ text: String, _ name: String, _ place: BenchAddress.Place, _ path: String) throws {
        let address = try BenchAddress(text, option: "--url")
        #expect(address.name == name && address.place == place && address.path == path)
    }

    @Test(arguments: [
        "", "localhost:80", "https://a", "http://", "http://a:0", "http://a:70000", "http://::1/", "http://u@a/",
        "=http://a", "unix:relative", "http://a/b c",
    ])
    func addressesThatAreNoneAreRefused(_ text: String) {
        let failure = #expect(throws: CommandFailure.self) { try BenchAddress(text, option: "--url") }
        #expect(failure?.status == .wrongUsage && failure?.message.contains("--url") == true)
    }
}
