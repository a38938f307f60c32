import Glibc

/// What a command writes: answers on the standard output, everything else on the standard error.
enum Terminal {
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }
    static func note(_ line: String) { write(line + "\n", to: STDERR_FILENO) }
    static func write(bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Whether a person may be looking, so that a file or a pipe gets no decoration.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether text may be coloured: on a terminal that knows how, unless NO_COLOR (no-color.org)
    /// says otherwise.
    static var isColored: Bool {
        func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return isInteractive && value("NO_COLOR").isEmpty && value("TERM") != "dumb"
    }

    /// Characters of a line: the terminal's own, `COLUMNS`, or 120; at least 80 and at most 160.
    static var width: Int {
        var size = winsize()
        let shown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        let stated = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 120
        return min(160, max(80, shown > 0 ? shown : stated))
    }

    private static func write(_ text: String, to file: Int32) { write(Array(text.utf8), to: file) }

    private static func write(_ bytes: [UInt8], to file: Int32) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count > 0 {
                offset += count
            } else if count < 0, errno == EINTR {
                continue
            } else {
                return  // the reader has gone away, as `| head` does; there is nobody to tell
            }
        }
    }
}
