import Foundation

/// Asks `Tests/Clients/verdicts.py`, which holds documents against graphql-core, the Python port of
/// the reference implementation.
enum ReferenceProcess {
    /// What `scripts/setup.sh` installs; older ones lack rules of the September 2025 edition
    /// (OneOf, descriptions of operations, directives at the root of subscriptions).
    static let version = "3.3.2"

    enum Verdict: Equatable {
        case accepted
        case unparsed(String)
        /// The library's names of the rules, and the first message.
        case invalid(rules: [String], message: String)

        init?(_ line: Substring) {
            let words = line.split(separator: " ", maxSplits: 2)
            switch words.first {
            case "A": self = .accepted
            case "P": self = .unparsed(String(line.dropFirst(2)))
            case "V" where words.count == 3:
                self = .invalid(rules: words[1].split(separator: ",").map(String.init), message: String(words[2]))
            default: return nil
            }
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let script = folder.appending(path: "Tests/Clients/verdicts.py").path(percentEncoded: false)

    /// The first interpreter that has the library in this version: the one that `./test` sets up,
    /// or the machine's.
    static let interpreter: [String]? = [
        [folder.appending(path: ".build/clients/bin/python").path(percentEncoded: false)], ["/usr/bin/env", "python3"],
    ].first { command in
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: command[0])
        process.arguments = command.dropFirst() + [script, "--version"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.trimmingCharacters(in: .whitespacesAndNewlines) == version
    }

    struct Failure: Error { let message: String }

    /// The verdicts on documents, each held against one of the schemas by its position. No thread
    /// waits for the process.
    static func verdicts(on documents: [(schema: Int, bytes: [UInt8])], schemas: [String]) async throws -> [Verdict] {
        guard let interpreter else {
            throw Failure(message: "there is no python3 with graphql-core \(version), which ./test installs")
        }
        let place = FileManager.default.temporaryDirectory.appending(path: "portico-reference-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        var files: [String] = []
        for (position, text) in schemas.enumerated() {
            let file = place.appending(path: "schema\(position).graphql")
            try Data(text.utf8).write(to: file)
            files.append(file.path(percentEncoded: false))
        }
        let input = place.appending(path: "documents"), output = place.appending(path: "verdicts"),
            errors = place.appending(path: "errors")
        try Data(documents.map { "\($0.schema) \(Data($0.bytes).base64EncodedString())\n" }.joined().utf8).write(
            to: input)
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        // Its two processes must not take the cores from tests that wait for what happens in time.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["nice", "-n", "15"] + interpreter + [script] + files
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else {
            throw Failure(message: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
        let lines = String(decoding: try Data(contentsOf: output), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let verdicts = lines.compactMap(Verdict.init)
        guard verdicts.count == documents.count else {
            throw Failure(message: "\(documents.count) documents had \(verdicts.count) verdicts")
        }
        return verdicts
    }
}
