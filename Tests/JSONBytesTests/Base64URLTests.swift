import JSONBytes
import Testing

struct Base64URLTests {
    @Test(arguments: [
        ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("_-8", "\u{FFFD}\u{FFFD}"),
    ])
    func decodes(text: String, expected: String) {
        #expect(decodeBase64URL(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(arguments: [[], [0], [0xFF, 0xEF], [1, 2, 3], Array("any carnal pleasure".utf8)] as [[UInt8]])
    func encodesWhatDecodes(bytes: [UInt8]) {
        let buffer = ResponseBuffer()
        buffer.appendBase64URL(bytes)
        #expect(decodeBase64URL(buffer.takeBytes()) == bytes)
    }

    /// Padding, the other alphabet, white space, a lone character, and bits that carry nothing.
    @Test(arguments: ["Zg==", "+/8", "Zm 9v", "Z", "Zm9vY", "Zh", "Zm9"]) func refuses(text: String) {
        #expect(decodeBase64URL(Array(text.utf8)) == nil)
    }
}
