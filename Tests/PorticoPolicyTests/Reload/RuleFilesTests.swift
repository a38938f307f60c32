import ExactText
import Foundation
import PorticoAccess
import SocketLoop
import Testing
@testable import PorticoPolicy

/// What happened on the disk becomes edits: clocks are given, so that no test waits.
struct RuleFilesTests {
    /// A time behind which every file that a test writes has stood still for long.
    private static let later = WallClock.milliseconds() + 3_600_000
    private let project: RuleProject
    private var files: RuleFiles

    init() throws {
        project = try RuleProject(tenants: ["a": RuleProject.narrow, "b": RuleProject.narrow])
        files = RuleFiles(project: project.path)
        _ = files.lookAtAll(known: [], now: 0, clock: Self.later)
    }

    private mutating func all(
        _ known: Set<ExactString> = ["a", "b"], always: Bool = false, now: Int, clock: Int = Self.later
    ) -> RuleFiles.Found {
        files.lookAtAll(known: known, always: always, now: now, clock: clock)
    }

    private mutating func again(_ now: Int) -> RuleFiles.Found { files.lookAgain(now: now, clock: Self.later) }

    @Test mutating func onlyWhatDiffersIsRead() throws {
        #expect(files.filesRead == 3)
        #expect(all(now: 0).edits.isEmpty && files.filesRead == 3)
        try project.write(RuleProject.narrower, to: "tenants/b.yaml")
        let found = all(now: 0)
        #expect(found.edits.roles == nil && Array(found.edits.tenants.keys) == ["b"])
        #expect(files.filesRead == 4)
        _ = all(always: true, now: 0)
        #expect(files.filesRead == 7)
        #expect(files.nextLook == nil && files.faultCount == 0)
    }

    @Test mutating func whatIsSaidToBeWholeIsReadAtOnceAndAllElseOnceItStandsStill() throws {
        let now = WallClock.milliseconds()  // near enough to what is written now
        try project.write(RuleProject.narrower, to: "tenants/a.yaml")
        #expect(files.look(at: [.tenant("a")], now: 0, clock: now).edits.tenants.count == 1)
        try project.write(RuleProject.narrow + "\n", to: "tenants/a.yaml")
        #expect(all(now: 0, clock: now).edits.isEmpty)
        #expect(files.nextLook == RuleFiles.Limits.stillness)
        // It has been written again meanwhile.
        try project.write(RuleProject.narrower + "\n\n", to: "tenants/a.yaml")
        #expect(files.lookAgain(now: 250, clock: now).edits.isEmpty)
        #expect(files.nextLook == 2 * RuleFiles.Limits.stillness)
        #expect(files.lookAgain(now: 500, clock: now).edits.tenants.count == 1)
        #expect(files.nextLook == nil)
    }

    /// A look of the clock's may come before the event of the same writing: it is one edit, and one
    /// refusal where it is wrong.
    @Test mutating func oneWritingIsOneEdit() throws {
        try project.write(RuleProject.narrower, to: "tenants/a.yaml")
        #expect(all(now: 0).edits.tenants.count == 1)
        #expect(files.look(at: [.tenant("a")], now: 0, clock: Self.later).edits.isEmpty)
        #expect(files.filesRead == 5)
        try project.write(RuleProject.wrong, to: "tenants/a.yaml")
        #expect(files.look(at: [.tenant("a")], now: 0, clock: Self.later).edits.tenants.count == 1)
    }

    @Test mutating func aFileThatIsBackInAMomentWasNeverGone() throws {
        try project.remove("tenants/a.yaml")
        files.missing([.tenant("a")], now: 0)
        #expect(again(999).edits.isEmpty)
        try project.write(RuleProject.narrow, to: "tenants/a.yaml")
        #expect(try #require(again(1_000).edits.tenants["a"]) != nil)
        #expect(files.nextLook == nil)
    }

    @Test mutating func aFileThatStaysAwayIsRemoved() throws {
        try project.remove("tenants/a.yaml")
        #expect(all(now: 5).edits.isEmpty)
        #expect(files.nextLook == 5 + RuleFiles.Limits.absence)
        #expect(try #require(again(1_005).edits.tenants["a"]) == nil)
        #expect(files.nextLook == nil && files.faultCount == 0)
    }

