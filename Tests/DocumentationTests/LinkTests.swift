import Foundation
import Testing

/// The Markdown files of the repository: their relative links lead to files and headings that are
/// there, and their prose wraps at 100 columns.
@Suite struct LinkTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Paths from the root, without hidden folders such as `.build`.
    private static let files: [String] = {
        let all = FileManager.default.enumerator(
            at: root, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "md" }
            .map { String($0.resolvingSymlinksInPath().path.dropFirst(root.path.count + 1)) }.sorted()
    }()

    @Test func thereAreFilesAtAll() { #expect(Self.files.contains("README.md") && Self.files.count > 10) }

    @Test(arguments: files) func everyLinkLeadsSomewhere(_ file: String) throws {
        let page = try MarkdownPage(Self.root.appending(path: file))
        for (line, link) in page.links where !link.contains(":") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target =
                parts[0].isEmpty
                ? Self.root.appending(path: file)
                : Self.root.appending(path: file).deletingLastPathComponent().appending(path: parts[0]).standardized
            guard FileManager.default.fileExists(atPath: target.path) else {
                Issue.record("\(file):\(line): there is no file for \(link)")
                continue
            }
            if parts.count == 2, try !MarkdownPage(target).anchors.contains(parts[1]) {
                Issue.record("\(file):\(line): there is no heading for \(link)")
            }
        }
    }

    /// A line that cannot be broken, such as one long link, may be longer.
    @Test(arguments: files) func proseIsWrapped(_ file: String) throws {
        let page = try MarkdownPage(Self.root.appending(path: file))
        for (number, line) in page.prose where line.count > 100 && !line.hasPrefix("|") && !line.hasPrefix("#") {
            let words = line.trimmingCharacters(in: .whitespaces).split(separator: " ")
            #expect(words.count < 4, "\(file):\(number) has \(line.count) columns")
        }
    }
}
