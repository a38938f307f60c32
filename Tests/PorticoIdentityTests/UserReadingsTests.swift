import ExactText
import Foundation
import TestCluster
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Users that are asked for in one turn of the loop are read by one statement.
@Suite(.onBlockingThreads) struct UserReadingsTests {
    private final class Turn { var hooks: [() -> Void] = [] }

    private func directory(_ source: ScriptedSource, _ turn: Turn) -> ViewerDirectory {
        let authentication = AuthenticationConfiguration()
        return ViewerDirectory(
            statements: DirectoryStatements(users: authentication.users, tenants: authentication.tenants),
            authentication: authentication, source: source, clock: { 1 },
            atEndOfTurn: { turn.hooks.append($0) }, report: { _ in })
    }

    private func roles(_ users: [ExactString], _ source: ScriptedSource) -> [String?] {
        let turn = Turn(), directory = directory(source, turn)
        var roles = [String?](repeating: "not answered", count: users.count)
        for (index, user) in users.enumerated() {
            directory.users.get(directory.users.entry(user)) { roles[index] = (try? $0.get())?.role.text }
        }
        while !turn.hooks.isEmpty {
            let hooks = turn.hooks
            turn.hooks = []
            for hook in hooks { hook() }
        }
        return roles
    }

    private func source() -> ScriptedSource {
        let source = ScriptedSource()
        for (user, role) in [
            ("a", "client"), ("b", "agency_owner"), ("Kevin", "super_admin"), ("\u{212A}evin", "client"),
        ] { source.users[ExactString(user)] = [role, "t", "active", "active", "t"] }
        return source
    }

    @Test func oneStatementForAll() {
        let source = source()
        #expect(
            roles(["a", "nobody", "Kevin", "\u{212A}evin", "b", "a"], source) == [
                "client", nil, "super_admin", "client", "agency_owner", "client",
            ])
        #expect(
            source.readings == ["{\"a\",\"nobody\",\"Kevin\",\"\u{212A}evin\",\"b\"}"],
            "who is asked for twice is read once")
    }

    @Test func oneAloneIsReadAsEver() {
        let source = source()
        #expect(roles(["b"], source) == ["agency_owner"] && source.readings == ["b"])
    }

    @Test func aBadIdSpoilsNobodysReading() {
        let source = source()
        #expect(roles(["a", "not-an-id", "b", "x\0y"], source) == ["client", nil, "agency_owner", nil])
        #expect(source.readings.count == 1 + 3)
    }

    @Test func noStatementIsForMoreThanItMay() {
        let source = source()
        let users = (0..<1_200).map { ExactString("u\($0)") }
        for user in users { source.users[user] = ["client", nil, "active", nil, nil] }
        #expect(roles(users, source).allSatisfy { $0 == "client" } && source.readings.count == 3)
    }

    @Test func aFailureIsEverybodys() {
        let source = source()
        source.failure = DirectoryFailure(isBadValue: false, detail: "down")
        #expect(roles(["a", "b"], source) == [nil, nil] && source.readings.count == 1)
    }

    @Test func arraysAreWrittenAsPostgreSQLReadsThem() {
        #expect(UserReadings.array(["a\"b", "c\\d", "e,f{}", ""]) == "{\"a\\\"b\",\"c\\\\d\",\"e,f{}\",\"\"}")
    }

    /// PostgreSQL finds the type of the ids, whatever it is, and says of each row for whom it is.
    @Test(arguments: [
        ("text", ["a\"x", "b", "K"], ["b", "\u{212A}", "K", "a\"x", "b", "none"], ["{4}", "{1,5}", "{3}"]),
        ("varchar(40)", ["a", "b", "c"], ["b", "a"], ["{2}", "{1}"]),
        ("int8", ["1", "2", "3"], ["3", "03", "1"], ["{3}", "{1,2}"]),
        (
            "uuid", ["00000000-0000-0000-0000-00000000000a"],
            ["00000000-0000-0000-0000-00000000000A", "00000000-0000-0000-0000-00000000000a"], ["{1,2}"]
        ),
    ]) func onPostgreSQL(_ type: String, _ rows: [String], _ asked: [String], _ positions: [String]) throws {
        let cluster = try TestCluster.shared(), database = "readings_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try cluster.createDatabase(name: database)
        let values = rows.map { "('\($0)', 'client', 't')" }.joined(separator: ", ")
        try cluster.psql(
            "CREATE TABLE users (id \(type) PRIMARY KEY, role text, tenant_id text, status text DEFAULT 'active'); INSERT INTO users (id, role, tenant_id) VALUES \(values)",
            database: database)
        let statement = try #require(DirectoryStatements(users: UserTableColumns(), tenants: nil).users)
        let answer = try cluster.psql(
            generic: statement.text, values: ["'\(UserReadings.array(asked))'"], database: database)
        #expect(
            Set(answer.split(separator: "\n").map { String($0.prefix { $0 != "|" }) }) == Set(positions), "\(answer)")
    }
}
