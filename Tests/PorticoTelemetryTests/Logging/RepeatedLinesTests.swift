import Testing
@testable import PorticoTelemetry

struct RepeatedLinesTests {
    @Test func theSameLineComesOnceInAWhileWithTheNumberOfTheOthers() {
        var lines = RepeatedLines()
        #expect(lines.admit("down", now: 0) == 0)
        for time in 1...50 { #expect(lines.admit("down", now: time) == nil) }
        #expect(lines.admit("slow", now: 51) == 0, "another line is not held back")
        #expect(lines.admit("down", now: RepeatedLines.interval) == 50)
        #expect(lines.admit("down", now: RepeatedLines.interval + 1) == nil)
    }

    /// Details that never look alike are one line together.
    @Test func manyDifferentLinesAreBounded() {
        var lines = RepeatedLines()
        let written = (0..<1_000).filter { lines.admit("detail \($0)", now: 5) != nil }
        #expect(written.count == RepeatedLines.mostLines + 1)
        #expect(lines.admit("fresh", now: 5 + RepeatedLines.interval) == 0)
    }
}
