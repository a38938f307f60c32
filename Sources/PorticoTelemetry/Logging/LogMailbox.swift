import JSONBytes
import PorticoConfiguration
import Synchronization

/// Log lines waiting to be written, bounded in bytes; fetched by the ``LogWriter``'s thread. The
/// lock is held only while copying a few lines.
final class LogMailbox: Sendable {
    /// Bytes of lines that are not yet fetched; further lines are dropped and counted. Guards
    /// against a log reader that has stopped.
    static let mostBytes = 1 << 20

    private struct State {
        var lines: [UInt8] = []
        /// Dropped lines that are not yet reported.
        var untold = 0
        var dropped = 0
        /// Whether the writer is writing lines of this mailbox, and how many bytes of them.
        var isWriting = false
        var inHand = 0
        var isClosed = false
        var format = LogFormat.text
    }

    private let state = Mutex(State())

    /// The format of the line about dropped lines.
    func setFormat(_ format: LogFormat) { state.withLock { $0.format = format } }

    // MARK: Who has something to say

    /// Takes whole lines as far as there is room.
    func put(_ lines: UnsafeRawBufferPointer) {
        state.withLock { state in
            let room = Self.mostBytes - state.lines.count - state.inHand
            if lines.count <= room { return state.lines.append(contentsOf: lines) }
            let fitting = lines.prefix(max(0, room)).lastIndex(of: Self.lineEnd).map { $0 + 1 } ?? 0
            state.lines.append(contentsOf: lines[..<fitting])
            let lost = lines[fitting...].count { $0 == Self.lineEnd }
            state.untold += lost
            state.dropped += lost
        }
    }

    private static let lineEnd = UInt8(ascii: "\n")

    var dropped: Int { state.withLock { $0.dropped } }

    /// No further lines are accepted.
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: The writer

    var hasLines: Bool { state.withLock { !$0.lines.isEmpty || $0.untold > 0 || $0.isClosed } }

    /// Whether all lines are written.
    var isWritten: Bool { state.withLock { $0.lines.isEmpty && $0.untold == 0 && !$0.isWriting } }

    var isClosed: Bool { state.withLock { $0.isClosed && $0.lines.isEmpty } }

    /// The waiting lines, or the one about dropped lines; `nil` if there is nothing to write.
    func take() -> [UInt8]? {
        let (lines, untold, format): ([UInt8], Int, LogFormat) = state.withLock { state in
            guard state.lines.isEmpty else {
                state.isWriting = true
                state.inHand = state.lines.count
                defer { state.lines = [] }
                return (state.lines, 0, state.format)
            }
            // The reader has resumed: the backlog is written.
            state.isWriting = state.untold > 0
            defer { state.untold = 0 }
            return ([], state.untold, state.format)
        }
        if !lines.isEmpty { return lines }
        return untold > 0 ? Self.line(about: untold, format) : nil
    }

    /// The lines taken last are written.
    func wrote() {
        state.withLock { state in
            state.isWriting = false
            state.inHand = 0
        }
    }

    private static func line(about count: Int, _ format: LogFormat) -> [UInt8] {
        let line = LogLine(buffer: ResponseBuffer(capacity: 256), format: format)
        line.begin(level: .warning, message: "log lines were dropped: nobody read them")
        line.field("lines", count)
        line.end()
        return line.buffer.takeBytes()
    }
}
