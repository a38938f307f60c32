import CoreMetrics
import Foundation
import PorticoGateway
import PrometheusText
import SocketLoop
import TestHTTP
import TestScrape
import Testing
@testable import PorticoServer
@testable import PorticoTelemetry

/// What `/metrics` of a whole server says after requests that are known.
struct ScrapeTests {
    private func serving(
        workers: Int = 1, metrics: ServerMetrics = ServerMetrics(), _ body: (ListenAddress) async throws -> Void
    ) async throws {
        var state = try ServerState.small(workers: workers)
        state.metrics = metrics
        let server = try await Server(state)
        async let running: Void = server.run()
        let result = await Result { try await body(try #require(server.addresses.first)) }
        server.stop()
        try await running
        try result.get()
    }

    private func post(_ query: String, fields: String = "") -> String {
        let body = #"{"query":"\#(query)"}"#
        return
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func scrape(_ address: ListenAddress) async throws -> Scrape {
        let answer = try await RunningServer.answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", from: address)
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try Scrape(answer.body)
    }

    /// Requests spread over workers by the kernel; the sums are of all of them.
    @Test func requestsAreCounted() async throws {
        try await serving(workers: 2) { address in
            for _ in 0..<10 { _ = try await RunningServer.answer(post("query List { apiVersion }"), from: address) }
            for _ in 0..<3 { _ = try await RunningServer.answer(post("{ apiVersion }"), from: address) }
            for query in ["{ apiVersio }", "{ ", "query List { nothing }"] {
                _ = try await RunningServer.answer(post(query), from: address)
            }
            _ = try await RunningServer.answer(
                post("{ apiVersion }", fields: "Authorization: Bearer x.y.z\r\n"), from: address)
            _ = try await RunningServer.answer(post("{ apiVersion }", fields: "X-API-Key: x\r\n"), from: address)
            _ = try await RunningServer.answer("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", from: address)
            _ = try await RunningServer.answer("nonsense\r\n\r\n", from: address)

            let text = try await scrape(address)
            #expect(text.value("portico_requests_total", ["operation": "List", "kind": "query", "code": "OK"]) == 10)
            #expect(text.value("portico_requests_total", ["operation": "", "kind": "query", "code": "OK"]) == 3)
            #expect(
                text.value("portico_requests_total", ["operation": "", "kind": "", "code": "VALIDATION_ERROR"]) == 2)
            #expect(text.value("portico_requests_total", ["operation": "", "kind": "", "code": "SYNTAX_ERROR"]) == 1)
            #expect(text.sum("portico_requests_total") == 16)
            #expect(text.sum("portico_request_duration_seconds_count") == 16)
            #expect(text.value("portico_stage_duration_seconds_count", ["stage": "database"]) == 13)
            // Each worker has its own cache.
            let parsed = text.sum("portico_stage_duration_seconds_count", ["stage": "parse"])
            #expect((5...7).contains(parsed))
            #expect(text.value("portico_cache_lookups_total", ["cache": "document", "result": "miss"]) == parsed)
            #expect(text.value("portico_cache_lookups_total", ["cache": "document", "result": "hit"]) == 16 - parsed)
            #expect(text.value("portico_cached_operations") == parsed - 3)
            #expect(text.sum("portico_authentication_failures_total") == 2)
            #expect(text.value("portico_authentication_failures_total", ["kind": "unknown_api_key"]) == 1)
            #expect(text.value("portico_authentication_failures_total", ["kind": "malformed_token"]) == 1)
            #expect(text.value("portico_http_requests_total", ["route": "/graphql", "status": "401"]) == 2)
            #expect(text.sum("portico_http_requests_total", ["route": "/graphql"]) == 18)
            #expect(text.value("portico_http_requests_total", ["route": "none", "status": "404"]) == 1)
            #expect(text.value("portico_http_requests_total", ["route": "none", "status": "400"]) == 1)
            // The scrape itself.
            #expect(text.value("portico_http_requests_in_flight") == 1)
            #expect((text.value("portico_http_connections") ?? 0) >= 1)
            #expect(text.value("portico_pool_connections", ["state": "down"]) == 8)
            #expect(text.value("portico_response_bytes_total") ?? 0 > 400)
        }
    }

    @Test func theProcessIsDescribed() async throws {
        try await serving { address in
            let text = try await scrape(address)
            #expect(text.value("process_resident_memory_bytes") ?? 0 > 1_000_000)
            #expect(text.value("process_virtual_memory_bytes") ?? 0 >= text.value("process_resident_memory_bytes") ?? 0)
            #expect(text.value("process_cpu_seconds_total") ?? 0 > 0)
            #expect((3...100_000).contains(text.value("process_open_fds") ?? 0))
            #expect(text.value("process_max_fds") ?? 0 > 10)
            let started = text.value("process_start_time_seconds") ?? 0
            #expect(started < Date().timeIntervalSince1970 + 2 && started > Date().timeIntervalSince1970 - 86_400)
            #expect(text.value("portico_build_info", ["version": ServerVersion.text]) == 1)
        }
    }

    /// The version is that of the changelog's newest release, or the one that comes next.
    @Test func theVersionIsTheChangelogs() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../CHANGELOG.md")
        let headings = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("## [")
        }.map { $0.dropFirst(4).prefix { $0 != "]" } }
        let released = headings.first { $0 != "Unreleased" }
        let (number, suffix) = (ServerVersion.text.prefix { $0 != "-" }, ServerVersion.text.drop { $0 != "-" })
        #expect(number.split(separator: ".").compactMap { UInt($0) }.count == 3)
        #expect(suffix.isEmpty == (released == number) && (suffix.isEmpty || suffix == "-dev"))
    }

