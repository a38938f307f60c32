import Foundation
import Testing
@testable import PorticoConfiguration
@testable import PorticoPolicy

/// The files of the trail, without a server.
final class AccessHistoryWriterTests {
    private let folder = NSTemporaryDirectory() + "portico-history-\(UInt64.random(in: .min ... .max))"
    private var settings = AccessHistoryConfiguration()
    private var inForce: [String: String] = ["roles": "r", "a": "1"]

    init() { settings.folder = folder + "/inner/trail" }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func writer() -> AccessHistoryWriter { AccessHistoryWriter(settings, project: "/nonexistent") }
    private func everything() -> [AccessFileContent] {
        inForce.sorted { $0.key < $1.key }.map { AccessFileContent(file: $0.key, bytes: Array($0.value.utf8)) }
    }
    private func history() throws -> AccessHistory { try AccessHistory(folder: settings.folder) }
    private func files() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: settings.folder)) ?? []).filter { $0 != "lock" }.sorted()
    }

    private func change(_ writer: AccessHistoryWriter, _ file: String, _ text: String?, at time: Int) {
        inForce[file] = text
        var record = writer.record(.change, time: time)
        let content = text.map { AccessFileContent(file: file, bytes: Array($0.utf8)) }
        record.files = [content?.state ?? AccessFileState(file: file, sha256: nil)]
        writer.add(record, texts: content.map { [$0] } ?? [], everything: everything)
    }

    private func text(_ file: String, at time: Int) throws -> String? {
        guard let (state, texts) = try history().state(at: time), let hash = state.files[file]?.sha256 else {
            return nil
        }
        return texts[hash].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func eachTimeHasItsRules() throws {
        let writer = writer()
        writer.start(time: 1_000, everything: everything())
        change(writer, "a", "2", at: 2_000)
        change(writer, "b", "1", at: 3_000)
        change(writer, "a", nil, at: 4_000)
        writer.stop(time: 5_000, everything: everything)
        #expect(try (1...5).map { try text("a", at: $0 * 1_000) } == ["1", "2", "2", nil, nil])
        #expect(try (1...5).map { try text("b", at: $0 * 1_000 + 999) } == [nil, nil, "1", "1", "1"])
        #expect(try text("a", at: 999) == nil)
        // The text of the old a is that of b.
        let content = try String(contentsOfFile: settings.folder + "/000001.jsonl", encoding: .utf8)
        #expect(content.components(separatedBy: #""text":"1""#).count == 2)
        let state = try #require(try history().state(at: .max)).state
        #expect(state.last?.event == .stop && state.last?.rules == state.fingerprint)
    }

    @Test func anotherFileBeginsWithEverythingAndTheOldestGo() throws {
        settings.fileBytes = 1_000
        settings.files = 2
        let writer = writer()
        writer.start(time: 0, everything: everything())
        for number in 1...60 { change(writer, "a", "text \(number)", at: number * 1_000) }
        #expect(files().count == 3 && files().last != "000003.jsonl")
        #expect(try text("a", at: 60_000) == "text 60" && text("roles", at: 60_000) == "r")
        // What is left goes back without a gap.
        var reading = try history()
        let first = try #require(try reading.records().first).time / 1_000
        #expect(first > 1)
        for number in first...60 { #expect(try text("a", at: number * 1_000) == "text \(number)") }
        #expect(try history().state(at: 0) == nil)
    }

    @Test func halfALineOfACrashIsTakenAway() throws {
        let one = writer()
        one.start(time: 0, everything: everything())
        one.stop(time: 1_000, everything: everything)
        let path = settings.folder + "/000001.jsonl"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try (whole + Data(#"{"time":"1970-01-01T00:"#.utf8)).write(to: URL(fileURLWithPath: path))
        inForce["a"] = "2"
        let two = writer()
        two.start(time: 2_000, everything: everything())
        var reading = try history()
        #expect(try reading.records().map(\.event) == [.start, .stop, .start])
        #expect(reading.unreadableLines == 0)
        #expect(try text("a", at: 1_500) == "1" && text("a", at: 2_000) == "2")
    }

    @Test func onlyOneGatewayWritesAtATime() throws {
        let one = writer(), two = writer()
        one.start(time: 0, everything: everything())
        two.start(time: 1_000, everything: everything())
        #expect(two.failure?.contains("another gateway") == true)
        change(two, "a", "2", at: 2_000)
        var reading = try history()
        #expect(try reading.records().count == 1)
        one.stop(time: 3_000, everything: everything)
        two.retry(everything: everything)
        #expect(two.failure == nil)
        #expect(try reading.records().map(\.event) == [.start, .stop, .start, .change])
        #expect(try text("a", at: .max) == "2")
    }

    /// A disk that is full, a folder that may not be written: what waits is written later, with all
    /// that is in force.
    @Test func whatCannotBeWrittenWaits() throws {
        try FileManager.default.createDirectory(atPath: folder + "/inner", withIntermediateDirectories: true)
        // A folder cannot be made where a file is, by root neither.
        try Data().write(to: URL(fileURLWithPath: settings.folder))
        let writer = writer()
        writer.start(time: 0, everything: everything())
        #expect(writer.failure != nil)
        for number in 1...1_100 { change(writer, "a", "\(number)", at: number) }
        try FileManager.default.removeItem(atPath: settings.folder)
        writer.retry(everything: everything)
        #expect(writer.failure == nil)
        var reading = try history()
        #expect(try reading.records().count == AccessHistoryWriter.Limits.waiting)
        #expect(try text("a", at: .max) == "1100" && text("roles", at: .max) == "r")
        // Somebody takes the folder away.
        try FileManager.default.removeItem(atPath: settings.folder)
        change(writer, "a", "x", at: 2_000)
        #expect(try text("a", at: .max) == "x" && text("roles", at: .max) == "r")
        #expect(files() == ["000001.jsonl"])
    }

    @Test func anyBytesComeBackAsTheyWere() throws {
        for bytes in [[0xFF, 0x00, 0x0A], Array("\u{0}\"\\\n\u{1F600}".utf8), []] as [[UInt8]] {
            let content = AccessFileContent(file: "a", bytes: bytes)
            let writer = writer()
            writer.start(time: 0, everything: [content])
            writer.stop(time: 0) { [content] }
            let (state, texts) = try #require(try history().state(at: .max))
            #expect(state.files["a"]?.sha256.flatMap { texts[$0] } == bytes)
        }
    }

    @Test func withoutAFolderThereIsNoHistory() { #expect(throws: AccessHistory.Failure.self) { try history() } }
}
