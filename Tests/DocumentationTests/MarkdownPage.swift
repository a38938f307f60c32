import Foundation

/// The lines of a Markdown file that are no code, each with its number.
struct MarkdownPage {
    let prose: [(number: Int, line: String)]

    init(_ file: URL) throws {
        var isCode = false
        var prose: [(Int, String)] = []
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        for (index, line) in lines.enumerated() {
            if line.trimmingCharacters(in: .whitespaces).hasPrefix("```") {
                isCode.toggle()
            } else if !isCode, !line.hasPrefix("    ") {
                prose.append((index + 1, line))
            }
        }
        self.prose = prose
    }

    /// The targets of inline links, those within code spans left out.
    var links: [(number: Int, target: String)] {
        prose.flatMap { number, line in
            line.replacing(/`[^`]*`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map { (number, String($0.1)) }
        }
    }

    /// The anchors of the headings, as GitHub makes them.
    var anchors: Set<String> {
        var seen: [String: Int] = [:]
        return Set(
            prose.compactMap { _, line in
                guard let heading = line.wholeMatch(of: /#{1,6} (.+)/)?.1 else { return nil }
                let words = heading.replacing(/\[([^\]]*)\]\([^)]*\)/, with: { $0.1 }).lowercased()
                let slug = words.replacing(" ", with: "-").filter { $0.isLetter || $0.isNumber || "-_".contains($0) }
                let before = seen[slug, default: 0]
                seen[slug] = before + 1
                return before == 0 ? slug : "\(slug)-\(before)"
            })
    }
}
