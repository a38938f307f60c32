/// Rows of cells as lines of a terminal: columns as wide as needed, long cells wrapped between
/// words, and only spaces and one rule below the head.
public struct TextTable: Sendable {
    /// Minimum width of a table in characters: below that, wrapping words is useless.
    public static let leastWidth = 60

    private let head: [String]
    private var rows: [[String]] = []

    public init(head: [String]) { self.head = head }

    /// A cell may have several lines. Missing cells are empty.
    public mutating func add(_ cells: [String]) {
        rows.append((0..<head.count).map { $0 < cells.count ? cells[$0] : "" })
    }

    /// Lines of at most `width` characters, joined by line feeds. The widest column shrinks first.
    public func text(width: Int) -> String {
        let widths = self.widths(within: max(width, Self.leastWidth))
        var lines = line(head, widths)
        lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
        for row in rows { lines += line(row, widths) }
        return lines.joined(separator: "\n")
    }

    private func widths(within width: Int) -> [Int] {
        var widths = head.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                for part in cell.split(separator: "\n") { widths[column] = max(widths[column], part.count) }
            }
        }
        var excess = widths.reduce(2 * (widths.count - 1), +) - width
        while excess > 0, let widest = widths.max(), let column = widths.firstIndex(of: widest), widest > 8 {
            let second = widths.enumerated().filter { $0.offset != column }.map(\.element).max() ?? 0
            let step = min(excess, max(widest - max(second, 8), 1))
            widths[column] -= step
            excess -= step
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> [String] {
        let columns = zip(cells, widths).map { cell, width in
            cell.split(separator: "\n", omittingEmptySubsequences: false).flatMap { Self.wrapped(String($0), width) }
        }
        return (0..<(columns.map(\.count).max() ?? 0)).map { index in
            let parts = zip(columns, widths).map { lines, width in
                let text = index < lines.count ? lines[index] : ""
                return text + String(repeating: " ", count: max(0, width - text.count))
            }
            var line = parts.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The lines of one text; continuation lines are indented like the text.
    package static func wrapped(_ text: String, _ width: Int) -> [String] {
        guard text.count > width else { return [text] }
        let indent = String(repeating: " ", count: min(2, max(0, width - 8)))
        var lines: [String] = [], current = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(word)
            let candidate = current.isEmpty ? word : current + " " + word
            if candidate.count <= width {
                current = candidate
                continue
            }
            if !current.isEmpty { lines.append(current) }
            word = lines.isEmpty ? word : indent + word
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = indent + word.dropFirst(width)
            }
            current = word
        }
        if !current.isEmpty { lines.append(current) }
        return lines
    }
}
