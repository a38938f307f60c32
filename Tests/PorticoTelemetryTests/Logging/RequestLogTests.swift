import Foundation
import Glibc
import JSONBytes
import Logging
import PorticoGateway
import SocketLoop
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoTelemetry

@Suite(.onBlockingThreads) struct RequestLogTests {
    /// The lines that some requests leave in a log of a form and level.
    private func lines(
        _ format: LogFormat, level: Logger.Level? = .info, _ body: (Office) throws -> Void
    ) async throws -> [String] {
        let ends = try makeStream()
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        var logging = LoggingConfiguration()
        logging.format = format
        logging.level = level
        let writer = LogWriter(descriptor: ends[1])
        do {
            let office = try await Office.office(log: logging, logWriter: writer)
            try body(office)
            office.loopback.idle(turns: 3)
        }
        writer.flush()
        close(ends[1])
        return String(decoding: try reading.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test func aRequestIsOneLineOfJSON() async throws {
        let token = Office.token("client")
        let lines = try await lines(.json) { office in
            office.service.observation.operationName = "Nested"
            office.service.observation.loads = 4
            office.service.observation.rows = 610
            office.service.observation.statements = 3
            _ = try office.post(
                #"{"query":"{ a }","variables":{"password":"hidden-value"}}"#, authorization: token,
                fields: "X-Request-Id: my-id\r\n")
        }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        let value = try parseJSON(Array(line.utf8))
        func text(_ key: String) -> String? { if case .string(let text)? = value[key] { text } else { nil } }
        func number(_ key: String) -> String? { if case .number(let text)? = value[key] { text } else { nil } }
        #expect(text("level") == "info")
        #expect(text("message") == "request")
        #expect(text("requestId") == "my-id")
        #expect(text("route") == "/graphql")
        #expect(text("operation") == "Nested")
        #expect(text("viewer") == "client")
        #expect(text("role") == "client")
        #expect(text("tenant") == "t-1")
        #expect(number("status") == "200")
        #expect(number("loads") == "4")
        #expect(number("rows") == "610")
        #expect(number("statements") == "3")
        #expect(Double(number("ms") ?? "") != nil)
        #expect(text("time")?.hasSuffix("Z") == true)
        #expect(!line.contains("hidden-value"))
        #expect(!line.contains(token.dropFirst(7)))
    }

    @Test func aRequestIsOneLineOfText() async throws {
        let lines = try await lines(.text) { office in
            office.desk.source.users["mallory\nerror forged"] = ["client", "t-1", "active", "active", "t-1"]
            _ = try office.post(
                authorization: "Bearer "
                    + Tokens.hmac(payload: #"{"sub":"mallory\nerror forged","exp":\#(WallClock.seconds() + 60)}"#))
            _ = try office.get("/nowhere")
        }
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#" info request requestId="#) == true)
        #expect(lines.first?.contains(#" viewer="mallory\nerror forged" "#) == true)
        #expect(lines.last?.contains(" route=none status=404 ms=") == true)
    }

    @Test func whatWentWrongInsideIsForTheOperator() async throws {
        let lines = try await lines(.json, level: .error) { office in
            office.service.outcome = .nullData(.internalError)
            office.service.observation.failures = ["permission denied for table \"users\""]
            _ = try office.post(fields: "X-Request-Id: my-id\r\n")
        }
        #expect(lines.count == 1)
        let value = try parseJSON(Array(try #require(lines.first).utf8))
        #expect(value["level"] == .string("error"))
        #expect(value["requestId"] == .string("my-id"))
        #expect(value["detail"] == .string("permission denied for table \"users\""))
    }

    @Test func aLogThatIsOffSaysNothing() async throws {
        let lines = try await lines(.json, level: nil) { office in
            office.service.observation.failures = ["x"]
            _ = try office.post()
        }
        #expect(lines.isEmpty)
    }

    @Test func aReaderThatHasStoppedHoldsNobodyUp() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let office = try await Office.office(logWriter: LogWriter(descriptor: ends[1]))
        let client = try office.loopback.connect()
        // Far more lines than the pipe takes.
        for _ in 0..<1000 { #expect(try office.post(on: client).status == 200) }
    }

    /// What joins a line to a trace and to PostgreSQL's statements; a `traceparent` that is not
    /// valid leaves nothing.
    @Test func aLineNamesThePlanAndTheTrace() async throws {
        let trace = TraceParentTests.trace
        let lines = try await lines(.text) { office in
            office.service.observation.plan = "00c0ffee00c0ffee"
            _ = try office.post(fields: "traceparent: 00-\(trace)-\(TraceParentTests.parent)-01\r\n")
            _ = try office.post(fields: "traceparent: 00-\(trace)-0000000000000000-01\r\n")
            _ = try office.post(
                fields:
                    "traceparent: 00-\(trace)-\(TraceParentTests.parent)-01\r\ntraceparent: 00-\(trace)-\(TraceParentTests.parent)-01\r\n"
            )
        }
        #expect(lines.count == 3)
        #expect(lines[0].contains(" trace=\(trace) "))
        #expect(lines.allSatisfy { $0.contains(" plan=00c0ffee00c0ffee ") })
        #expect(!lines[1].contains("trace="))
        #expect(!lines[2].contains("trace="))
    }

    /// A slow request is logged with its stages; beyond a number per second they are only counted.
    @Test func slowRequestsAreBounded() async throws {
        let lines = try await lines(.json, level: .warning) { office in
            office.service.observation.isSlow = true
            office.service.observation.operationName = "Slow"
            office.service.observation.stages.database = 1_500_000_000
            office.service.observation.stages.total = 1_600_000_000
            let client = try office.loopback.connect()
            for _ in 0..<(RequestLog.mostSlowRequests * 4) {
                _ = try office.post(#"{"query":"{ a }","variables":{"password":"hidden-value"}}"#, on: client)
            }
        }
        // Within one second or the next.
        #expect((RequestLog.mostSlowRequests...RequestLog.mostSlowRequests * 3).contains(lines.count))
        let value = try parseJSON(Array(try #require(lines.first).utf8))
        #expect(value["message"] == .string("a slow request"))
        #expect(value["level"] == .string("warning"))
        #expect(value["operation"] == .string("Slow"))
        #expect(value["databaseMs"] == .number("1500.000"))
        #expect(value["ms"] == .number("1600.000"))
        #expect(value["parseMs"] == nil)
        #expect(value["loads"] == .array([]))
        #expect(!lines.joined().contains("hidden-value"))
    }

    @Test func otherLinesComeThroughSwiftLog() throws {
        let ends = try makeStream()
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        var logging = LoggingConfiguration()
        logging.format = .text
        logging.level = .notice
        let writer = LogWriter(descriptor: ends[1])
        let logger = logging.logger(writer: writer)
        logger.info("not this")
        logger.error("a\nline", metadata: ["b": "two words", "a": "1"])
        writer.flush()
        close(ends[1])
        let text = String(decoding: try reading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(text.hasSuffix("Z error a line a=1 b=\"two words\"\n"))
    }
}
