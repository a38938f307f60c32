import JSONBytes
import Synchronization

/// Lines of the log that wait to be written: bounded in bytes, left by whoever has something to say
/// and fetched by the ``LogWriter``'s thread. The lock is held for as long as it takes to copy a
/// few lines.
final class LogMailbox: Sendable {
    /// Bytes of lines that nobody has fetched yet; what comes on top is dropped and counted. Guards
    /// against a reader of the log that has stopped.
    static let mostBytes = 1 << 20

    private struct State {
        var lines: [UInt8] = []
        /// Lines that were dropped and not told of yet.
        var untold = 0
        var dropped = 0
        /// The writer has lines of this mailbox in its hands, so many bytes of them.
        var isWriting = false
        var inHand = 0
        var isClosed = false
        var format = LogFormat.text
    }

    private let state = Mutex(State())

    /// In which form the line about dropped lines is written.
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

    /// Lines that were dropped so far.
    var dropped: Int { state.withLock { $0.dropped } }

    /// Nothing more is put.
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: The writer

    var hasLines: Bool { state.withLock { !$0.lines.isEmpty || $0.untold > 0 || $0.isClosed } }

    /// Whether everything that was put is written.
    var isWritten: Bool { state.withLock { $0.lines.isEmpty && $0.untold == 0 && !$0.isWriting } }

    var isClosed: Bool { state.withLock { $0.isClosed && $0.lines.isEmpty } }

    /// The lines that wait, or the one about those that were dropped; `nil` where there is nothing
    /// to write.
    func take() -> [UInt8]? {
        let (lines, untold, format): ([UInt8], Int, LogFormat) = state.withLock { state in
            guard state.lines.isEmpty else {
                state.isWriting = true
                state.inHand = state.lines.count
                defer { state.lines = [] }
                return (state.lines, 0, state.format)
            }
            // The reader is back: what waited is written.
            state.isWriting = state.untold > 0
            defer { state.untold = 0 }
            return ([], state.untold, state.format)
        }
        if !lines.isEmpty { return lines }
        return untold > 0 ? Self.line(about: untold, format) : nil
    }

    /// What was taken last is written.
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
