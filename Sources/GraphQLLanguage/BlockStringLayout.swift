/// The layout of a text as a block string, such that parsing it yields the same text (section
/// 2.10.4, BlockStringValue).
enum BlockStringLayout {
    /// Between the quotes, on their line.
    case oneLine
    /// On lines of its own between those of the quotes.
    case ownLines
    /// Directly after the quotes: only here does a single indented line keep its indentation.
    case afterQuotes

    /// `nil` if a block string cannot represent the text: it contains a CR, begins or ends with a
    /// blank line, or has several lines that are all indented.
    init?(_ text: String) {
        if text.isEmpty {
            self = .oneLine
            return
        }
        var lines = 0, lastIsBlank = false, leastIndent = Int.max
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let indent = line.prefix { $0 == 0x20 || $0 == 0x09 }.count
            lastIsBlank = indent == line.count
            if line.contains(0x0D) || lines == 0 && lastIsBlank { return nil }
            if !lastIsBlank { leastIndent = min(leastIndent, indent) }
            lines += 1
        }
        if lastIsBlank { return nil }
        let endsPlainly = text.utf8.last != UInt8(ascii: "\"") && text.utf8.last != UInt8(ascii: "\\")
        if lines == 1, endsPlainly, text.utf8.count <= DocumentPrinter.width - 6 {
            self = .oneLine
        } else if leastIndent == 0 {
            self = .ownLines
        } else if lines == 1 {
            self = .afterQuotes
        } else {
            return nil
        }
    }
}
