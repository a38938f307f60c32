import Diagnostics
import Foundation
import PorticoCatalog
import Testing

@Suite struct ProjectFilesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "portico-files-\(UUID().uuidString)")
        .path

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    @Test func readsWhatBelongsToTheAPI() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in [
            "schema.graphql", "resolvers/B.yaml", "resolvers/more/A.yaml", "resolvers/.B.yaml.swp.yaml",
            "resolvers/list.sql", "config/access/roles.yaml",
            "config/access/tenants/b.yaml", "config/access/tenants/a.yaml", "config/access/tests.yaml",
        ] { try write(name, name) }
        let files = try ProjectFiles.read(folder: folder)
        #expect(files.schema == SourceText(name: "schema.graphql", "schema.graphql"))
        #expect(files.resolvers.map(\.name) == ["resolvers/B.yaml", "resolvers/more/A.yaml"])
        #expect(files.roles.name == "config/access/roles.yaml")
        #expect(files.tenants.map(\.name) == ["config/access/tenants/a.yaml", "config/access/tenants/b.yaml"])
    }

    @Test func reportsAllThatIsMissing() {
        do throws(Diagnostics) {
            _ = try ProjectFiles.read(folder: folder)
            Issue.record("read")
        } catch {
            #expect(
                error.items.map { "\($0.file): \($0.message)" } == [
                    "schema.graphql: There is no such file.", "resolvers: There is no such folder.",
                    "config/access/roles.yaml: There is no such file.",
                ])
        }
    }
}
