import Foundation
import Glibc
import Logging
import TestCluster
import Testing
@testable import PorticoConfiguration
@testable import PorticoTelemetry

/// The thread that writes the log, and those who leave lines to it.
@Suite(.onBlockingThreads) struct LogWriterTests {
    private final class Pipe {
        private(set) var ends: [Int32] = [-1, -1]

        init() throws { try #require(pipe(&ends) == 0) }

        deinit { for end in ends where end >= 0 { close(end) } }

        /// The given number of lines, if they come.
        func read(lines: Int) -> String {
            var bytes: [UInt8] = [], count = 0
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var entry = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while count < lines, poll(&entry, 1, 10_000) > 0 {
                let read = Glibc.read(ends[0], &buffer, buffer.count)
                guard read > 0 else { break }
                count += buffer[..<read].count { $0 == 10 }
                bytes += buffer[..<read]
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func put(_ text: String, _ writer: LogWriter, _ mailbox: LogMailbox) {
        Array(text.utf8).withUnsafeBytes { writer.write($0, by: mailbox) }
    }

    @Test func linesComeOutWholeAndInOrder() throws {
        let pipe = try Pipe(), writer = LogWriter(descriptor: pipe.ends[1])
        let mailboxes = (0..<3).map { _ in writer.mailbox() }
        // Longer than a pipe takes in one piece, too.
        for number in 0..<200 {
            put("\(number) \(String(repeating: "x", count: number * 50))\n", writer, mailboxes[number % 3])
        }
        let text = pipe.read(lines: 200)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 200)
        for line in lines {
            let number = try #require(Int(line.prefix { $0 != " " }))
            #expect(line.count == "\(number) ".count + number * 50)
        }
        for mailbox in 0..<3 {
            let own = lines.compactMap { Int($0.prefix { $0 != " " }) }.filter { $0 % 3 == mailbox }
            #expect(own == own.sorted())
        }
        #expect(writer.droppedLines == 0)
    }

    /// A reader that takes a little and stops: nobody waits, what does not fit is counted, and told
    /// of once it is back.
    @Test func aReaderThatStallsCostsLinesAndNothingElse() throws {
        let pipe = try Pipe(), writer = LogWriter(descriptor: pipe.ends[1]), mailbox = writer.mailbox()
        let line = String(repeating: "y", count: 11_000) + "\n"
        let total = 3 * LogMailbox.mostBytes / line.utf8.count
        var little = [UInt8](repeating: 0, count: 5_000)
        put(line, writer, mailbox)
        _ = Glibc.read(pipe.ends[0], &little, little.count)
        for _ in 1..<total { put(line, writer, mailbox) }
        let dropped = writer.droppedLines
        #expect(dropped > total / 3 && dropped < total)
        // At the end of the process it is not waited for for ever, and only once.
        writer.flush(within: 20)
        writer.flush()
        let lines = pipe.read(lines: total - dropped + 1).split(separator: "\n")
        #expect(lines.count == total - dropped + 1)
        #expect(lines.last?.hasSuffix(" warning log lines were dropped: nobody read them lines=\(dropped)") == true)
        #expect(writer.droppedLines == dropped)
    }

    @Test func whoHasLeftIsWrittenAndForgotten() throws {
        let pipe = try Pipe(), writer = LogWriter(descriptor: pipe.ends[1]), mailbox = writer.mailbox()
        put("last words\n", writer, mailbox)
        writer.forget(mailbox)
        #expect(pipe.read(lines: 1) == "last words\n")
        writer.flush()
        #expect(writer.droppedLines == 0)
    }

    /// It is never read: that ends nothing and stops nothing.
    @Test func aReaderThatIsGoneIsNoEnd() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let writer = LogWriter(descriptor: ends[1]), mailbox = writer.mailbox()
        for _ in 0..<10 { put("nobody\n", writer, mailbox) }
        writer.flush()
        close(ends[1])
    }

    @Test func aFlushWaitsForWhatWasSaid() throws {
        let folder = NSTemporaryDirectory() + "portico-log-" + UUID().uuidString
        let file = open(folder, O_CREAT | O_RDWR | O_APPEND, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unlink(folder)
        }
        let writer = LogWriter(descriptor: file)
        let logger = LoggingConfiguration().logger(writer: writer)
        for number in 0..<100 { logger.notice("said", metadata: ["number": "\(number)"]) }
        writer.flush()
        #expect(try String(contentsOfFile: folder, encoding: .utf8).count { $0 == "\n" } == 100)
    }
}
