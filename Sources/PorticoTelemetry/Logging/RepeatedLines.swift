import Logging

/// Keeps a line that every request of an outage would write from filling the log: repetitions are
/// logged at intervals, with the number left out.
package struct RepeatedLines {
    /// Milliseconds between two identical lines.
    static let interval = 10_000
    /// Distinct remembered lines; further ones count as one. Guards against ever new details.
    static let mostLines = 32

    private struct Line {
        var writtenAt: Int
        var leftOut = 0
    }

    private var lines: [String: Line] = [:]

    package init() {}

    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: Such lines left out since the last one; `nil` if this one is left out too.
    package mutating func admit(_ text: String, now: Int) -> Int? {
        var key = text
        if lines[key] == nil, lines.count >= Self.mostLines {
            lines = lines.filter { $0.value.writtenAt + Self.interval > now }
            if lines.count >= Self.mostLines { key = "" }
        }
        guard let line = lines[key], line.writtenAt + Self.interval > now else {
            defer { lines[key] = Line(writtenAt: now) }
            return lines[key]?.leftOut ?? 0
        }
        lines[key]?.leftOut += 1
        return nil
    }
}
