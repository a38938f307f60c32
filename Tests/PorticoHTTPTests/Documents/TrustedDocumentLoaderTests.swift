import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLSchema
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Folders of trusted documents, written by each test.
struct TrustedDocumentLoaderTests {
    private let project = NSTemporaryDirectory() + "portico-documents-\(UInt64.random(in: .min ... .max))"

    private func load(
        _ files: [String: String], _ change: (inout DocumentConfiguration) -> Void = { _ in }
    ) throws -> TrustedDocuments {
        try FileManager.default.createDirectory(atPath: project + "/documents", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: project) }
        for (name, text) in files {
            try text.write(toFile: project + "/documents/" + name, atomically: false, encoding: .utf8)
        }
        var configuration = DocumentConfiguration()
        change(&configuration)
        let source = SourceText(
            name: "schema", "schema { query: Query } type Query { apiVersion: String! other(e: Int): Int }")
        let schema = try SchemaBuilder.build(document: parse(source), source: source)
        return try TrustedDocuments.load(configuration, project: project, schema: schema, roles: ["client", "owner"])
    }

    /// The problems, each as `file:line:column message`.
    private func problems(
        _ files: [String: String], _ change: (inout DocumentConfiguration) -> Void = { _ in }
    ) throws -> [String] {
        do {
            _ = try load(files, change)
            return []
        } catch let error as Diagnostics {
            return error.items.map { item in
                let name = item.file.split(separator: "/").last.map(String.init) ?? ""
                guard let range = item.range, let text = files[name] else { return "\(item.file) \(item.message)" }
                let place = SourceText(name: "", text).position(at: Int(range.start))
                return "\(item.file):\(place.line):\(place.column) \(item.message)"
            }
        }
    }

    @Test func filesAndManifestsOfBothKinds() throws {
        let text = "{ apiVersion }"
        let documents = try load([
            "Version.graphql": text, ".hidden.graphql": "{", "notes.txt": "no document",
            "relay.json": #"{"1f2e":"query A { apiVersion }","x-app:2":"query\u0020B { \u0061piVersion }"}"#,
            "apollo.json":
                #"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"op","name":"C","type":"query","body":"query C { other }"}]}"#,
        ])
        #expect(documents.count == 4)
        #expect(documents.text(id: "Version") == Array(text.utf8))
        #expect(documents.text(id: "sha256:" + DocumentHash(of: Array(text.utf8)).hex) == Array(text.utf8))
        #expect(documents.text(id: "1f2e") == Array("query A { apiVersion }".utf8))
        #expect(documents.text(id: "x-app:2") == Array("query B { apiVersion }".utf8))
        #expect(documents.text(id: "op") == Array("query C { other }".utf8))
        #expect(documents.text(id: "version") == nil)
        #expect(documents.contains(Array(text.utf8)))
        #expect(!documents.contains(Array("{ apiVersion  }".utf8)))
    }

    @Test func brokenDocumentsAreShownInTheirPlace() throws {
        #expect(try problems(["A.graphql": "{\n  apiVersio\n}"]).first?.hasPrefix("documents/A.graphql:2:3 ") == true)
        #expect(try problems(["A.graphql": "{ a"]).first?.hasPrefix("documents/A.graphql:1:4 ") == true)
        // Through every kind of escape, to the byte.
        let manifest = #"{"a":"{ apiVersion }",\#n "b":"{\n \u0061piVersion\t# \ud83c\udfc3 \u00e9 é\n nonsense }"}"#
        let found = try problems(["m.json": manifest])
        let column = try #require(manifest.split(separator: "\n")[1].range(of: "nonsense")).lowerBound
        let expected =
            manifest.split(separator: "\n")[1].distance(from: manifest.split(separator: "\n")[1].startIndex, to: column)
            + 1
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("documents/m.json:2:\(expected) ") == true, "\(found)")
    }

    @Test(arguments: [
        (["A.graphql": "fragment F on Query { apiVersion }"], "no operation"),
        (["A.graphql": "mutation { a }"], "mutation"), (["A.graphql": "type T { a: Int }"], ""),
        (["m.json": "[]"], "object was expected"), (["m.json": #"{"a":1}"#], "text of a document was expected"),
        (["m.json": #"{"operations":[{"id":"a"}]}"#], "`id` and a `body`"),
        (["m.json": #"{"":"{ apiVersion }"}"#], "1 to 256 bytes"),
        (["m.json": #"{"sha256:00":"{ apiVersion }"}"#], "not the SHA-256"),
        (["A.graphql": "{ apiVersion }", "m.json": #"{"A":"{ other }"}"#], "stands for another document"),
    ])
    func whatIsWrongIsSaid(files: [String: String], part: String) throws {
        let found = try problems(files)
        #expect(!found.isEmpty)
        #expect(found.contains { part.isEmpty || $0.contains(part) }, "\(found)")
    }

    @Test func theSameTextTwiceIsNoProblem() throws {
        #expect(try load(["A.graphql": "{ apiVersion }", "m.json": #"{"A":"{ apiVersion }"}"#]).count == 1)
    }

    @Test func foldersAndRolesThatAreNotThere() throws {
        #expect(try load([:]).count == 0)
        #expect(try problems([:]) { $0.folder = "elsewhere" } == [])
        #expect(
            try problems([:]) {
                $0.folder = "elsewhere"; $0.folderRange = SourceRange(0, 1)
            }.count == 1)
        #expect(try problems([:]) { $0.only = .roles([.init(name: "client", range: .none)]) } == [])
        // A role that is misspelt would bind nobody: it is not let through.
        #expect(
            try problems([:]) { $0.only = .roles([.init(name: "clint", range: .none)]) }.first?.contains(
                "There is no role `clint`") == true)
    }
}
