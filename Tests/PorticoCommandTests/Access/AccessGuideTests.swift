import Foundation
import TestCluster
import Testing

/// The guide to the access rules shows what the program prints: each section's edits are made, and
/// its commands run, on a copy of the project.
@Suite(.onBlockingThreads) struct AccessGuideTests {
    private static let guide = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/guides/access.md")
    private static let sections = Swift.Result { try GuideSection.all(of: String(contentsOf: guide, encoding: .utf8)) }
    /// The commands change nothing of the database, so that all sections share one.
    private static let database = Swift.Result { try ProjectFixture.seeded().url }

    @Test func thereAreExamplesAtAll() throws {
        let shown = try Self.sections.get().flatMap(\.steps).count {
            if case .run(_, let output) = $0 { !output.isEmpty } else { false }
        }
        #expect(shown >= 35)
    }

    @Test(arguments: (try? AccessGuideTests.sections.get()) ?? []) func aSectionIsTrue(_ section: GuideSection) throws {
        let project = try ProjectCopy(), url = try Self.database.get()
        try shell(
            "git init -q && git add . && git -c user.name=a -c user.email=a@b.test commit -q -m one", project, url)
        for step in section.steps {
            switch step {
            case .write(let file, let text): try project.write(text, to: file)
            case .exchange(let file, let old, let new):
                #expect(
                    try project.read(file).components(separatedBy: old).count == 2,
                    "\(file) does not have exactly once: \(old)")
                try project.replace(old, by: new, in: file)
            case .run(let command, let expected):
                let printed = try shell(command, project, url)
                let missing = GuideSection.firstMissing(expected, in: printed)
                #expect(
                    missing == nil,
                    "\(section.heading): `\(command)` does not print what the guide shows, beginning with: \(missing ?? "")\n\n\(printed)"
                )
            }
        }
    }

    /// Runs a line as a person's shell does, in the project's folder; both outputs.
    @discardableResult private func shell(_ line: String, _ project: ProjectCopy, _ url: String) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: project.path)
        process.environment = [
            "PATH": "\(URL(fileURLWithPath: CommandProcess.program).deletingLastPathComponent().path):/usr/bin:/bin",
            "HOME": "/nonexistent", "DATABASE_URL": url,
        ]
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
