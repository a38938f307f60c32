/// The parts of a configuration's text that no diagnostic shows: the values of keys that hold
/// secrets, and everything below them.
///
/// It recognises lines, keys, quotation marks and brackets, not YAML, since the text to show is
/// often invalid. In doubt it hides more.
public struct HiddenValues: Sendable {
    /// Keys whose values are hidden, at any level. `url` and `file` of a key may contain a
    /// password, or the key itself.
    public static let keys: Set<String> = [
        "secret", "password", "url", "uri", "dsn", "key", "publickey", "privatekey", "apikey", "passwd", "token",
        "sha256",
    ]

    /// Replaces a hidden value.
    public static let mark = "…"

    /// Whether this file is configuration; rules and schemas have such fields, but no secrets.
    public static func applies(to file: String) -> Bool {
        guard file.hasSuffix(".yaml") || file.hasSuffix(".yml") else { return false }
        let isBelow = file.hasPrefix("config/") || file.contains("/config/")
        return isBelow && !file.contains("config/access")
    }

    /// In ascending order, without overlaps.
    public private(set) var ranges: [Range<Int>] = []

    public init(_ bytes: [UInt8]) {
        var reading = Reading(bytes: bytes)
        reading.run()
        ranges = reading.ranges
    }

    /// Whether the value of a key is hidden.
    public static func isHidden(key: some StringProtocol) -> Bool {
        keys.contains(key.lowercased()) || key.contains("\\")
    }

    /// Whether a byte is part of a hidden value.
    public func contains(_ offset: Int) -> Bool { ranges.contains { $0.contains(offset) } }

    public func overlaps(_ range: Range<Int>) -> Bool {
        ranges.contains { $0.overlaps(range) || (range.isEmpty && $0.contains(range.lowerBound)) }
    }

    /// The text with every hidden byte except line ends replaced, so that offsets stay valid.
    public func masked(_ bytes: [UInt8]) -> [UInt8] {
        var masked = bytes
        for range in ranges {
            for index in range where masked[index] != 0x0A && masked[index] != 0x0D {
                masked[index] = UInt8(ascii: "*")
            }
        }
        return masked
    }

    /// Top-level keys of configuration without secrets below them.
    private static let harmlessSections: Set<String> = [
        "access", "limits", "logging", "metrics", "cors", "compression", "tracing",
    ]

    /// The top-level key that contains an offset; empty if there is none.
    private func section(_ bytes: [UInt8], around offset: Int) -> String {
        var end = min(offset, bytes.count)
        while true {
            var start = end
            while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
            let name = bytes[start...].prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            if !name.isEmpty { return String(decoding: name, as: UTF8.self) }
            if start == 0 { return "" }
            end = start - 1
        }
    }

    /// The same, and of the shown line only the marked range, keys and indentation: a misspelled
    /// key may have been meant as one of ``keys``.
    public func masked(_ bytes: [UInt8], marking range: Range<Int>) -> [UInt8] {
        var masked = masked(bytes)
        if Self.harmlessSections.contains(section(bytes, around: range.lowerBound)) { return masked }
        func isLineEnd(_ index: Int) -> Bool { bytes[index] == 0x0A || bytes[index] == 0x0D }
        var start = min(range.lowerBound, bytes.count), end = min(max(range.upperBound, range.lowerBound), bytes.count)
        let first = start
        while start > 0, !isLineEnd(start - 1) { start -= 1 }
        // With more than one key before the range, nothing of them is shown.
        if bytes[start..<first].count(where: { $0 == UInt8(ascii: ":") }) > 1 {
            for index in start..<first where bytes[index] != 0x20 { masked[index] = UInt8(ascii: "*") }
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: ":") { end += 1 }
        while end < bytes.count, !isLineEnd(end) {
            if bytes[end] != 0x20 { masked[end] = UInt8(ascii: "*") }
            end += 1
        }
        return masked
    }

    private struct Reading {
        let bytes: [UInt8]
        var ranges: [Range<Int>] = []

        mutating func run() {
            var line = 0
            while line < bytes.count {
                let end = lineEnd(line)
                if let value = hiddenValue(line, end) {
                    let stop = valueEnd(value, lineEnd: end, indentation: indentation(line))
                    if stop > value { ranges.append(value..<stop) }
                    line = max(stop, end) + 1
                } else {
                    line = end + 1
                }
            }
        }

        private func lineEnd(_ start: Int) -> Int {
            bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        }

        /// A dash of a list counts as a space.
        private func indentation(_ start: Int) -> Int {
            bytes[start...].prefix { $0 == 0x20 || $0 == UInt8(ascii: "-") || $0 == 0x09 }.count
        }

        /// Where the first hidden value of a line begins.
        private func hiddenValue(_ start: Int, _ end: Int) -> Int? {
            var index = start
            while index < end {
                guard bytes[index] == UInt8(ascii: ":") else {
                    index += 1
                    continue
                }
                var last = index
                while last > start, bytes[last - 1] == 0x20 || isQuote(bytes[last - 1]) { last -= 1 }
                var first = last
                while first > start, isWord(bytes[first - 1]) { first -= 1 }
                if first < last, HiddenValues.isHidden(key: String(decoding: bytes[first..<last], as: UTF8.self)) {
                    var value = index + 1
                    while value < end, bytes[value] == 0x20 || bytes[value] == 0x09 { value += 1 }
                    return value
                }
                index += 1
            }
            return nil
        }

        /// The end of the line, extended over all lines that are indented further, or belong to
        /// open brackets and quotation marks.
        private func valueEnd(_ value: Int, lineEnd end: Int, indentation: Int) -> Int {
            var stop = end
            if value < bytes.count, let first = bytes[value..<end].first,
                first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || isQuote(first)
            {
                stop = max(stop, self.lineEnd(closing(value)))
            }
            while stop < bytes.count {
                let next = stop + 1
                guard next < bytes.count else { return bytes.count }
                let nextEnd = lineEnd(next)
                let margin = bytes[next..<nextEnd].prefix(while: { $0 == 0x20 || $0 == 0x09 }).count
                let isBlank = next + margin == nextEnd
                // The items of a list may have the indentation of their key.
                let isItem = !isBlank && margin >= indentation && bytes[next + margin] == UInt8(ascii: "-")
                // A value that has not begun yet is on the next line, at any indentation.
                let hasBegun = bytes[value..<stop].contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
                guard isBlank || isItem || margin > indentation || !hasBegun else { return stop }
                stop = nextEnd
            }
            return stop
        }

        /// After the bracket or quotation mark that closes the one at `start`, or the text's end.
        private func closing(_ start: Int) -> Int {
            var depth = 0, quote: UInt8?
            for index in start..<bytes.count {
                let byte = bytes[index]
                if let open = quote {
                    if byte == open {
                        quote = nil
                        if depth == 0 { return index }
                    }
                } else if isQuote(byte) {
                    quote = byte
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    depth += 1
                } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    depth -= 1
                    if depth <= 0 { return index }
                }
            }
            return bytes.count
        }

        private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

        private func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "\\")
        }
    }
}
