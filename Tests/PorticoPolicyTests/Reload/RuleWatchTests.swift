import Foundation
import PorticoAccess
import SocketLoop
import Testing
@testable import PorticoPolicy

/// What the kernel says of folders becomes a glance at what may have changed.
final class RuleWatchTests {
    private let project: RuleProject
    private let reactor = Reactor()
    private var watch: RuleWatch?
    private var seen: [RuleWatch.Glance] = []

    init() throws {
        project = try RuleProject(tenants: ["a": RuleProject.narrow])
        watch = try RuleWatch(project: project.path, reactor: reactor) { [unowned self] in seen.append($0) }
    }

    deinit { watch?.cancel() }

    /// What is to be looked at by now.
    private func glance() -> RuleWatch.Glance? {
        seen = []
        reactor.poll(timeoutMilliseconds: 0)
        return seen.first
    }

    /// The same once there is something. A process that another test starts has every open file
    /// too, until it has become its program: what is closed here, is closed a moment later there.
    private func glanceSoon() -> RuleWatch.Glance? {
        seen = []
        let end = reactor.now + 10_000
        while seen.isEmpty, reactor.now < end { reactor.poll(timeoutMilliseconds: 10) }
        return seen.first
    }

    @Test func aFileCountsWhenItsWriterClosesItOrItIsRenamedIntoPlace() throws {
        let file = try #require(fopen(project.file("tenants/b.yaml"), "we"))
        fputs("limits", file)
        fflush(file)
        #expect(glance() == nil)
        fclose(file)
        #expect(glanceSoon()?.sources == [.tenant("b")])
        try project.write("x", to: "tenants/.c.yaml.swp")
        #expect(glance() == nil)
        try project.move("tenants/.c.yaml.swp", to: "tenants/c.yaml")
        #expect(glanceSoon()?.sources == [.tenant("c")])
        try project.write(RuleProject.roles, to: "roles.yaml")
        #expect(glanceSoon()?.sources == [.roles])
        try project.write("tests", to: "tests.yaml")
        #expect(glance() == nil)
        try project.remove("tenants/c.yaml")
        let last = glance()
        #expect(last?.missing == [.tenant("c")] && last?.sources == [] && last?.everything == false)
        link(project.file("tenants/a.yaml"), project.file("tenants/d.yaml"))
        #expect(glanceSoon()?.sources == [.tenant("d")])
    }

    @Test func foldersMayComeGoAndBeExchanged() throws {
        try project.move("tenants", to: "old")
        #expect(glance()?.everything == true)
        try project.write(RuleProject.narrow, to: "old/b.yaml")
        #expect(glance() == nil)
        try project.write(RuleProject.narrow, to: "new/a.yaml")
        _ = glance()
        try project.move("new", to: "tenants")
        #expect(glance()?.everything == true)
        try project.write(RuleProject.narrow, to: "tenants/b.yaml")
        #expect(glanceSoon()?.sources == [.tenant("b")])
        try FileManager.default.removeItem(atPath: project.path + "/config")
        #expect(glance()?.everything == true)
        try FileManager.default.createDirectory(atPath: project.file("tenants"), withIntermediateDirectories: true)
        #expect(glance()?.everything == true)
        try project.write(RuleProject.narrow, to: "tenants/b.yaml")
        #expect(glanceSoon()?.sources == [.tenant("b")])
        #expect(watch?.failure == nil && watch?.armAgain() == false)
    }

    /// As Kubernetes mounts a config map: files are links through a link that is exchanged.
    @Test func aLinkThatFilesLeadThroughIsExchanged() throws {
        try project.write(RuleProject.narrow, to: "..1/tenants/a.yaml")
        try project.write(RuleProject.narrower, to: "..2/tenants/a.yaml")
        try FileManager.default.removeItem(atPath: project.file("tenants"))
        symlink("..1", project.file("..data"))
        symlink("..data/tenants", project.file("tenants"))
        #expect(glance()?.everything == true)
        symlink("..2", project.file("..data_tmp"))
        try project.move("..data_tmp", to: "..data")
        #expect(glance()?.everything == true)
        // It is the new folder that is watched.
        try project.write(RuleProject.narrow, to: "..1/tenants/a.yaml")
        #expect(glance() == nil)
        try project.write(RuleProject.narrow, to: "..2/tenants/a.yaml")
        #expect(glanceSoon()?.sources == [.tenant("a")])
    }

    /// A link to a place that is not watched, where its target is exchanged.
    @Test func aFolderThatIsAnotherWithoutAnEventIsFoundByLooking() throws {
        try FileManager.default.removeItem(atPath: project.file("tenants"))
        let elsewhere = try RuleProject(tenants: ["a": RuleProject.narrow])
        try elsewhere.write(RuleProject.narrower, to: "other/a.yaml")
        symlink(elsewhere.file("link"), project.file("tenants"))
        symlink("tenants", elsewhere.file("link"))
        _ = glance()
        _ = watch?.armAgain()
        #expect(watch?.armAgain() == false)
        try elsewhere.remove("link")
        symlink("other", elsewhere.file("link"))
        #expect(glance() == nil)
        #expect(watch?.armAgain() == true)
        try elsewhere.write(RuleProject.narrow, to: "other/b.yaml")
        #expect(glanceSoon()?.sources == [.tenant("b")])
    }
}
