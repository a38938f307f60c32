import Foundation
import PorticoAccess
import Testing
@testable import PorticoConfiguration
@testable import PorticoPolicy

/// The rules of a folder that is edited, on the keeper's own thread; the work is counted, never
/// timed.
@Suite struct PolicyReloaderTests {
    /// Runs a keeper while the body runs.
    private func keeping(_ keeper: PolicyReloader, _ body: (PolicyReloader) async throws -> Void) async throws {
        let thread = keeper.executor.spawnThread(name: "rules", polling: keeper)
        await keeper.start()
        var failure: (any Error)?
        do { try await body(keeper) } catch { failure = error }
        await keeper.stop()
        await Task.detached { thread.join() }.value
        if let failure { throw failure }
    }

    private func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<2_000 {
            // What it reads may not be there yet.
            if (try? await condition()) == true { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record(what)
    }

    @Test func theWorkIsThatOfTheChange() async throws {
        let count = 2_000
        let project = try RuleProject()
        try FileManager.default.createDirectory(atPath: project.file("tenants"), withIntermediateDirectories: true)
        for number in 0..<count {
            try Data("limits: { depth: \(number % 9 + 1) }".utf8).write(
                to: URL(fileURLWithPath: project.file("tenants/t\(number).yaml")))
        }
        let store = PolicyStore(try project.policy())
        try await keeping(project.reloader(store) { $0.access.history = nil }) { keeper in
            try await eventually("the files are compared once, after the start") { await keeper.filesRead == count + 1 }
            // Nothing differs, so that nothing is parsed.
            #expect(await keeper.filesParsed == 0)
            try project.write("limits: { depth: 5, first: 3 }", to: "tenants/t77.yaml")
            try await eventually("the edit is in force") { store.current.depth("t77") == 5 }
            #expect(await keeper.filesRead == count + 2)
            #expect(await keeper.filesParsed == 1)
            // Other roles mean that each distinct file is read as rules once more, and none from
            // the disk.
            try project.write(
                RuleProject.roles.replacingOccurrences(of: "depth: 10", with: "depth: 9"), to: "roles.yaml")
            try await eventually("the roles are in force") { store.current.depth(nil) == 9 }
            #expect(await keeper.filesRead == count + 3)
            #expect(await keeper.filesParsed <= 1 + 1 + 10)
        }
    }

    @Test func aBadFileChangesNothingAndAGoodOneComesIntoForceBehindIt() async throws {
        let project = try RuleProject(tenants: ["a": RuleProject.narrow])
        let store = PolicyStore(try project.policy())
        try await keeping(project.reloader(store)) { keeper in
            for text in [RuleProject.wrong, "", "limits: {", "\u{0}"] {
                try project.write(text, to: "tenants/a.yaml")
                try project.write(RuleProject.narrower, to: "tenants/b.yaml")
                try await eventually("b is in force beside \(text)") { store.current.depth("b") == 7 }
                #expect(store.current.depth("a") == 8)
                try project.remove("tenants/b.yaml")
                try await eventually("b is gone") { store.current.depth("b") == 10 }
            }
            try project.write("roles: { client: { reach: tenant, limits: { depth: 7 } } ", to: "roles.yaml")
            try project.write("{}", to: "tenants/a.yaml")
            try await eventually("a says nothing by now") { store.current.depth("a") == 10 }
            // Roles without one that a setting names are refused, as they would be at the start.
            #expect(store.current.roles.contains("client"))
        }
    }

    @Test func aRoleThatASettingNamesMustNotGo() async throws {
        let project = try RuleProject(
            roles: "roles: { anonymous: {}, client: { reach: tenant }, admin: { crossTenant: true } }")
        let store = PolicyStore(try project.policy())
        let reloader = project.reloader(store) {
            $0.access.explain = [StatedRole(name: "admin", range: .none)]
        }
        try await keeping(reloader) { _ in
            for role in ["", ", admin: { reach: tenant }"] {
                try project.write(
                    "roles: { anonymous: {}, client: { reach: tenant, limits: { depth: 4 } }\(role) }", to: "roles.yaml"
                )
                try project.write("limits: { depth: 3 }", to: "tenants/seen\(role.count).yaml")
                try await eventually("the edit behind it is in force") { store.current.depth("seen\(role.count)") == 3 }
                #expect(store.current.reach(of: "admin") == .crossTenant)
            }
        }
        let history = try RuleHistory(project)
        #expect(history.refusals.first?.contains("There is no role `admin` for `access.explain`.") == true)
        #expect(history.refusals.last?.contains("The role `admin` is not `crossTenant`") == true)
    }

    /// On the keeper's own thread, so that the event of the edit is there before the keeper's first
    /// turn.
    private func startAndEdit(_ file: String, _ keeper: isolated PolicyReloader, isStoppedAtOnce: Bool) throws {
        keeper.start()
        try Data(RuleProject.narrower.utf8).write(to: URL(fileURLWithPath: file))
        if isStoppedAtOnce { keeper.stop() }
    }

    @Test(arguments: [false, true]) func anEditBeforeTheFirstTurnComesAfterTheStart(isStoppedAtOnce: Bool) async throws
    {
        let project = try RuleProject(tenants: ["a": RuleProject.narrow])
        let keeper = project.reloader(PolicyStore(try project.policy()))
        let thread = keeper.executor.spawnThread(name: "rules", polling: keeper)
        try await startAndEdit(project.file("tenants/a.yaml"), keeper, isStoppedAtOnce: isStoppedAtOnce)
        if !isStoppedAtOnce {
            try await eventually("the edit is recorded") { try RuleHistory(project).records.count == 2 }
            await keeper.stop()
        }
        await Task.detached { thread.join() }.value
        #expect(
            try RuleHistory(project).records.map(\.event)
                == (isStoppedAtOnce ? [.start, .stop] : [.start, .change, .stop]))
    }

