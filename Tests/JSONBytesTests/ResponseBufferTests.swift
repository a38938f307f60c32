import Foundation
import JSONBytes
import TestRandom
import Testing

@Suite struct ResponseBufferTests {
    static func text(_ write: (ResponseBuffer) -> Void) -> String {
        let buffer = ResponseBuffer(capacity: 1)
        write(buffer)
        return String(decoding: buffer.takeBytes(), as: UTF8.self)
    }

    @Test func growsFromNothingToAMegabyte() {
        let buffer = ResponseBuffer(capacity: 0)
        var expected: [UInt8] = []
        for round in 0..<20_000 {
            buffer.append(UInt8(truncatingIfNeeded: round))
            buffer.append([1, 2, 3])
            buffer.append("literal é")
            buffer.append(utf8: "text ü")
            buffer.append(([9, 8, 7, 6] as [UInt8])[1...2])
            expected += [UInt8(truncatingIfNeeded: round), 1, 2, 3] + Array("literal étext ü".utf8) + [8, 7]
        }
        #expect(buffer.count == expected.count)
        #expect(buffer.withUnsafeBytes { $0.elementsEqual(expected) })
    }

    /// A hundred answers of the same bytes exist once; a write to one of them makes a copy.
    @Test func manyShowTheSameBytes() {
        let buffer = ResponseBuffer(capacity: 1 << 20)
        buffer.append("shared")
        let bytes = buffer.share()
        let others = (0..<100).map { _ in ResponseBuffer(sharing: bytes) }
        func address(_ buffer: ResponseBuffer) -> UnsafeRawPointer? { buffer.withUnsafeBytes { $0.baseAddress } }
        #expect(others.allSatisfy { address($0) == address(buffer) && $0.sharedBytes === bytes })
        others[0].append(" no more")
        others[1].truncate(to: 2)
        others[1].append("y")
        others[2].reset(keepingCapacity: 0)
        #expect(
            others[0].takeBytes() == Array("shared no more".utf8) && others[1].takeBytes() == Array("shy".utf8)
                && others[2].isEmpty)
        #expect(others.prefix(3).allSatisfy { $0.sharedBytes == nil })
        #expect(others[3].detach() === bytes && others[3].isEmpty && buffer.share() === bytes)
        others[4].truncate(to: 3)
        #expect(others[4].sharedBytes == nil && others[4].detach().withUnsafeBytes { Array($0) } == Array("sha".utf8))
        buffer.append("!")
        #expect(buffer.takeBytes() == Array("shared!".utf8))
        #expect(others[5].takeBytes() == Array("shared".utf8))
        #expect(DetachedBytes("text").withUnsafeBytes { Array($0) } == Array("text".utf8))
    }

    @Test func truncatesAndResets() {
        let buffer = ResponseBuffer()
        buffer.append("0123456789")
        buffer.truncate(to: 4)
        buffer.truncate(to: 99)
        buffer.truncate(to: -1)
        #expect(buffer.count == 4)
        buffer.append([UInt8](repeating: 7, count: 100_000))
        buffer.reset(keepingCapacity: 1000)
        #expect(buffer.isEmpty)
        buffer.append("again")
        #expect(buffer.takeBytes() == Array("again".utf8))
        #expect(buffer.takeBytes() == [])
    }

    /// While it grows, too: the bytes are its own.
    @Test func saysAgainWhatItHasSaid() {
        #expect(
            Self.text { buffer in
                buffer.append("{\"a\":\"")
                let place = buffer.count
                buffer.append(utf8: String(repeating: "x", count: 60))
                for name in ["b", "c"] {
                    buffer.append("\",\"")
                    buffer.append(utf8: name)
                    buffer.append("\":\"")
                    buffer.appendAgain(from: place, to: UInt8(ascii: "\""))
                }
                buffer.append("\"}")
                // Nothing stands at these places.
                for place in [-1, buffer.count, buffer.count + 1] { buffer.appendAgain(from: place, to: 0) }
            } == "{"
                + ["a", "b", "c"].map { "\"\($0)\":\"\(String(repeating: "x", count: 60))\"" }.joined(separator: ",")
                + "}")
    }

    @Test func emptyPiecesAddNothing() {
        #expect(
            Self.text { buffer in
                buffer.append([])
                buffer.append("")
                buffer.append(utf8: "")
                buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
            } == "")
    }

    // MARK: Integers

    @Test(
        arguments: [
            0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 9999, 10_000, 10_001, 123_456_789, -1, -10, -100, .max, .min,
            .max - 1,
        ] as [Int64])
    func integers(value: Int64) {
        #expect(Self.text { $0.appendInteger(value) } == String(value))
    }

    @Test func integersOfEveryLength() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let value = Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
            let written = Self.text { $0.appendInteger(value) }
            guard written == String(value) else {
                Issue.record("\(value) was written as \(written)")
                return
            }
        }
    }

    // MARK: Doubles

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (100, "100"), (1.5, "1.5"), (0.1, "0.1"), (1e20, "1e+20"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (9_007_199_254_740_992, "9007199254740992"),
            (-123.456, "-123.456"),
        ] as [(Double, String)])
    func doubles(value: Double, expected: String) {
        var said = false
        #expect(Self.text { said = $0.appendDouble(value) } == expected)
        #expect(said)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, .signalingNaN])
    func nonFiniteDoublesAreRefused(value: Double) {
        var said = true
        #expect(Self.text { said = $0.appendDouble(value) } == "")
        #expect(!said)
    }

    @Test func doublesComeBack() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let written = Self.text { $0.appendDouble(value) }
            let read = try parseJSON(Array(written.utf8))
            guard read == .number(written), Double(written)?.bitPattern == value.bitPattern else {
                Issue.record("\(value) was written as \(written)")
                return
            }
        }
    }
}

