import Glibc
import JSONBytes
import PlainFiles

/// A command's output: answers on standard output, everything else on standard error.
package enum Terminal {
    package static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }
    package static func print(_ json: JSONValue) { write(bytes: json.bytes + [0x0A]) }
    package static func note(_ line: String) { write(line + "\n", to: STDERR_FILENO) }
    package static func write(bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Whether the output is a terminal; files and pipes get no decoration.
    package static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether text may be coloured: on a capable terminal, unless NO_COLOR (no-color.org) is set.
    package static var isColored: Bool {
        func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return isInteractive && value("NO_COLOR").isEmpty && value("TERM") != "dumb"
    }

    /// Characters of a line: the terminal's own, `COLUMNS`, or 120; at least 80 and at most 160.
    package static var width: Int {
        var size = winsize()
        let shown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        let stated = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 120
        return min(160, max(80, shown > 0 ? shown : stated))
    }

    private static func write(_ text: String, to file: Int32) { write(Array(text.utf8), to: file) }

    /// Ignores a reader that has closed the pipe, such as `| head`.
    private static func write(_ bytes: [UInt8], to file: Int32) { try? PlainFile.write(bytes, to: file) }
}
