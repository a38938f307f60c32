import Foundation
import Testing

@testable import PorticoProject
@testable import portico

@Suite struct DevFolderTests {
    @Test func aLongPathGetsAShortSocket() {
        let short = DevFolder(project: "/srv/project", chosen: nil, account: nil)
        #expect(short.path == "/srv/project/.portico" && short.socketFolder == "/srv/project/.portico/socket")
        let name = String(repeating: "x", count: 80)
        let long = DevFolder(project: "/srv/\(name)", chosen: nil, account: nil)
        #expect(long.socketFolder.hasPrefix("/tmp/portico-"))
        #expect(long.socketFolder != DevFolder(project: "/srv/\(name)y", chosen: nil, account: nil).socketFolder)
        for folder in [short, long] { #expect("\(folder.socketFolder)/\(DevFolder.socketName)".utf8.count <= 107) }
    }

    @Test func whatLibpqWouldMisreadIsKeptAway() {
        #expect(DevFolder(project: "/srv/a,b", chosen: nil, account: nil).socketFolder.hasPrefix("/tmp/portico-"))
        #expect(
            DevFolder(project: "/srv/o'neil", chosen: nil, account: nil).connectionText.hasPrefix(
                "host='/srv/o\\'neil/.portico/socket' "))
    }

    @Test func theSecretIsMadeOnceAndForNobodyElse() throws {
        let project = try ProjectCopy()
        let folder = DevFolder(project: project.path, chosen: nil, account: nil)
        try folder.make()
        let secret = try DevSecret.read(orMakeIn: folder)
        #expect(secret.utf8.count == 96)
        #expect(try DevSecret.read(orMakeIn: folder) == secret)
        #expect(try FileManager.default.attributesOfItem(atPath: folder.secret)[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int == 0o700)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.secret)
        #expect(throws: CommandFailure.self) { try DevSecret.read(in: folder) }
    }

    @Test func oneRunAtATime() throws {
        let project = try ProjectCopy()
        let folder = DevFolder(project: project.path, chosen: nil, account: nil)
        try folder.make()
        try folder.takeLock()
        let error = #expect(throws: CommandFailure.self) { try folder.takeLock() }
        #expect(error?.message.contains("already runs") == true)
    }
}