    /// A client makes up names; the scrape does not grow with them, and nothing that it sends ends
    /// up elsewhere than in a label.
    @Test func namesOfClientsAreBounded() async throws {
        try await serving { address in
            let client = try Client(address)
            let tooLong = String(repeating: "x", count: OperationNames.longestName + 1)
            let queries =
                (0..<(OperationNames.mostNames + 30)).map { "query N\($0) { apiVersion }" } + [
                    "query \(tooLong) { apiVersion }"
                ]
            for (number, query) in queries.enumerated() {
                client.send(post(query))
                while client.answers.count <= number {
                    client.receive()
                    await Task.yield()
                }
            }
            let text = try await scrape(address)
            let names = Set(
                text.families["portico_requests_total"]?.samples.compactMap { $0.labels["operation"] } ?? [])
            #expect(names.count == OperationNames.mostNames + 1)
            #expect(
                text.value(
                    "portico_requests_total", ["operation": OperationNames.other, "kind": "query", "code": "OK"]) == 31)
        }
    }

    /// Each worker's loop tells how long its turns take.
    @Test func theTurnsOfLoopsAreTold() async throws {
        try await serving(workers: 2) { address in
            // The turn that goes on is not counted yet, and may be a worker's first.
            _ = try await scrape(address)
            let first = try await scrape(address)
            for worker in ["0", "1"] {
                let label = ["worker": worker]
                #expect(first.value("portico_loop_turns_total", label) ?? 0 > 0)
                let longest = first.value("portico_loop_longest_turn_seconds", label) ?? 0
                let busy = first.value("portico_loop_busy_seconds_total", label) ?? 0
                #expect(longest > 0 && longest <= busy)
                #expect(first.value("portico_loop_long_turns_total", label) ?? 0 <= busy / 0.01)
            }
            #expect(first.value("portico_answers_beside_loop_total") == 0)
            let second = try await scrape(address)
            #expect(second.sum("portico_loop_turns_total") > first.sum("portico_loop_turns_total"))
        }
    }

    /// Many scrapes at once are one, and each is whole.
    @Test func scrapesMayComeTogether() async throws {
        try await serving { address in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await scrape(address).families.count } }
                for try await count in group { #expect(count == MetricName.allCases.count) }
            }
        }
    }

    /// A program that embeds the server has the same numbers in its own backend.
    @Test func anotherBackendGetsTheSame() async throws {
        let theirs = PrometheusRegistry()
        try await serving(metrics: ServerMetrics(backend: theirs)) { address in
            _ = try await RunningServer.answer(post("query List { apiVersion }"), from: address)
            _ = try await scrape(address)
            let text = try Scrape(String(decoding: theirs.text(), as: UTF8.self))
            #expect(text.value("portico_requests_total", ["operation": "List", "kind": "query", "code": "OK"]) == 1)
            #expect(text.sum("portico_http_requests_total") == 1)
        }
    }

    /// docs/reference/metrics.md names every metric with its type and its labels, and no other.
    @Test func theDocumentationIsComplete() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/reference/metrics.md")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `portico_") || $0.hasPrefix("| `process_")
        }
        var documented: [String: [String]] = [:]
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            documented[cells[0].replacing("`", with: "")] = [cells[1], cells[2].replacing("`", with: "")]
        }
        try await serving { address in
            _ = try await RunningServer.answer(
                post("query List { apiVersion }", fields: "X-API-Key: x\r\n"), from: address)
            _ = try await RunningServer.answer(post("query List { apiVersion }"), from: address)
            let text = try await scrape(address)
            #expect(Set(documented.keys) == Set(text.families.keys))
            for (name, family) in text.families {
                let labels = Set(family.samples.flatMap { $0.labels.keys }).subtracting(["le"])
                let expected = Set((documented[name]?[1] ?? "").split(separator: ", ").map(String.init))
                #expect(documented[name]?[0] == family.kind, "\(name)")
                // Not every metric has a number yet; what has one has the labels that are said.
                if !family.samples.isEmpty { #expect(labels == expected, "\(name)") }
                #expect(expected == Set(MetricName(rawValue: name)?.labels ?? []), "\(name)")
                #expect(!family.help.isEmpty)
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
