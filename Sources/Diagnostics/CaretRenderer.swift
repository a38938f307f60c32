/// The diagnostic as terminal text, without a trailing line break:
///
///     schema.graphql:3:7: error: Expected a type, found "}".
///         id: }
///             ^
///     hint: …
///
/// In configuration, the values of keys such as `secret` and `url` are hidden (``HiddenValues``).
/// A missing source or range is omitted. A line longer than 120 columns is cut to the part around
/// the caret; tabs become spaces; control characters, including those in the message, become
/// visible, so that external text cannot control the terminal.
public func render(_ diagnostic: Diagnostic, in source: SourceText?) -> String {
    let file = diagnostic.file.isEmpty ? source?.name ?? "" : diagnostic.file
    var place = visible(file)
    var excerpt = ""
    if let source, let range = diagnostic.range {
        let position = source.position(at: Int(range.start))
        place += (place.isEmpty ? "" : ":") + "\(position.line):\(position.column)"
        let bytes =
            HiddenValues.applies(to: file) || HiddenValues.applies(to: source.name)
            ? HiddenValues(source.bytes).masked(
                source.bytes, marking: Int(range.start)..<max(Int(range.start), Int(range.end))) : source.bytes
        excerpt = CaretExcerpt(bytes, range).text
    }
    var text = place.isEmpty ? "" : place + ": "
    text += "\(diagnostic.severity.rawValue): \(visible(diagnostic.message))"
    text += excerpt
    if let hint = diagnostic.hint { text += "\nhint: \(visible(hint))" }
    return text
}

enum CaretLimits {
    /// Shown columns of a source line. Guards against a minified document of one endless line.
    static let columns = 120
    /// Columns before the caret that stay visible when a line is cut.
    static let before = 60
    /// Spaces between two tab stops.
    static let tab = 4
}

/// The source line and the caret line below it, both after a line break and four spaces.
private struct CaretExcerpt {
    private(set) var text = ""

    init(_ bytes: [UInt8], _ range: SourceRange) {
        var start = min(Int(range.start), bytes.count)
        if start > 0, start < bytes.count, bytes[start - 1] == 0x0D, bytes[start] == 0x0A { start -= 1 }
        let window = Self.window(bytes, around: start)
        let end = max(start, min(Int(range.end), window.upperBound))
        let cutBefore = window.lowerBound > 0 && !Self.isLineEnd(bytes[window.lowerBound - 1])
        let cutAfter = window.upperBound < bytes.count && !Self.isLineEnd(bytes[window.upperBound])

        var line = cutBefore ? "…" : ""
        var column = line.isEmpty ? 0 : 1, caret = column, caretEnd = column
        var index = window.lowerBound
        while index < window.upperBound {
            if index <= start { caret = column }
            let length = Self.scalarLength(bytes, index, limit: window.upperBound)
            let shown = Self.shown(bytes[index..<index + length], column: column)
            line += shown
            column += shown.unicodeScalars.count
            index += length
            if index <= end { caretEnd = column }
        }
        if start >= window.upperBound { caret = column }
        if cutAfter { line += "…" }
        let marks = "^" + String(repeating: "~", count: max(0, caretEnd - caret - 1))
        text = "\n    \(line)\n    \(String(repeating: " ", count: caret))\(marks)"
    }

    /// The part of the line around `offset` that is shown, cut at scalar boundaries.
    private static func window(_ bytes: [UInt8], around offset: Int) -> Range<Int> {
        var lower = offset, columns = 0
        while lower > 0, columns < CaretLimits.before, !isLineEnd(bytes[lower - 1]) {
            lower -= 1
            if bytes[lower] & 0xC0 != 0x80 { columns += 1 }
        }
        var upper = offset
        while upper < bytes.count, !isLineEnd(bytes[upper]) {
            if bytes[upper] & 0xC0 != 0x80 {
                if columns == CaretLimits.columns { break }
                columns += 1
            }
            upper += 1
        }
        return lower..<upper
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private static func scalarLength(_ bytes: [UInt8], _ index: Int, limit: Int) -> Int {
        var length = 1
        while length < 4, index + length < limit, bytes[index + length] & 0xC0 == 0x80 { length += 1 }
        return length
    }

    private static func shown(_ scalar: ArraySlice<UInt8>, column: Int) -> String {
        if scalar.first == 0x09 { return String(repeating: " ", count: CaretLimits.tab - column % CaretLimits.tab) }
        return visible(String(decoding: scalar, as: UTF8.self))
    }
}

/// The text with control and bidirectional formatting characters replaced by visible ones.
func visible(_ text: String) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if !isHidden(scalar) {
            result.unicodeScalars.append(scalar)
        } else if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
            result.unicodeScalars.append(picture)
        } else if scalar.value == 0x7F {
            result += "␡"
        } else {
            result += "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
        }
    }
    return result
}
