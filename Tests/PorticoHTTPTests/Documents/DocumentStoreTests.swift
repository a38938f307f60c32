import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLSchema
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Folders of trusted documents that change while a server runs.
final class DocumentStoreTests {
    private let project = NSTemporaryDirectory() + "portico-store-\(UInt64.random(in: .min ... .max))"

    init() throws {
        try FileManager.default.createDirectory(atPath: project + "/documents", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: project) }

    private func write(_ text: String, _ name: String = "A.graphql") throws {
        try text.write(toFile: "\(project)/documents/\(name)", atomically: true, encoding: .utf8)
    }

    private func store(_ change: (inout DocumentConfiguration) -> Void = { _ in }) throws -> DocumentStore {
        var configuration = DocumentConfiguration()
        change(&configuration)
        let source = SourceText(name: "schema", "schema { query: Query } type Query { apiVersion: String! other: Int }")
        return try DocumentStore(
            configuration, project: project, schema: try SchemaBuilder.build(document: parse(source), source: source),
            roles: ["client"])
    }

    private func text(_ store: DocumentStore, _ id: String = "A") -> String? {
        store.current.text(id: id).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aChangeIsReadOnceItStandsStill() throws {
        try write("{ apiVersion }")
        let store = try store()
        #expect(store.reload() == .unchanged)
        let former = store.current
        try write("{ other }")
        #expect(store.reload() == .unchanged)
        try write("{ apiVersion }", "B.graphql")
        #expect(store.reload() == .unchanged)
        #expect(text(store) == "{ apiVersion }" && text(store, "B") == nil)
        #expect(store.reload() == .replaced(count: 2))
        #expect(text(store) == "{ other }" && text(store, "B") == "{ apiVersion }")
        #expect(store.reload() == .unchanged)
        // A request keeps what it began with.
        #expect(former.text(id: "A") == Array("{ apiVersion }".utf8))
        // What does not count changes nothing; what is asked for is read at once.
        try write("nonsense", ".A.graphql.swp")
        try write("nonsense", "README.md")
        #expect(store.reload() == .unchanged && store.reload() == .unchanged)
        try FileManager.default.removeItem(atPath: project + "/documents/B.graphql")
        #expect(store.reload(always: true) == .replaced(count: 1))
        #expect(store.reload(always: true) == .replaced(count: 1))
    }

    @Test(arguments: [
        ("B.graphql", "{ apiVersio }", "documents/B.graphql:1:3: "),
        ("m.json", #"{"x":"{ apiVersion }""#, "documents/m.json:1:"),
        ("m.json", #"{"A":"{ apiVersion }"}"#, "stands for another document"),
    ])
    func oneBadFileLeavesAllFormerDocumentsInForce(_ name: String, _ content: String, _ part: String) throws {
        try write("{ apiVersion }")
        let store = try store()
        try write("{ other }")
        try write(content, name)
        _ = store.reload()
        guard case .refused(let problems) = store.reload() else {
            Issue.record("it was taken")
            return
        }
        #expect(store.text(problems).contains(part), "\(store.text(problems))")
        #expect(text(store) == "{ apiVersion }" && store.current.count == 1)
        // It is said once, until somebody asks.
        #expect(store.reload() == .unchanged && store.reload() == .unchanged)
        #expect(store.reload(always: true) == .refused(problems))
        try FileManager.default.removeItem(atPath: "\(project)/documents/\(name)")
        _ = store.reload()
        #expect(store.reload() == .replaced(count: 1))
        #expect(text(store) == "{ other }")
    }

    @Test func manyProblemsAreShort() throws {
        let store = try store()
        for number in 0..<20 { try write("{", "F\(number).graphql") }
        guard case .refused(let problems) = store.reload(always: true) else {
            Issue.record("it was taken")
            return
        }
        #expect(problems.items.count == 20)
        #expect(store.text(problems).hasSuffix("; and 15 more"))
    }

    /// A folder that is exchanged is away for a moment: nobody's documents are forgotten for that.
    @Test func aFolderThatIsGoneIsRefusedAndOneThatIsEmptyIsTaken() throws {
        try write("{ apiVersion }")
        let store = try store()
        try FileManager.default.moveItem(atPath: project + "/documents", toPath: project + "/elsewhere")
        _ = store.reload()
        guard case .refused(let problems) = store.reload() else {
            Issue.record("it was taken")
            return
        }
        #expect(store.text(problems) == "documents: The folder is not there any more.")
        #expect(text(store) != nil)
        try FileManager.default.createDirectory(atPath: project + "/documents", withIntermediateDirectories: true)
        _ = store.reload()
        #expect(store.reload() == .replaced(count: 0))
        #expect(text(store) == nil)
    }

    @Test func aFolderMayComeLater() throws {
        try FileManager.default.removeItem(atPath: project + "/documents")
        let store = try store()
        #expect(!store.hasFolder && store.reload() == .unchanged && store.reload(always: true) == .replaced(count: 0))
        try FileManager.default.createDirectory(atPath: project + "/documents", withIntermediateDirectories: true)
        try write("{ apiVersion }")
        _ = store.reload()
        #expect(store.reload() == .replaced(count: 1) && store.hasFolder)
    }

    @Test func documentsThatAreGivenStayWhatTheyAre() {
        let store = DocumentStore(TrustedDocuments(byID: ["A": Array("{ a }".utf8)]))
        #expect(store.reload(always: true) == .unchanged && store.current.count == 1 && !store.hasFolder)
    }
}
