import Foundation
import Gzip
import PorticoAccess
import SocketLoop
import TestHTTP
import TestScrape
import Testing
@testable import PorticoConfiguration
@testable import PorticoServer

/// `portico_limits_hit_total`: each limit that refuses something counts under the name that the
/// documentation gives it.
struct LimitMetricsTests {
    private static let name = "portico_limits_hit_total"

    private func post(_ body: [UInt8], fields: String = "") -> [UInt8] {
        Array(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(fields)Content-Length: \(body.count)\r\n\r\n"
                .utf8) + body
    }

    private func post(_ body: String) -> [UInt8] { post(Array(body.utf8)) }

    private static let crowd = "{ " + (0..<60).map { "a\($0): apiVersion" }.joined(separator: " ") + " }"

    @Test func everyRefusalCounts() async throws {
        let state = try ServerState.small(workers: 2) { configuration in
            configuration.limits[.body] = 4096
            configuration.limits[.batch] = 3
            configuration.limits[.headerTimeout] = 100
            configuration.limits[.bodyTimeout] = 100
        }
        try await RunningServer.serving(state) { _, address in
            var named: Set<String> = []
            func ask(_ bytes: [UInt8]) async throws -> Int {
                let answer = try await RunningServer.answer(bytes, from: address)
                for part in answer.body.components(separatedBy: #""limit":""#).dropFirst() {
                    named.insert(String(part.prefix { $0 != "\"" }))
                }
                return answer.status
            }
            #expect(try await ask(post(#"{"query":"{ apiVersion }"}"#)) == 200)
            // Of the document; in a batch each request counts.
            for _ in 0..<2 { #expect(try await ask(post(#"{"query":"\#(Self.crowd)"}"#)) == 200) }
            #expect(
                try await ask(
                    post(#"[{"query":"\#(Self.crowd)"},{"query":"{ apiVersion }"},{"query":"\#(Self.crowd)"}]"#)) == 200
            )
            #expect(try await ask(post(#"[{"query":"{a}"},{"query":"{a}"},{"query":"{a}"},{"query":"{a}"}]"#)) == 400)
            // Of the body: announced, in chunks, and once it is decompressed.
            #expect(
                try await ask(Array("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 4097\r\n\r\n".utf8)) == 413)
            #expect(
                try await ask(
                    Array("POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n".utf8))
                    == 413)
            let packed = try #require(Gzip.encode([UInt8](repeating: 0x20, count: 8192)))
            #expect(try await ask(post(packed, fields: "Content-Encoding: gzip\r\n")) == 413)
            // Of the head.
            #expect(try await ask(Array("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n\r\n".utf8)) == 414)
            #expect(
                try await ask(
                    Array("GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 40_000))\r\n\r\n".utf8))
                    == 431)
            #expect(try await ask(Array("GET / HTTP/1.1\r\nHost: x\r\n".utf8)) == 408)
            #expect(
                try await ask(
                    Array(
                        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
                            .utf8)) == 408)

            let text = try await RunningServer.scrape(address)
            let found = Dictionary(
                uniqueKeysWithValues: (text.families[Self.name]?.samples ?? []).map {
                    ($0.labels["limit"] ?? "", $0.value)
                })
            #expect(
                found == [
                    "rootFields": 4, "batch": 1, "body": 3, "requestLine": 1, "headers": 1, "headerTimeout": 1,
                    "bodyTimeout": 1,
                ])
            // The answers say so, too.
            #expect(named == Set(found.keys))
            #expect(found.keys.allSatisfy { RequestLimit(named: $0) != nil || LimitName(rawValue: $0) != nil })
        }
    }

    @Test func connectionsThatWaitAndClientsThatStopReading() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 1) { $0[.writeTimeout] = 200 }
        let slow = try server.connect()
        slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn { server.answers.used > 0 }
        let other = try server.connect()
        server.turn { server.listener.statistics.limitsHit == [.connections: 1] }
        server.turn { server.listener.statistics.limitsHit[.writeTimeout] == 1 }
        #expect(try server.exchange("GET /x HTTP/1.1\r\nHost: x\r\n\r\n", on: other).body == "/x")
        // Whether the other one, as the last that has room, is counted depends on whether its
        // request is there by then.
        #expect(
            [1, 2].contains(server.listener.statistics.limitsHit[.connections])
                && server.listener.statistics.limitsHit[.writeTimeout] == 1)
    }
}
