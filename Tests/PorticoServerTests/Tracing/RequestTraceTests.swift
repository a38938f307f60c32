import Diagnostics
import InMemoryTracing
import JSONBytes
import SocketLoop
import Synchronization
import Testing
import Tracing
@testable import PorticoConfiguration
@testable import PorticoServer
@testable import PorticoTelemetry

/// The spans that a real server leaves of its requests.
struct RequestTraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736", parentID = "00f067aa0ba902b7"

    private final class Lines: Sendable {
        let text = Mutex<[UInt8]>([])
        var spans: [[String: String]] {
            text.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map { line in
                guard case .object(let members)? = try? parseJSON(Array(line.utf8)) else { return [:] }
                return Dictionary(
                    members.map { member in
                        switch member.value {
                        case .string(let text), .number(let text): (member.key.text, text)
                        default: (member.key.text, "?")
                        }
                    }, uniquingKeysWith: { first, _ in first })
            }
        }
    }

    /// The spans of one request, sampled by chance at the given part.
    private func spans(
        _ query: String = "query List { apiVersion }", fields: String = "", sample: Double = 1
    ) async throws -> [[String: String]] {
        let lines = Lines()
        try await ask(
            query, fields: fields,
            tracer: LogTracer(sample: sample) { bytes in lines.text.withLock { $0 += Array(bytes) } })
        return lines.spans
    }

    private func ask(_ query: String, fields: String, tracer: any Tracer) async throws {
        var state = try ServerState.small()
        state.tracer = tracer
        let server = try await Server(state)
        async let running: Void = server.run()
        let body = #"{"query":"\#(query)"}"#
        let address = try #require(server.addresses.first)
        _ = try await RunningServer.answer(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-Id: my-id\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
            from: address)
        server.stop()
        try await running
    }

    private func parent(_ flags: String) -> String {
        "traceparent: 00-\(Self.trace)-\(Self.parentID)-\(flags)\r\n"
    }

    @Test func aRequestAndItsStages() async throws {
        let spans = try await spans(fields: parent("01"), sample: 0)
        #expect(Set(spans.map { $0["name"] }) == ["POST /graphql", "parse", "validate", "plan", "write"])
        #expect(spans.allSatisfy { $0["trace"] == Self.trace })
        let root = try #require(spans.last)
        #expect(root["parent"] == Self.parentID)
        #expect(root["kind"] == "server")
        #expect(root["graphql.operation.name"] == "List")
        #expect(root["portico.request_id"] == "my-id")
        #expect(root["http.response.status_code"] == "200")
        #expect(root["portico.plan"]?.utf8.count == 16)
        #expect(spans.dropLast().allSatisfy { $0["parent"] == root["span"] })
        #expect(Set(spans.map { $0["span"] }).count == spans.count)
        // Those below lie within the one above.
        let start = try #require(Int(root["startNanoseconds"] ?? ""))
        #expect(spans.allSatisfy { (Int($0["startNanoseconds"] ?? "") ?? 0) >= start })
    }

    /// The flag of a trace that began elsewhere decides; chance decides for those that begin here.
    @Test func whoDecides() async throws {
        #expect(try await spans(fields: parent("00"), sample: 1).isEmpty)
        #expect(try await spans(sample: 0).isEmpty)
        #expect(
            try await spans(fields: "traceparent: 00-\(Self.trace)-0000000000000000-01\r\n", sample: 0)
                .isEmpty)
        #expect(try await spans(fields: parent("01") + parent("01"), sample: 0).isEmpty)
    }

    /// What is not valid begins a new trace.
    @Test func anInvalidParentIsNone() async throws {
        let spans = try await spans(
            fields: "traceparent: 00-\(Self.trace.uppercased())-\(Self.parentID)-01\r\n",
            sample: 1)
        #expect(spans.count == 5)
        #expect(spans.last?["parent"] == nil)
        #expect(spans.last?["trace"]?.lowercased() != Self.trace)
        #expect(Set(spans.map { $0["trace"] }).count == 1)
    }

    /// A tracer of somebody else's sees the same spans.
    @Test func anotherTracer() async throws {
        let tracer = InMemoryTracer()
        try await ask("{ apiVersion }", fields: "", tracer: tracer)
        let names = tracer.finishedSpans.map(\.operationName)
        #expect(Set(names) == ["POST /graphql", "parse", "validate", "plan", "write"])
        #expect(tracer.finishedSpans.filter { $0.parentSpanID == nil }.map(\.operationName) == ["POST /graphql"])
    }

    /// What a context carries is what the next one would be sent.
    @Test func propagation() {
        let tracer = LogTracer(sample: 0) { _ in }
        var context = ServiceContext.topLevel
        let fields = [
            "traceparent": "00-\(Self.trace)-\(Self.parentID)-01", "tracestate": "rojo=1",
        ]
        tracer.extract(fields, into: &context, using: Fields())
        var sent: [String: String] = [:]
        tracer.inject(context, into: &sent, using: Fields())
        #expect(sent == fields)
        let span = tracer.startSpan("x", context: context)
        tracer.inject(span.context, into: &sent, using: Fields())
        #expect(sent["traceparent"] == "00-\(Self.trace)-\(SpanPlace.hex(span.place.spanID))-01")
    }

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    @Test(
        arguments: [
            ("tracing: { spans: log, sample: 0.25 }", nil), ("tracing: { sample: 1 }", nil),
            ("tracing: { spans: file }", "`log`, `off`"), ("tracing: { sample: 1.5 }", "from 0 to 1"),
            ("tracing: { sample: -0.1 }", "from 0 to 1"), ("tracing: { sample: nan }", "from 0 to 1"),
            ("tracing: { samples: 1 }", "is not known in the tracing"),
        ] as [(String, String?)])
    func configuration(text: String, problem: String?) {
        do throws(Diagnostics) {
            _ = try GatewayConfiguration.read(
                SourceText(name: "gateway.yaml", text), project: "/project", environment: { _ in nil })
            #expect(problem == nil)
        } catch {
            #expect(problem.map { error.items[0].message.contains($0) } == true, "\(error.items[0].message)")
        }
    }
}
