import Foundation
import PorticoPlanning
import Testing

/// Every folder of `Tests/Cases/AREA/CASE` is the whole way of one request: `request.graphql`, `variables.json` and `viewer.txt` (a user of the seed)
/// against `plan.txt`, `statements.sql` and `response.json`. With `PORTICO_REWRITE_CASES=1` the expectations are written anew; read the diff.
@Suite struct CaseTests {
    static let folder = SpotexDatabase.folder.appending(path: "Tests/Cases")
    static let rewrites = ProcessInfo.processInfo.environment["PORTICO_REWRITE_CASES"] == "1"

    static let cases: [String] = {
        func folders(_ folder: URL) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])) ?? [])
                .filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }.map(\.lastPathComponent).sorted()
        }
        return folders(folder).flatMap { area in folders(folder.appending(path: area)).map { "\(area)/\($0)" } }
    }()

    @Test func thereAreCases() {
        #expect(Self.cases.count >= 12)
    }

    @Test(arguments: cases) func theWholeWay(_ name: String) async throws {
        let database = try SpotexDatabase.shared.get()
        let folder = Self.folder.appending(path: name)
        let query = try String(contentsOf: folder.appending(path: "request.graphql"), encoding: .utf8)
        let user = try String(contentsOf: folder.appending(path: "viewer.txt"), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let variables = (try? String(contentsOf: folder.appending(path: "variables.json"), encoding: .utf8)) ?? "{}"
        let viewer = SpotexDatabase.viewer(user)

        if let (plan, operation) = try? database.plan(query, variables: variables, as: viewer) {
            let text = Explanation(plan, of: operation).text()
            try expect(text, in: folder.appending(path: "plan.txt"))
            try expect(plan.loads.map { $0.statement.text + ";\n" }.joined(), in: folder.appending(path: "statements.sql"))
        }
        let answer = try await database.ask(query, as: viewer, variables: variables)
        try expect(try JSONText.pretty(answer.body), in: folder.appending(path: "response.json"))
    }

    private func expect(_ text: String, in file: URL) throws {
        if Self.rewrites { return try text.write(to: file, atomically: true, encoding: .utf8) }
        let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? "(no file \(file.lastPathComponent))"
        #expect(text == expected, "\(file.lastPathComponent)")
    }
}
