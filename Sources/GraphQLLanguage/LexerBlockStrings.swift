import Diagnostics

extension Lexer {
    /// The value of a block string, without common indentation and without leading and trailing
    /// blank lines (section 2.10.4, BlockStringValue). Stores no lines.
    func blockStringValue(_ token: Token) -> String {
        let content = token.start + 3..<token.end - 3
        var commonIndent = Int.max
        var firstLine: Int?, lastLine = 0
        forEachLine(in: content) { number, line in
            let indent = indentation(of: line)
            guard indent < line.count else { return }
            if number > 0 { commonIndent = min(commonIndent, indent) }
            if firstLine == nil { firstLine = number }
            lastLine = number
        }
        guard let firstLine else { return "" }
        return String(unsafeUninitializedCapacity: content.count) { buffer in
            var count = 0
            forEachLine(in: content) { number, line in
                guard number >= firstLine, number <= lastLine else { return }
                if number > firstLine {
                    buffer[count] = 0x0A
                    count += 1
                }
                var index = line.lowerBound + (number == 0 ? 0 : min(commonIndent, line.count))
                while index < line.upperBound {
                    if source[index] == UInt8(ascii: "\\"), isTripleQuote(at: index + 1) { index += 1 }
                    buffer[count] = source[index]
                    count += 1
                    index += 1
                }
            }
            return count
        }
    }

    private func indentation(of line: Range<Int>) -> Int {
        var index = line.lowerBound
        while index < line.upperBound, source[index] == 0x20 || source[index] == 0x09 { index += 1 }
        return index - line.lowerBound
    }

    /// Lines without their ends, counted from 0. A line end is LF, CR or CRLF (section 2.1.3).
    @inline(__always) private func forEachLine(in content: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
        var number = 0, lineStart = content.lowerBound, index = lineStart
        while index < content.upperBound {
            let byte = source[index]
            index += 1
            guard byte == 0x0A || byte == 0x0D else { continue }
            body(number, lineStart..<index - 1)
            if byte == 0x0D, index < content.upperBound, source[index] == 0x0A { index += 1 }
            number += 1
            lineStart = index
        }
        body(number, lineStart..<content.upperBound)
    }
}
