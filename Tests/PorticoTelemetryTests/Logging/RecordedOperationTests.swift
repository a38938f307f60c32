import Foundation
import Glibc
import JSONBytes
import TestCluster
import TestHTTP
import Testing
@testable import PorticoConfiguration
@testable import PorticoTelemetry

/// What the log records of operations is what a replay reads back.
@Suite(.onBlockingThreads) struct RecordedOperationTests {
    private func lines(_ format: LogFormat, documents: Bool = true, _ bodies: [String]) async throws -> [String] {
        let ends = try makeStream()
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        var logging = LoggingConfiguration()
        logging.format = format
        logging.documents = documents
        let writer = LogWriter(descriptor: ends[1])
        do {
            let office = try await Office.office(log: logging, logWriter: writer)
            for body in bodies { _ = try office.post(body, authorization: Office.token("client")) }
            office.loopback.idle(turns: 3)
        }
        writer.flush()
        close(ends[1])
        return String(decoding: try reading.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test(arguments: LogFormat.allCases) func whatIsRecordedIsReadBack(_ format: LogFormat) async throws {
        let document = "query A($x: String) {\n  a(where: {b: \\\"=\\\"}) # ü document=\\\"x\\\" \\\\\n}"
        let body =
            #"{"query":"\#(document.replacing("\n", with: "\\n"))","operationName":"A","variables":{"x":"q \" = y"}}"#
        let recorded = try await lines(format, [body]).compactMap { RecordedOperation.Line(Array($0.utf8)) }
        let expected = RecordedOperation(
            viewer: "client", document: "query A($x: String) {\n  a(where: {b: \"=\"}) # ü document=\"x\" \\\n}",
            name: "A", variablesText: #"{"x":"q \" = y"}"#)
        #expect(recorded == [.operation(expected)])
        #expect(expected.variables == [JSONMember(key: "x", value: .string("q \" = y"))])
    }

    @Test func nothingIsRecordedUnlessItIsAskedFor() async throws {
        let lines = try await lines(.json, documents: false, [#"{"query":"{ secretive }"}"#])
        #expect(lines.count == 1 && !lines[0].contains("secretive"))
    }

    @Test(arguments: LogFormat.allCases) func aLongDocumentLeavesItsSize(_ format: LogFormat) async throws {
        let lines = try await lines(
            format, [#"{"query":"{ a } # \#(String(repeating: "x", count: RequestLog.longestDocument))"}"#])
        #expect(lines.compactMap { RecordedOperation.Line(Array($0.utf8)) } == [.tooLong])
        #expect(lines.allSatisfy { $0.utf8.count < 1_000 })
    }

    @Test(arguments: [
        "", "{", "{}", #"{"message":"request","document":"x"}"#, "2025-01-01T00:00:00Z info request document=x", "=",
        "a=\"", "x y operation", #"x y operation document="\u"#,
    ])
    func otherLinesAreNoOperations(_ line: String) { #expect(RecordedOperation.Line(Array(line.utf8)) == nil) }
}
