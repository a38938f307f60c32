import JSONBytes
import Testing
@testable import PorticoTelemetry

/// `traceparent` by the examples and the rules of W3C Trace Context, level 1, section 3.2.
struct TraceParentTests {
    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736", parent = "00f067aa0ba902b7"

    @Test(arguments: [
        ("00-\(trace)-\(parent)-01", true), ("00-\(trace)-\(parent)-00", false), ("00-\(trace)-\(parent)-ff", true),
        ("00-\(trace)-\(parent)-02", false),
        // A later version is read as far as it is known.
        ("cc-\(trace)-\(parent)-01", true), ("cc-\(trace)-\(parent)-01-what-comes", true),
    ])
    func valid(field: String, isSampled: Bool) throws {
        let read = try #require(TraceParent(Array(field.utf8)[...]))
        #expect(read.isSampled == isSampled)
        #expect(read.parentID == 0x00f0_67aa_0ba9_02b7)
        let buffer = ResponseBuffer()
        read.writeTraceID(into: buffer)
        #expect(String(decoding: buffer.takeBytes(), as: UTF8.self) == Self.trace)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-1", "00-\(trace)-\(parent)-01-",
        "00-\(trace)-\(parent)-01-x", "ff-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01x",
        "00-\(trace.uppercased())-\(parent)-01", "00-00000000000000000000000000000000-\(parent)-01",
        "00-\(trace)-0000000000000000-01", "0x-\(trace)-\(parent)-01", "00_\(trace)_\(parent)_01",
        "00-\(trace.dropLast())g-\(parent)-01", "00-\(trace)-\(parent)-0g", " 00-\(trace)-\(parent)-01",
        "00-\(trace)-\(parent)-01 ", "00-\(trace.dropLast())-\(parent)-001",
    ])
    func invalid(field: String) {
        #expect(TraceParent(Array(field.utf8)[...]) == nil)
    }
}
