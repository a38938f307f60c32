/// How a text can stand as a block string, so that reading it gives the same text again (section
/// 2.10.4, BlockStringValue).
enum BlockStringLayout {
    /// Between the quotes, in their line.
    case oneLine
    /// In lines of its own between those of the quotes.
    case ownLines
    /// Right after the quotes, which close in the next line: a single indented line keeps its
    /// indentation only in this place.
    case afterQuotes

    /// `nil` when a block string cannot hold the text: it has a CR, begins or ends with a blank
    /// line, or all of its several lines are indented.
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
