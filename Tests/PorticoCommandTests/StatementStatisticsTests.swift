import Foundation
import JSONBytes
import TestCluster
import Testing

/// From what PostgreSQL shows of statements back to operations and to single requests, as
/// docs/operation/logs-and-traces.md says.
@Suite(.onBlockingThreads) struct StatementStatisticsTests {
    private let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]

    /// A line of the request log.
    private struct Line {
        var requestID: String, operation: String, plan: String
    }

    /// A server whose statements are counted and logged, and everything that was asked of it.
    private final class Shop {
        let cluster: TestCluster
        let project: ProjectCopy
        let server: RunningCommand
        let database: String
        private let port: UInt16
        private let token: String

        init(_ environment: [String: String]) async throws {
            cluster = try TestCluster(settings: [
                "shared_preload_libraries=pg_stat_statements", "log_min_duration_statement=0",
                "log_line_prefix=query_id=%Q ",
            ])
            project = try ProjectCopy()
            try project.replace("format: text", by: "format: json", in: "config/gateway.yaml")
            database = "statistics"
            let url = try cluster.createDatabase(name: database)
            for command in ["migrate", "seed"] {
                #expect(
                    try CommandProcess.run([command, "--project", project.path, "--database-url", url]).status == 0)
            }
            try cluster.psql("CREATE EXTENSION pg_stat_statements", database: database)
            server = try RunningCommand(
                ["serve", "--project", project.path, "--database-url", url, "--port", "0"], environment: environment)
            try await server.wait(for: #""addresses":"127.0.0.1:"#)
            let tail = try #require(server.text.components(separatedBy: #""addresses":"127.0.0.1:"#).dropFirst().first)
            port = try #require(UInt16(tail.prefix { $0.isNumber }))
            let words = ["token", "--project", project.path, "--as", "user-agency-001"]
            token = try CommandProcess.run(words, environment: environment).output.trimmingCharacters(
                in: .whitespacesAndNewlines)
        }

        /// The id of the request.
        func ask(_ query: String) throws -> String {
            let answer = try post(#"{"query":"\#(query)"}"#, token: token, port: port)
            #expect(answer.contains(#""data":{"#) && !answer.contains("errors"), "\(answer)")
            let field = try #require(answer.components(separatedBy: "x-request-id: ").dropFirst().first)
            return String(field.prefix { !$0.isNewline })
        }

        func psql(_ sql: String) throws -> [[String]] {
            try cluster.psql(sql, database: database).split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
        }

        /// What the gateway has logged of requests with a plan.
        func log() -> [Line] {
            server.text.split(separator: "\n").compactMap { line in
                guard let value = try? parseJSON(Array(line.utf8)), case .string(let id)? = value["requestId"],
                    case .string(let operation)? = value["operation"],
                    case .string(let plan)? = value["plan"]
                else { return nil }
                return Line(requestID: id, operation: operation, plan: plan)
            }
        }

        func end() async throws {
            server.signal(SIGTERM)
            #expect(try await server.end() == 0)
        }
    }

    @Test func statisticsLeadToOperationsAndRequests() async throws {
        let shop = try await Shop(secret)
        var ids: [String: [String]] = [:]
        for (name, times) in [("Subjects", 3), ("SubjectsAgain", 2), ("Sites", 1)] {
            let query =
                name == "Sites"
                ? "query Sites { tickets(first: 7) { id site { name } } }"
                : "query \(name) { tickets(first: 7) { subject } }"
            for _ in 0..<times { ids[name, default: []].append(try shop.ask(query)) }
        }

        // As the documentation has it.
        let rows = try shop.psql(
            """
            SELECT substring(query FROM 'plan=([0-9a-f]{16})') AS plan, calls, substring(query FROM '^/\\* op=(\\w+) ') FROM pg_stat_statements
            WHERE query LIKE '/* %plan=%' ORDER BY calls DESC
            """)
        #expect(rows.map { [$0[1], $0[2]] } == [["5", "Subjects"], ["1", "Sites"], ["1", "Sites"]])
        #expect(rows.count == 3 && rows[1][0] == rows[2][0], "both loads of one plan lead to the same requests")

        // A plan's hash leads to its requests, whatever they call their operation, and to none
        // else.
        try await shop.end()
        let log = shop.log()
        #expect(
            log.filter { $0.plan == rows[0][0] }.map(\.requestID) == (ids["Subjects"] ?? [])
                + (ids["SubjectsAgain"] ?? []))
        #expect(
            log.filter { $0.plan == rows[0][0] }.map(\.operation) == [
                "Subjects", "Subjects", "Subjects", "SubjectsAgain", "SubjectsAgain",
            ])
        #expect(log.filter { $0.plan == rows[1][0] }.map(\.requestID) == ids["Sites"])
    }

    /// Plans that share a statement share its row; the server's own log tells them apart by the
    /// statement's id.
    @Test func theServersLogTellsThemApart() async throws {
        let shop = try await Shop(secret)
        for (name, field) in [("Subjects", "tickets"), ("Renamed", "others: tickets"), ("Subjects", "tickets")] {
            _ = try shop.ask("query \(name) { \(field)(first: 7) { subject } }")
        }
        let rows = try shop.psql("SELECT queryid, calls FROM pg_stat_statements WHERE query LIKE '/* op=Subjects %'")
        #expect(rows.count == 1 && rows.first?[1] == "3")
        try await shop.end()
        let id = try #require(rows.first?.first)
        let lines = try String(contentsOfFile: shop.cluster.folder + "/log", encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("query_id=\(id) ") && $0.contains(" execute ") }
        let plans = lines.compactMap { line in line.range(of: "plan=").map { String(line[$0.upperBound...].prefix(16)) }
        }
        let log = shop.log()
        #expect(plans == log.map(\.plan) && Set(plans).count == 2)
        #expect(log.map(\.operation) == ["Subjects", "Renamed", "Subjects"])
    }
}
