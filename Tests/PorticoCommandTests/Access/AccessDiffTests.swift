import Foundation
import TestCluster
import Testing

@Suite(.onBlockingThreads) struct AccessDiffTests {
    private static let clientRows = "rows: { creatorId: { eq: $viewer.id } }"

    /// A copy of the project beside the fixture's, edited.
    private func edited(
        _ old: String, _ new: String, in file: String = "config/access/roles.yaml"
    ) throws -> ProjectCopy {
        let copy = try ProjectCopy()
        try copy.replace(old, by: new, in: file)
        return copy
    }

    @Test func theSameFoldersDifferInNothing() throws {
        let fixture = try ProjectFixture.seeded()
        let result = try fixture.run(["access", "diff", fixture.project.path, fixture.project.path])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("Nothing changes for anyone."))
    }

    @Test func whoeverGainsAFieldIsNamedAndTheStatusIsOne() throws {
        let fixture = try ProjectFixture.seeded()
        let new = try edited("fields: { except: [assigneeId, assignee] }", "fields: { except: [assignee] }")
        let result = try fixture.run(["access", "diff", fixture.project.path, new.path, "--no-database"])
        #expect(result.status == 1)
        #expect(
            result.output.contains("client") && result.output.contains("+ assigneeId")
                && result.output.hasSuffix("Somebody gains.\n"), "\(result.output)")
        #expect(try fixture.run(["access", "diff", new.path, fixture.project.path, "--no-database"]).status == 0)
    }

    @Test func rowsAreCountedOnTheDatabase() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("UPDATE tickets SET status = 'closed' WHERE id = 'ticket-002'")
        let narrowed = try edited(Self.clientRows, "rows: { creatorId: { eq: $viewer.id }, status: { ne: CLOSED } }")
        let result = try fixture.run(["access", "diff", fixture.project.path, narrowed.path, "--json"])
        #expect(result.status == 0, "\(result.errors)\(result.output)")
        let line =
            #"{"role":"client","viewer":"user-client-001","tenant":"agency-001","type":"Ticket","gained":{"count":0,"orMore":false,"examples":[]},"lost":{"count":1,"orMore":false,"examples":["ticket-002"]}}"#
        #expect(result.output.contains(line), "\(result.output)")
        let back = try fixture.run(["access", "diff", narrowed.path, fixture.project.path])
        #expect(back.status == 1)
        #expect(back.output.contains("1 (ticket-002)"), "\(back.output)")
    }

    /// The old rules' viewer reaches other tenants than the new rules' one: each condition has its
    /// own.
    @Test func eachSideHasItsOwnReach() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("UPDATE tenants SET parent_id = 'agency-002' WHERE id = 'agency-001'")
        let own = try edited("    reach: subtree", "    reach: tenant")
        let result = try fixture.run(["access", "diff", own.path, fixture.project.path, "--as", "user-agency-002"])
        #expect(result.status == 1)
        #expect(
            result.output.contains("2 (site-001, site-002)") && result.output.contains("2 (ticket-001, ticket-002)"),
            "\(result.output)")
        let back = try fixture.run(["access", "diff", fixture.project.path, own.path, "--as", "user-agency-002"])
        #expect(back.status == 0 && back.output.contains("2 (site-001, site-002)"), "\(back.output)")
    }

    @Test func aRoleThatGoesTakesItsRows() throws {
        let fixture = try ProjectFixture.seeded()
        let roles = try fixture.project.read("config/access/roles.yaml")
        let without = try ProjectCopy()
        try without.write(
            roles.components(separatedBy: "  client:\n")[0] + "  anonymous: {}\n", to: "config/access/roles.yaml")
        for tenant in ["agency-001", "agency-002"] {
            try without.write("{}", to: "config/access/tenants/\(tenant).yaml")
        }
        let result = try fixture.run(["access", "diff", fixture.project.path, without.path])
        #expect(
            result.output.contains("the role is gone") && result.output.contains("2 (site-001, site-002)"),
            "\(result.output)")
    }

    @Test func revisionsOfGitAreRead() throws {
        let fixture = try ProjectFixture.seeded(), project = fixture.project
        func git(_ words: String...) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
            process.arguments = ["-C", project.path, "-c", "user.name=a", "-c", "user.email=a@b.test"] + words
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        try git("init", "-q")
        try git("add", ".")
        try git("commit", "-q", "-m", "one")
        try project.replace("hide: [role]", by: "hide: []", in: "config/access/tenants/agency-001.yaml")
        let open = try fixture.run(["access", "diff", "HEAD", "--no-database"])
        #expect(open.status == 1, "\(open.errors)")
        #expect(open.output.contains("agency-001") && open.output.contains("+ role"), "\(open.output)")
        try git("commit", "-q", "-a", "-m", "two")
        #expect(try fixture.run(["access", "diff", "HEAD~1", "HEAD", "--no-database"]).output == open.output)
        #expect(try fixture.run(["access", "diff", "HEAD", "HEAD~1", "--no-database"]).status == 0)
        let unknown = try fixture.run(["access", "diff", "nowhere", "--no-database"])
        #expect(unknown.status == 2 && unknown.errors.contains("neither a folder nor a revision"), "\(unknown.errors)")
        #expect(try fixture.run(["access", "diff", "HEAD;ls", "--no-database"]).status == 2)
        try project.write("roles: { client: { Tickets: {} } }", to: "config/access/roles.yaml")
        try git("commit", "-q", "-a", "-m", "three")
        let bad = try fixture.run(["access", "diff", "HEAD", "HEAD~1", "--no-database"])
        #expect(
            bad.status == 2 && bad.errors.contains("Did you mean") && bad.errors.contains("roles.yaml:1"),
            "\(bad.errors)")
    }

    @Test func withoutGitFoldersAreAskedFor() throws {
        let project = try ProjectCopy()
        let result = try CommandProcess.run(
            ["access", "diff", "HEAD", "--no-database", "--project", project.path],
            environment: ["PATH": "/nonexistent"])
        #expect(result.status == 2 && result.errors.contains("git is not installed"), "\(result.errors)")
        let outside = try CommandProcess.run(["access", "diff", "HEAD", "--no-database", "--project", project.path])
        #expect(outside.status == 2 && outside.errors.contains("no git repository"), "\(outside.errors)")
    }

    @Test func aFolderOfRulesAloneIsEnough() throws {
        let fixture = try ProjectFixture.seeded()
        let new = try edited("fields: [id, name, role]", "fields: [id, name]")
        let result = try fixture.run([
            "access", "diff", fixture.project.path, "\(new.path)/config/access", "--no-database",
        ])
        #expect(result.status == 0, "\(result.errors)")
        // agency-001 hides it already.
        #expect(
            result.output.contains("every tenant but agency-001") && result.output.contains("- role"),
            "\(result.output)")
    }

    @Test(arguments: [
        (["access", "diff"], "Missing expected argument"),
        (["access", "diff", "a", "b", "--no-database", "--as", "x"], "--no-database"),
        (["access", "diff", ".", ".", "--replay", "/nowhere.log"], "/nowhere.log"),
    ])
    func wrongUsageIsSaid(_ words: [String], _ part: String) throws {
        let fixture = try ProjectFixture.seeded()
        let result = try fixture.run(words.map { $0 == "." ? fixture.project.path : $0 })
        #expect(result.status == 2 && result.errors.contains(part), "\(result.errors)")
    }

    @Test func aReplayShowsWhoseAnswersChange() throws {
        let fixture = try ProjectFixture.seeded()
        let log = fixture.project.path + "/requests.log"
        try """
        {"time":"2025-01-01T00:00:00Z","level":"info","message":"operation","viewer":"user-client-001","role":"client","operation":"Mine","document":"query Mine($n: Int) { tickets(first: $n) { id status } }","variables":"{\\"n\\":5}"}
        {"time":"2025-01-01T00:00:00Z","level":"info","message":"request","viewer":"user-client-001"}
        2025-01-01T00:00:00Z info operation requestId=1 viewer=user-agency-001 role=agency_owner document="{ tickets { id } }"
        2025-01-01T00:00:00Z info operation requestId=1 viewer=user-agency-001 role=agency_owner document="{ tickets { id } }"
        2025-01-01T00:00:00Z info operation requestId=2 viewer=nobody role=client document="{ tickets { id } }"
        2025-01-01T00:00:00Z info operation requestId=3 role=anonymous documentBytes=90000
        """.write(toFile: log, atomically: true, encoding: .utf8)
        let narrowed = try edited(
            Self.clientRows, "rows: { creatorId: { eq: $viewer.id }, status: { ne: IN_PROGRESS } }")
        let result = try fixture.run(["access", "diff", fixture.project.path, narrowed.path, "--replay", log])
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output.contains("Replayed 2 different operations of 2 viewers: 1 answer changes."),
            "\(result.output)")
        #expect(
            result.output.contains("Not replayed, because their users cannot sign in: 1.")
                && result.output.contains("Left out of the log or beyond 10000: 1."))
        #expect(result.output.contains("user-client-001  Mine"), "\(result.output)")
        let pages = fixture.project.path + "/pages.log"
        try """
        1 info operation viewer=user-client-001 document="{ ticketsConnection { pageInfo { endCursor } edges { cursor } } }"
        """.write(toFile: pages, atomically: true, encoding: .utf8)
        let same = try fixture.run(["access", "diff", fixture.project.path, fixture.project.path, "--replay", pages])
        #expect(
            same.output.contains("Replayed 1 different operations of one viewer: no answer changes."),
            "\(same.output)\(same.errors)")
        let empty = fixture.project.path + "/empty.log"
        try "nothing\n".write(toFile: empty, atomically: true, encoding: .utf8)
        let nothing = try fixture.run(["access", "diff", fixture.project.path, narrowed.path, "--replay", empty])
        #expect(nothing.status == 2 && nothing.errors.contains("logging: { documents: true }"))
    }
}
