import Diagnostics
import Foundation
import PorticoCatalog
import Testing

/// What stands in the place of a tenant's file is that tenant's trouble alone.
@Suite struct UnreadableTenantTests {
    private func project() throws -> String {
        let path = NSTemporaryDirectory() + "portico-files-\(UInt64.random(in: .min ... .max))"
        for folder in ["resolvers", "config/access/tenants"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        for file in [
            "schema.graphql", "resolvers/A.yaml", "config/access/roles.yaml", "config/access/tenants/good.yaml",
        ] {
            try "x: 1".write(toFile: "\(path)/\(file)", atomically: false, encoding: .utf8)
        }
        return path
    }

    @Test func everybodyElseIsRead() throws {
        let path = try project(), tenants = "\(path)/config/access/tenants"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(tenants)/folder.yaml", withIntermediateDirectories: false)
        mkfifo("\(tenants)/pipe.yaml", 0o600)
        symlink("nowhere", "\(tenants)/dangling.yaml")
        symlink("/dev/zero", "\(tenants)/device.yaml")
        symlink("good.yaml", "\(tenants)/link.yaml")
        symlink("loop.yaml", "\(tenants)/loop.yaml")
        let bad = Array("\(tenants)/".utf8) + [0xFF] + Array(".yaml".utf8) + [0]
        close(
            bad.withUnsafeBufferPointer {
                $0.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o644) }
            })
        for name in ["caf\u{E9}.yaml", "cafe\u{301}.yaml"] {
            try "x: 1".write(toFile: "\(tenants)/\(name)", atomically: false, encoding: .utf8)
        }
        let files = try ProjectFiles.read(folder: path)
        #expect(
            files.tenants.map { Array($0.stem.utf8) }
                == ["cafe\u{301}", "caf\u{E9}", "good", "link"].map { Array($0.utf8) })
        let reasons = Dictionary(
            uniqueKeysWithValues: files.unreadable.map { (String($0.name.split(separator: "/").last ?? ""), $0.reason) }
        )
        #expect(
            reasons["folder.yaml"] == "it is a folder, not a file" && reasons["pipe.yaml"] == "it is a pipe, not a file"
        )
        #expect(
            reasons["dangling.yaml"] == "it is a link that leads nowhere"
                && reasons["device.yaml"] == "it is a device, not a file")
        #expect(reasons["loop.yaml"] != nil && files.unreadable.count == 6)
        #expect(
            files.unreadable.filter { !$0.namesTenant }.map(\.reason) == [
                "its name is no UTF-8, so that it is no tenant's"
            ])
        #expect(files.unreadable.first?.diagnostic.file.hasPrefix("config/access/tenants/") == true)
    }

    @Test func theProjectsOwnFilesAreNotWaitedAt() throws {
        for name in ["schema.graphql", "config/access/roles.yaml", "resolvers/A.yaml"] {
            let path = try project()
            defer { try? FileManager.default.removeItem(atPath: path) }
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            mkfifo("\(path)/\(name)", 0o600)
            let error = #expect(throws: Diagnostics.self) { try ProjectFiles.read(folder: path) }
            #expect(
                error?.items.map(\.file) == [name]
                    && error?.items.first?.message == "The file cannot be read: it is a pipe, not a file.")
        }
    }
}
