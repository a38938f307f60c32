import Testing
@testable import PorticoTelemetry

/// `tracestate` by the rules of W3C Trace Context, level 1, section 3.3.1.
struct TraceStateTests {
    @Test(arguments: [
        "rojo=00f067aa0ba902b7", "rojo=1,congo=t61", "a=1 , b=2", "1t@sys=x", "a_-*/=!~ x", "a=1,,b=2",
        (0..<32).map { "k\($0)=v" }.joined(separator: ","),
    ])
    func valid(field: String) { #expect(TraceState.valid(field) == field) }

    @Test(arguments: [
        "", " ", "a", "=1", "a=", "A=1", "1a=1", "a=1,a=2", "a=b=c", "a@=1", "@a=1", "a@b@c=1", "a@1=x", "a=\u{7F}",
        "a=\u{1}", "ü=1", "a=1;b=2=3",
        (0..<33).map { "k\($0)=v" }.joined(separator: ","), "a=\(String(repeating: "x", count: 257))",
        String(repeating: "k", count: 257) + "=1", "a=\(String(repeating: "x", count: 520))",
    ])
    func invalid(field: String) { #expect(TraceState.valid(field) == nil) }
}