@Suite struct DateTimeTests {
    static func written(_ instant: Int64) -> String? {
        let buffer = ResponseBuffer()
        let said = buffer.appendDateTime(microsecondsSince2000: instant)
        if !said { #expect(buffer.isEmpty) }
        return said ? String(decoding: buffer.takeBytes(), as: UTF8.self) : nil
    }

    @Test(
        arguments: [
            (0, "2000-01-01T00:00:00Z"), (-1, "1999-12-31T23:59:59.999999Z"), (1, "2000-01-01T00:00:00.000001Z"),
            (100_000, "2000-01-01T00:00:00.1Z"),
            (120_000, "2000-01-01T00:00:00.12Z"), (123_400, "2000-01-01T00:00:00.1234Z"),
            (794_226_030_123_456, "2025-03-02T10:20:30.123456Z"),
            (5_097_600_000_000, "2000-02-29T00:00:00Z"), (-63_082_281_600_000_000, "0001-01-01T00:00:00Z"),
            (252_455_615_999_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func known(instant: Int64, expected: String) {
        #expect(Self.written(instant) == expected)
    }

    @Test(arguments: [Int64.max, .min, .max - 1, .min + 1, -63_082_281_600_000_001, 252_455_616_000_000_000])
    func outsideOfFourDigitYears(instant: Int64) {
        #expect(Self.written(instant) == nil)
    }

    @Test func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .iso8601)  // proleptic Gregorian
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            // Not before the calendar reform of 1582, where Foundation's calendars change to the
            // Julian one.
            let second = Int64.random(in: -13_000_000_000..<252_455_616_000, using: &generator)
            let micro = Int64.random(in: 0..<1_000_000, using: &generator)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(second + 946_684_800)))
            var expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d.%06d", try #require(parts.year), try #require(parts.month),
                try #require(parts.day),
                try #require(parts.hour), try #require(parts.minute), try #require(parts.second), Int(micro))
            while expected.hasSuffix("0") { expected.removeLast() }
            if expected.hasSuffix(".") { expected.removeLast() }
            let written = Self.written(second * 1_000_000 + micro)
            guard written == expected + "Z" else {
                Issue.record("\(second).\(micro): \(written ?? "nil") instead of \(expected)Z")
                return
            }
        }
    }

    @Test func everyDayFollowsTheOneBefore() {
        var (year, month, day) = (1, 1, 1)
        let perDay: Int64 = 86_400_000_000
        var instant: Int64 = -63_082_281_600_000_000
        while year < 2_405 {
            let expected =
                "\(year < 10 ? "000" : year < 100 ? "00" : year < 1000 ? "0" : "")\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T00:00:00Z"
            guard Self.written(instant) == expected else {
                Issue.record("\(Self.written(instant) ?? "nil") instead of \(expected)")
                return
            }
            instant += perDay
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func whatIsDetachedStaysAsItIs() {
        let buffer = ResponseBuffer(capacity: 64)
        let text = [UInt8](repeating: 0x61, count: 100_000)
        buffer.append(text)
        let detached = buffer.detach()
        #expect(buffer.isEmpty)
        buffer.append("other")
        #expect(detached.count == text.count)
        #expect(detached.withUnsafeBytes { Array($0) } == text)
        #expect(buffer.takeBytes() == Array("other".utf8))
        #expect(ResponseBuffer().detach().withUnsafeBytes { $0.count } == 0)
    }
}
