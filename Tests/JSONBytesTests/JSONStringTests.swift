import Foundation
import JSONBytes
import TestRandom
import Testing

@Suite struct JSONStringTests {
    static func quoted(_ text: String) -> String {
        let buffer = ResponseBuffer(capacity: 1)
        buffer.appendJSONString(text)
        return String(decoding: buffer.takeBytes(), as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("a", #""a""#), ("\"", #""\"""#), ("\\", #""\\""#), ("/", #""/""#),
        ("\u{8}\u{9}\u{A}\u{C}\u{D}", #""\b\t\n\f\r""#),
        ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""), ("grün 🐘 漢字", "\"grün 🐘 漢字\""),
        ("01234567\"", #""01234567\"""#),
        ("0123456\"89abcdef\\0", #""0123456\"89abcdef\\0""#), ("!!!!!!!!", #""!!!!!!!!""#),
        ("[[[]]]]]#", #""[[[]]]]]#""#),
    ])
    func known(text: String, expected: String) {
        #expect(Self.quoted(text) == expected)
    }

    /// Each byte value that must be escaped, and its neighbours, at each place of a word and of the
    /// tail behind it.
    @Test func everyByteAtEveryPlace() throws {
        for byte in UInt8(0)..<0x80 {
            for length in 1...19 {
                for place in 0..<length {
                    var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                    bytes[place] = byte
                    let buffer = ResponseBuffer(capacity: 1)
                    buffer.appendJSONString(bytes)
                    let mustEscape = byte < 0x20 || byte == 0x22 || byte == 0x5C
                    guard try parseJSON(buffer.takeBytes()) == .string(String(decoding: bytes, as: UTF8.self)) else {
                        Issue.record("byte \(byte) at \(place) of \(length)")
                        return
                    }
                    buffer.appendJSONString(bytes)
                    #expect((buffer.count > length + 2) == mustEscape)
                }
            }
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let text = Self.randomText(using: &generator)
            let written = Self.quoted(text)
            guard try parseJSON(Array(written.utf8)) == .string(text) else {
                Issue.record("\(text.debugDescription) was written as \(written)")
                return
            }
        }
    }

    @Test func foundationReadsWhatIsWritten() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let text = Self.randomText(using: &generator)
            let data = Data("[\(Self.quoted(text))]".utf8)
            let read = try #require(try JSONSerialization.jsonObject(with: data) as? [String])
            #expect(read.first.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    static func randomText(using generator: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<60, using: &generator) {
            let range: ClosedRange<UInt32> =
                switch UInt8.random(in: 0..<8, using: &generator) {
                case 0: 0x00...0x1F
                case 1: 0x20...0x23
                case 2: 0x5B...0x5D
                case 3: 0x80...0xD7FF
                case 4: 0xE000...0x10FFFF
                default: 0x20...0x7E
                }
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
