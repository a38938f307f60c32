import Foundation
import TestCluster
import TestWorkloads
import Testing

/// What a request on a kept connection costs in system calls of the loop's thread, counted in the
/// built program.
@Suite(.onBlockingThreads, .serialized)
struct SystemCallTests {
    private static let requests = 20
    /// Requests before the count begins: caches are filled, every connection has prepared the
    /// statements, and buffers have grown.
    private static let warmUp = 12
    /// Bytes that PostgreSQL gathers before it sends them.
    private static let piece = 8_192

    @Test func ofWarmRequests() async throws {
        try #require(
            SystemCallTrace.isPermitted,
            "strace, which ./test installs, is not there, or may not look into processes here")
        let fixture = try ProjectFixture.seeded(), secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]
        try fixture.psql(Workload.sql)
        let trace = SystemCallTrace()
        defer { try? FileManager.default.removeItem(atPath: trace.file) }
        let server = try RunningCommand(
            ["serve", "--project", fixture.project.path, "--database-url", fixture.url, "--port", "0"],
            environment: secret, under: trace.words)
        let port = try await server.port()
        let token = try CommandProcess.run(
            ["token", "--project", fixture.project.path, "--as", "cost-1-owner"], environment: secret
        ).output
        let connection = try KeptConnection(port: port, token: token.trimmingCharacters(in: .whitespacesAndNewlines))
        try await Self.untilServed(connection)
        for workload in Workload.allCases {
            for _ in 0..<Self.warmUp { try ask(workload, connection) }
            try connection.get("/begin-\(workload)")
            for _ in 0..<Self.requests { try ask(workload, connection) }
            try connection.get("/end-\(workload)")
        }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0, "\(server.text.suffix(2_000))")
        for workload in Workload.allCases {
            check(try trace.calls(from: "/begin-\(workload)", to: "/end-\(workload)"), workload)
        }
    }

    private func ask(_ workload: Workload, _ connection: KeptConnection) throws {
        let answer = try connection.post(workload.body)
        #expect(answer.hasPrefix(#"{"data":{"t"#) && !answer.contains(#""errors""#), "\(answer.prefix(200))")
    }

    private static func untilServed(_ connection: KeptConnection) async throws {
        for _ in 0..<1_000 {
            if try connection.post(Workload.point.body).hasPrefix(#"{"data":{"#) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the database is not reached")
    }

    /// Beside the requests there is one mark in the count: it is answered and logged, and the loop
    /// waits once behind it.
    private func check(_ calls: SystemCalls, _ workload: Workload) {
        // Every few seconds the viewer's row and its tenants are read again, for every user
        // meanwhile.
        let requests = Self.requests, mark = 1, scheduling = 1, lookups = 6
        #expect(calls.clientReads == requests, "\(workload): \(calls)")
        #expect(calls.clientWrites == requests + mark, "\(workload): \(calls)")
        // The log is written by a thread of its own, which is woken at most once for each turn that
        // logs; the first mark logs behind itself.
        #expect(calls.logWrites == 0, "\(workload): \(calls)")
        #expect(calls.wakes <= requests + 2 * mark, "\(workload): \(calls)")
        #expect((0...lookups).contains(calls.databaseWrites - requests * workload.loads), "\(workload): \(calls)")
        // However slowly the pieces of an answer come, each read takes one of them at least.
        #expect(
            calls.databaseReads <= requests * workload.loads + lookups + calls.databaseBytes / Self.piece,
            "\(workload): \(calls)")
        #expect(calls.waits <= calls.databaseReads + requests * (1 + scheduling) + mark, "\(workload): \(calls)")
        #expect(calls.watches == 0, "\(workload): \(calls)")
        // The heap has found its size, or nearly.
        #expect(calls.memory <= 2, "\(workload): \(calls)")
        // Of a result that comes in several pieces each is counted, so that it can be given up when
        // there is no room for more: a third of a microsecond, beside the read of the piece. The
        // count begins once on each connection.
        let counts = calls.others["getsockopt", default: 0], beginnings = calls.others["setsockopt", default: 0]
        #expect(counts <= calls.databaseReads && (workload != .point || counts == 0), "\(workload): \(calls)")
        #expect(beginnings <= 4, "\(workload): \(calls)")
        // The log's writer and the thread that returns the heap's free pages hold a lock for a
        // moment, in which the loop seldom comes.
        #expect(calls.others["futex", default: 0] <= 2, "\(workload): \(calls)")
        #expect(Set(calls.others.keys).isSubset(of: ["getsockopt", "setsockopt", "futex"]), "\(workload): \(calls)")
    }
}