    @Test mutating func withoutRolesOrFolderNobodysRulesCountAsRemoved() throws {
        try project.move("tenants", to: "elsewhere")
        #expect(all(now: 0).edits.isEmpty)
        let found = again(1_000)
        #expect(found.edits.isEmpty && found.faults.map(\.file) == ["config/access/tenants"])
        #expect(files.faultCount == 1)
        // It is said once.
        #expect(all(now: 2_000).faults.isEmpty && again(3_000).faults.isEmpty)
        try project.move("elsewhere", to: "tenants")
        #expect(all(now: 4_000).edits.tenants.count == 2)
        #expect(files.faultCount == 0)

        try FileManager.default.removeItem(atPath: project.path + "/config")
        #expect(all(now: 5_000).edits.isEmpty)
        #expect(again(6_000).faults.map(\.file) == ["config/access/roles.yaml"])
        try project.write(RuleProject.roles, to: "roles.yaml")
        try project.write(RuleProject.narrow, to: "tenants/a.yaml")
        let back = all(now: 7_000)
        #expect(back.edits.roles != nil && Array(back.edits.tenants.keys) == ["a"])
        #expect(again(7_999).edits.isEmpty)
        // What has not come back with the others by then is gone.
        #expect(Array(again(8_000).edits.tenants).map(\.key) == ["b"])
    }

    @Test mutating func anEmptyFolderInPlaceOfAFullOneIsAVolumeThatIsAway() throws {
        try project.move("tenants", to: "elsewhere")
        try FileManager.default.createDirectory(atPath: project.file("tenants"), withIntermediateDirectories: false)
        _ = all(now: 0)
        let found = again(1_000)
        #expect(found.edits.isEmpty && found.faults.map(\.file) == ["config/access/tenants"])
        // The same folder, emptied file by file, says what it means.
        try project.remove("tenants")
        try project.move("elsewhere", to: "tenants")
        _ = all(now: 2_000)
        try project.remove("tenants/a.yaml")
        try project.remove("tenants/b.yaml")
        _ = all(now: 3_000)
        #expect(again(4_000).edits.tenants.count == 2)
        #expect(files.faultCount == 0)
    }

    /// A moment's patience, since files are exchanged; then the tenant is closed, once, whatever
    /// stands there.
    @Test mutating func whatIsNoFileClosesItsTenant() throws {
        try FileManager.default.createDirectory(
            atPath: project.file("tenants/c.yaml"), withIntermediateDirectories: false)
        mkfifo(project.file("tenants/d.yaml"), 0o600)
        symlink("nowhere", project.file("tenants/e.yaml"))
        symlink("/dev/zero", project.file("tenants/f.yaml"))
        try String(repeating: "#", count: 2 << 20).write(
            toFile: project.file("tenants/a.yaml"), atomically: true, encoding: .utf8)
        #expect(all(now: 0).edits.isEmpty, "it may be about to be exchanged")
        let found = again(1_000)
        #expect(found.edits.tenants.isEmpty && found.faults.isEmpty)
        #expect(
            found.edits.unreadable.mapValues(\.reason) == [
                "a": "it is longer than 1048576 bytes", "c": "it is a folder, not a file",
                "d": "it is a pipe, not a file", "e": "it is a link that leads nowhere",
                "f": "it is a device, not a file",
            ])
        #expect(found.edits.unreadable["c"]?.name == "config/access/tenants/c.yaml")
        #expect(again(10_000).edits.isEmpty, "it is said once")
        // It is looked at again although nothing tells of it.
        try project.remove("tenants/e.yaml")
        try project.write(RuleProject.narrow, to: "tenants/e.yaml")
        #expect(Array(again(20_000).edits.tenants.keys) == ["e"])
        // Away altogether, it is as if there had been none.
        try project.remove("tenants/d.yaml")
        _ = again(40_000)
        #expect(try #require(again(50_000).edits.tenants["d"]) == nil)
    }

    @Test mutating func whatLiesBehindALinkIsLookedAtByItself() throws {
        try project.write(RuleProject.narrow, to: "shared/file.yaml")
        symlink(project.file("shared/file.yaml"), project.file("tenants/c.yaml"))
        #expect(all(now: 0).edits.tenants.count == 1)
        try project.write(RuleProject.narrower, to: "shared/file.yaml")
        try project.write(RuleProject.narrower, to: "tenants/a.yaml")
        #expect(Array(files.lookBehindLinks(now: 0, clock: Self.later).edits.tenants.keys) == ["c"])
    }

    @Test(arguments: [
        ("a.yaml", "a"), ("a.b.yaml", "a.b"), (".a.yaml", nil), (".yaml", nil), ("a.yml", nil), ("a.yaml~", nil),
    ])
    func namesOfFilesAreNamesOfTenants(_ name: String, _ tenant: ExactString?) {
        #expect(RuleFolder.tenant(ofFile: name)?.tenant == tenant)
    }
}
