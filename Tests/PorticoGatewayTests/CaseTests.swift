import Foundation
import PorticoPlanning
import Testing

/// Every folder of `Tests/Cases/AREA/CASE` is the whole way of one request: `request.graphql`,
/// `variables.json` and `viewer.txt` (a user of the seed) against `plan.txt`, `statements.sql` and
/// `response.json`. With `PORTICO_REWRITE_CASES=1` the expectations are written anew; read the
/// diff.
@Suite struct CaseTests {
    static let folder = SpotexDatabase.folder.appending(path: "Tests/Cases")
    static let rewrites = ProcessInfo.processInfo.environment["PORTICO_REWRITE_CASES"] == "1"

    static let found = Result {
        func folders(_ folder: URL) throws -> [String] {
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
                .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }.map(
                    \.lastPathComponent
                ).sorted()
        }
        return try folders(folder).flatMap { area in try folders(folder.appending(path: area)).map { "\(area)/\($0)" } }
    }

    static var cases: [String] { if case .success(let cases) = found { cases } else { [] } }

    /// Of each folder of an area, and of each statement of what is expected, there is as many as
    /// there was.
    @Test func thereAreCases() throws {
        let cases = try Self.found.get()
        #expect(cases.count >= 41)
        let planned = cases.filter { isThere("plan.txt", $0) }
        #expect(planned == cases.filter { isThere("statements.sql", $0) })
        #expect(planned.count >= 29)
        for name in cases {
            for file in ["request.graphql", "viewer.txt", "response.json"] {
                #expect(isThere(file, name), "\(name)/\(file)")
            }
        }
    }

    private func isThere(_ file: String, _ name: String) -> Bool {
        FileManager.default.fileExists(
            atPath: Self.folder.appending(path: name).appending(path: file).path(percentEncoded: false))
    }

    @Test(arguments: cases) func theWholeWay(_ name: String) async throws {
        let database = try SpotexDatabase.shared.get()
        let folder = Self.folder.appending(path: name)
        let query = try String(contentsOf: folder.appending(path: "request.graphql"), encoding: .utf8)
        let user = try String(contentsOf: folder.appending(path: "viewer.txt"), encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let variables =
            isThere("variables.json", name)
            ? try String(contentsOf: folder.appending(path: "variables.json"), encoding: .utf8) : "{}"
        let viewer = SpotexDatabase.viewer(user)

        // What is refused has no plan, and is expected to have none.
        let isPlanned =
            Self.rewrites
            ? (try? database.plan(query, variables: variables, as: viewer)) != nil : isThere("plan.txt", name)
        if isPlanned {
            let (plan, operation) = try database.plan(query, variables: variables, as: viewer)
            let text = Explanation(plan, of: operation).text()
            try expect(text, in: folder.appending(path: "plan.txt"))
            try expect(
                plan.loads.map { $0.sql + ";\n" }.joined(), in: folder.appending(path: "statements.sql"))
        } else {
            #expect(throws: (any Error).self) { try database.plan(query, variables: variables, as: viewer) }
        }
        let answer = try await database.ask(query, as: viewer, variables: variables)
        try expect(try JSONText.pretty(answer.body), in: folder.appending(path: "response.json"))
    }

    private func expect(_ text: String, in file: URL) throws {
        if Self.rewrites { return try text.write(to: file, atomically: true, encoding: .utf8) }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "\(file.lastPathComponent)")
    }
}
