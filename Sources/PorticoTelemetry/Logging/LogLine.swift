import JSONBytes
import Logging
import PorticoConfiguration
import SocketLoop

/// Writes one line in the configured format: JSON, or text with `key=value`.
struct LogLine {
    let buffer: ResponseBuffer
    let format: LogFormat

    func begin(level: Logger.Level, message: StaticString) {
        beginHead(level)
        switch format {
        case .json:
            buffer.append("\"")
            buffer.append(message)
            buffer.append("\"")
        case .text: buffer.append(message)
        }
    }

    func begin(level: Logger.Level, message: String) {
        beginHead(level)
        switch format {
        case .json: buffer.appendJSONString(message)
        case .text: appendVisible(message)
        }
    }

    private func beginHead(_ level: Logger.Level) {
        switch format {
        case .json:
            buffer.append("{\"time\":\"")
            appendTime()
            buffer.append("\",\"level\":\"")
            buffer.append(Self.name(level))
            buffer.append("\",\"message\":")
        case .text:
            appendTime()
            buffer.append(" ")
            buffer.append(Self.name(level))
            buffer.append(" ")
        }
    }

    /// Writes external text.
    func field(_ name: StaticString, _ value: String) {
        key(name)
        switch format {
        case .json: buffer.appendJSONString(value)
        case .text: if Self.isPlain(value) { buffer.append(utf8: value) } else { buffer.appendJSONString(value) }
        }
    }

    func field(dynamic name: String, _ value: String) {
        switch format {
        case .json:
            buffer.append(",")
            buffer.appendJSONString(name)
            buffer.append(":")
            buffer.appendJSONString(value)
        case .text:
            buffer.append(" ")
            appendVisible(name)
            buffer.append("=")
            if Self.isPlain(value) { buffer.append(utf8: value) } else { buffer.appendJSONString(value) }
        }
    }

    func field(_ name: StaticString, _ value: Int) {
        key(name)
        buffer.appendInteger(value)
    }

    /// Writes microseconds as milliseconds with three decimals.
    func field(_ name: StaticString, milliseconds microseconds: Int) {
        key(name)
        Self.append(milliseconds: microseconds, to: buffer)
    }

    static func append(milliseconds microseconds: Int, to buffer: ResponseBuffer) {
        buffer.appendInteger(microseconds / 1000)
        let rest = microseconds % 1000
        buffer.append(".")
        if rest < 100 { buffer.append("0") }
        if rest < 10 { buffer.append("0") }
        buffer.appendInteger(rest)
    }

    func field(_ name: StaticString, token write: (ResponseBuffer) -> Void) {
        key(name)
        if format == .json { buffer.append("\"") }
        write(buffer)
        if format == .json { buffer.append("\"") }
    }

    /// Writes a list of JSON objects, in both formats.
    func list<Item>(_ name: StaticString, _ items: [Item], _ write: (Item, ResponseBuffer) -> Void) {
        key(name)
        buffer.append("[")
        for (index, item) in items.enumerated() {
            if index > 0 { buffer.append(",") }
            write(item, buffer)
        }
        buffer.append("]")
    }

    func end() { buffer.append(format == .json ? "}\n" : "\n") }

    private func key(_ name: StaticString) {
        switch format {
        case .json:
            buffer.append(",\"")
            buffer.append(name)
            buffer.append("\":")
        case .text:
            buffer.append(" ")
            buffer.append(name)
            buffer.append("=")
        }
    }

    private func appendTime() { _ = buffer.appendDateTime(microsecondsSince2000: WallClock.microsecondsSince2000()) }

    /// Blanks control characters, so that external text cannot add lines or control terminals.
    private func appendVisible(_ text: String) {
        for byte in text.utf8 { buffer.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    }

    private static func name(_ level: Logger.Level) -> StaticString {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}