    /// Anything in place of one tenant's file, while others are served and edited.
    @Test(arguments: ["pipe", "folder", "dangling", "device"]) func whatIsNoFileClosesItsTenantAlone(
        _ kind: String
    ) async throws {
        let project = try RuleProject(tenants: ["a": RuleProject.narrow, "b": RuleProject.narrow])
        let policy = PolicyStore(try project.policy())
        try await keeping(project.reloader(policy)) { _ in
            #expect(policy.current.depth("a") == 8)
            try project.remove("tenants/a.yaml")
            let path = project.file("tenants/a.yaml")
            switch kind {
            case "pipe": mkfifo(path, 0o600)
            case "folder": mkdir(path, 0o700)
            case "dangling": symlink("nowhere", path)
            default: symlink("/dev/zero", path)
            }
            try await eventually("it is closed") { policy.current.depth("a") == nil }
            try project.write(RuleProject.narrower, to: "tenants/b.yaml")
            try await eventually("others are edited") { policy.current.depth("b") == 7 }
            #expect(policy.current.depth("a") == nil)
            try project.remove("tenants/a.yaml")
            try project.write(RuleProject.narrower, to: "tenants/a.yaml")
            try await eventually("it is served again") { policy.current.depth("a") == 7 }
        }
    }

    @Test func theHistorySaysWhatWasInForceWhen() async throws {
        let project = try RuleProject(tenants: ["a": RuleProject.narrow, "x": RuleProject.wrong])
        let first = PolicyStore(try project.policy())
        try await keeping(project.reloader(first)) { _ in
            #expect(first.current.depth("x") == nil)
            // Files are compared once when the keeper begins; an edit before that would be a part
            // of it.
            try await eventually("what was wrong from the start is recorded") {
                try RuleHistory(project).refusals.count == 1
            }
            try project.write(RuleProject.narrower, to: "tenants/a.yaml")
            try await eventually("the edit is in force") { first.current.depth("a") == 7 }
            try project.write(RuleProject.wrong, to: "tenants/a.yaml")
            try await eventually("the refusal is recorded") { try RuleHistory(project).refusals.count == 2 }
        }
        // Edited while no server ran.
        try project.write(RuleProject.narrow + " # by night", to: "tenants/a.yaml")
        try project.write("{}", to: "tenants/x.yaml")
        try await keeping(project.reloader(PolicyStore(try project.policy()))) { _ in
            try await eventually("it is recorded") { try RuleHistory(project).records.count == 6 }
        }

        let history = try RuleHistory(project), records = history.records
        // A file that is wrong from the start is reported then.
        #expect(records.map(\.event) == [.start, .refusal, .change, .refusal, .stop, .start, .stop])
        #expect(records[0].files.isEmpty && records[1].files.first?.isUnserved == true)
        #expect(records[2].effects == ["client in a: depth before: 8; after: 7 (loss)"])
        #expect(records[2].direction == "loss")
        #expect(records[5].files.map(\.file) == ["config/access/tenants/a.yaml", "config/access/tenants/x.yaml"])
        let texts = try records.map { try history.text("config/access/tenants/a.yaml", at: $0.time) }
        #expect(
            Array(texts[2...5]) == [
                RuleProject.narrower, RuleProject.narrower, RuleProject.narrower, RuleProject.narrow + " # by night",
            ])
        let state = try #require(try history.history.state(at: records[2].time)).state
        #expect(state.files["config/access/tenants/x.yaml"]?.isUnserved == true)
        #expect(
            try #require(try history.history.state(at: .max)).state.files["config/access/tenants/x.yaml"]?.isUnserved
                == false)
        #expect(try history.history.state(at: records[0].time - 1) == nil)
        #expect(records.map(\.rules).allSatisfy { $0?.utf8.count == 64 })
    }
}

/// What a project's history says.
struct RuleHistory {
    var history: AccessHistory
    let records: [AccessRecord]

    init(_ project: RuleProject) throws {
        history = try AccessHistory(folder: AccessHistoryConfiguration().path(in: project.path))
        records = try history.records()
    }

    var refusals: [String] { records.filter { $0.event == .refusal }.map { $0.problems.joined(separator: "\n") } }

    func text(_ file: String, at time: Int) throws -> String? {
        guard let (state, texts) = try history.state(at: time), let hash = state.files[file]?.sha256,
            let bytes = texts[hash]
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
