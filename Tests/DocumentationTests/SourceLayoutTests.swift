import Foundation
import Testing

/// What no formatter looks after: how long the files of the sources are, and how wide their
/// comments.
@Suite struct SourceLayoutTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A file that is longer says why in the comment at its head.
    private static let longest = 500, widest = 100

    private static let files: [URL] = ["Sources", "Tests"].flatMap { folder in
        let all = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    @Test func filesAreShort() throws {
        #expect(Self.files.count > 500)
        for file in Self.files {
            let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
            guard lines.count - 1 > Self.longest else { continue }
            #expect(
                lines[0].hasPrefix("// Longer than \(Self.longest) lines"),
                "\(file.lastPathComponent) has \(lines.count - 1) lines and does not say why at its head")
        }
    }

    /// A line that cannot be broken, such as one with an example, may be wider.
    @Test func commentsAreNarrow() throws {
        for file in Self.files {
            let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
            var isText = false
            for (number, line) in lines.enumerated() {
                if line.contains("\"\"\"") { isText.toggle() }
                let comment = line.drop { $0 == " " }
                guard !isText, comment.hasPrefix("//"), line.count > Self.widest else { continue }
                let isProse = !comment.hasPrefix("///   ") && !comment.contains("# ") && !comment.contains("``")
                #expect(!isProse, "\(file.lastPathComponent):\(number + 1) has \(line.count) columns")
            }
        }
    }
}
