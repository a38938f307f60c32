import Logging

/// Keeps a line that every request of an outage would write from filling the log: the same line
/// comes once in a while, and says how often it was left out.
struct RepeatedLines {
    /// Milliseconds between two lines that say the same.
    static let interval = 10_000
    /// Different lines that are remembered; what comes on top is one line to it. Stands against
    /// details that never look alike.
    static let mostLines = 32

    private struct Line {
        var writtenAt: Int
        var leftOut = 0
    }

    private var lines: [String: Line] = [:]

    /// - Parameter now: Milliseconds of a clock that never goes back.
    /// - Returns: How many of these lines were left out since the last one; `nil` if this one is to
    ///   be left out as well.
    mutating func admit(_ text: String, now: Int) -> Int? {
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
