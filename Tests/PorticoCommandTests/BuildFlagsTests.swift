import Foundation
import Testing

/// The scripts that build. SwiftPM builds everything again where a flag differs from the build
/// before.
@Suite struct BuildFlagsTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.repository.appendingPathComponent(name), encoding: .utf8)
    }

    @Test(arguments: ["run", "test", "scripts/fuzz"]) func aBuildHasTheSameFlagsWithAndWithoutATerminal(
        _ name: String
    ) throws {
        #expect(
            try text("scripts/setup.sh").contains("portico_flags=(--jobs \"$(portico_jobs)\" --no-color-diagnostics)"))
        let script = try text(name)
        let builds = script.split(separator: "\n").filter { $0.hasPrefix("swift build") }
        #expect(builds.count == 1)
        let flags = script.contains("\nflags=(\"${portico_flags[@]}\" ") ? "\"${flags[@]}\"" : "\"${portico_flags[@]}\""
        for build in builds { #expect(build.contains(flags), "\(build)") }
    }
}
