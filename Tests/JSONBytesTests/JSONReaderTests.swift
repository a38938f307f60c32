import Foundation
import JSONBytes
import TestRandom
import Testing

@Suite struct JSONReaderTests {
    static let accepted: [(text: String, value: JSONValue)] = [
        ("null", .null), (" true ", .bool(true)), ("\t\r\n false\n", .bool(false)), ("[]", .array([])),
        ("{}", .object([])), ("[ ]", .array([])),
        ("{ }", .object([])),
        ("0", .number("0")), ("-0", .number("-0")), ("-1", .number("-1")), ("10", .number("10")),
        ("1.50", .number("1.50")), ("1e5", .number("1e5")),
        ("1E+5", .number("1E+5")), ("0.1e-07", .number("0.1e-07")), ("-0.0", .number("-0.0")),
        ("123456789012345678901234567890", .number("123456789012345678901234567890")),
        ("1e99999", .number("1e99999")), (#""""#, .string("")), (#""a\/b\\c\"d""#, .string("a/b\\c\"d")),
        (#""\b\f\n\r\t""#, .string("\u{8}\u{C}\n\r\t")),
        (#""\u0041\u00e9\u20AC""#, .string("Aé€")), (#""\ud83d\ude00""#, .string("😀")),
        (#""\uD800\uDC00\uDBFF\uDFFF""#, .string("\u{10000}\u{10FFFF}")),
        (#""\u0000""#, .string("\u{0}")), ("\"é€😀\u{7F}\u{2028}\"", .string("é€😀\u{7F}\u{2028}")),
        (
            "\"\u{10FFFF}\u{E000}\u{FFFE}\u{D7FF}\u{800}\u{80}\"",
            .string("\u{10FFFF}\u{E000}\u{FFFE}\u{D7FF}\u{800}\u{80}")
        ),
        ("[1,2 , 3]", .array([.number("1"), .number("2"), .number("3")])), ("[[[]]]", .array([.array([.array([])])])),
        ("[null]", .array([.null])),
        (#"{"a":1}"#, .object([JSONMember(key: "a", value: .number("1"))])),
        (#"{"":{}}"#, .object([JSONMember(key: "", value: .object([]))])),
        (
            #"{ "a" : [ true , {"b":"c"} ] , "d" : null }"#,
            .object([
                JSONMember(
                    key: "a", value: .array([.bool(true), .object([JSONMember(key: "b", value: .string("c"))])])),
                JSONMember(key: "d", value: .null),
            ])
        ),
        (
            #"{"\u0061":1,"A":2}"#,
            .object([JSONMember(key: "a", value: .number("1")), JSONMember(key: "A", value: .number("2"))])
        ),
        ("\"12345678 abcdefgh é 12345678\"", .string("12345678 abcdefgh é 12345678")),
    ]

    @Test(arguments: accepted)
    func accepts(text: String, value: JSONValue) throws {
        #expect(try parseJSON(Array(text.utf8)) == value)
        // The same by way of skipping: all of it, and nothing else.
        try Array(text.utf8).withUnsafeBytes { raw in
            var reader = JSONReader(raw)
            let range = try reader.skipValue()
            try reader.readEnd()
            let skipped = reader.string(in: range)
            #expect(skipped == text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    @Test(arguments: accepted)
    func whatIsWrittenReadsBack(text: String, value: JSONValue) throws {
        let buffer = ResponseBuffer()
        value.write(into: buffer)
        #expect(try parseJSON(buffer.takeBytes()) == value)
    }

    static let refused: [(text: String, offset: Int)] = [
        ("", 0), (" ", 1), ("nul", 0), ("nulll", 4), ("True", 0), ("NaN", 0), ("Infinity", 0), ("-", 1), ("-a", 1),
        ("+1", 0), ("01", 0), ("-01", 1),
        ("00", 0), ("1.", 2), (".5", 0),
        ("1.e5", 2), ("1e", 2), ("1e+", 3), ("1ee5", 2), ("0x10", 1), ("1_000", 1), ("1 2", 2), ("[1,]", 3),
        ("[,1]", 1), ("[1 2]", 3), ("[", 1), ("[1", 2),
        ("[1,", 3), ("]", 0),
        ("{", 1), ("}", 0), ("{]", 1), ("[}", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7),
        (#"{"a":1 "b":2}"#, 7), ("{a:1}", 1), ("{1:1}", 1),
        ("{'a':1}", 1), (#"{"a":1}}"#, 7),
        (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"b":2,"\u0061":2}"#, 13), ("\"", 1), (#""abc"#, 4), (#""\"#, 1),
        (#""\x""#, 1), (#""\'""#, 1), (#""\u12""#, 1),
        (#""\u12g4""#, 1), (#""\u 123""#, 1),
        (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\ud800\ud800""#, 1), (#""\ud800x""#, 1), (#""\ud800\n""#, 1),
        ("\"a\nb\"", 2), ("\"a\tb\"", 2),
        ("\"\u{0}\"", 1), ("\"12345678\u{1F}\"", 9),
        ("'a'", 0), ("// c\n1", 0), ("[1]//", 3), ("\u{FEFF}1", 0), ("\u{A0}1", 0), ("1\u{C}", 1), ("undefined", 0),
    ]

    @Test(arguments: refused)
    func refuses(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try parseJSON(Array(text.utf8)) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
        #expect(throws: JSONError.self) {
            try Array(text.utf8).withUnsafeBytes { raw in
                var reader = JSONReader(raw)
                try reader.skipValue()
                try reader.readEnd()
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xE1, 0x80, 0x41],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) {
        for prefix in ["", "1234567", "12345678", "é"] {
            let start = [UInt8(ascii: "\"")] + Array(prefix.utf8)
            let error = #expect(throws: JSONError.self) { try parseJSON(start + bytes + [UInt8(ascii: "\"")]) }
            #expect(error?.offset == start.count)
            #expect(throws: JSONError.self) { try parseJSON(start + bytes) }
            #expect(throws: JSONError.self) { try parseJSON(bytes) }
        }
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try parseJSON(nested(64))
        #expect(throws: JSONError("The JSON text is nested deeper than 64 levels.", offset: 64)) {
            try parseJSON(nested(65))
        }
        #expect(throws: JSONError("The JSON text is nested deeper than 64 levels.", offset: 64)) {
            try parseJSON([UInt8](repeating: UInt8(ascii: "["), count: 100_000))
        }
        _ = try parseJSON(nested(3), limits: JSONLimits(depth: 3))
        #expect(throws: JSONError.self) { try parseJSON(nested(4), limits: JSONLimits(depth: 3)) }
        _ = try parseJSON(Array("[[],[],[{}],{\"a\":[]}]".utf8), limits: JSONLimits(depth: 3))
    }

    @Test func lengthAndValuesAreLimited() throws {
        _ = try parseJSON(Array("[1,2]".utf8), limits: JSONLimits(bytes: 5, values: 3))
        #expect(throws: JSONError.self) { try parseJSON(Array("[1,2]".utf8), limits: JSONLimits(bytes: 4)) }
        #expect(throws: JSONError.self) { try parseJSON(Array("[1,2]".utf8), limits: JSONLimits(values: 2)) }
    }

    @Test(arguments: [2, 15, 16, 17, 18, 500])
    func duplicateKeysInObjectsOfAnySize(count: Int) throws {
        let members = (0..<count).map { "\"k\($0)\":\($0)" }
        let whole = try parseJSON(Array("{\(members.joined(separator: ","))}".utf8))
        #expect(whole["k\(count - 1)"] == .number("\(count - 1)"))
        #expect(whole["k"] == nil)
        for repeated in [0, count / 2, count - 1] {
            let text = "{\(members.joined(separator: ",")),\"\\u006B\(repeated)\":0}"
            let error = #expect(throws: JSONError.self) { try parseJSON(Array(text.utf8)) }
            #expect(error?.message == "The key `k\(repeated)` stands twice in one object.")
        }
    }

    @Test func readsARequestByHand() throws {
        let body = Array(
            #" {"query":"{ a\n }","operationName":null,"variables":{"a":[1,{"b":"\u00e9"}]},"\u0065xtra":7} "#.utf8)
        try body.withUnsafeBytes { raw in
            var reader = JSONReader(raw)
            var query: [UInt8]?
            var variables: Range<Int>?
            var extra = false
            try reader.readObject { reader, key throws(JSONError) in
                if reader.text(key, equals: "query") {
                    query = try reader.readStringBytes()
                } else if reader.text(key, equals: "variables") {
                    variables = try reader.skipValue()
                } else if reader.text(key, equals: "extra") {
                    extra = true
                    let kind = try reader.peekKind()
                    #expect(kind == .number)
                    try reader.skipValue()
                } else {
                    let name = reader.string(key)
                    #expect(name == "operationName")
                    try reader.readNull()
                }
            }
            try reader.readEnd()
            #expect(query == Array("{ a\n }".utf8))
            #expect(extra)
            let spelling = variables.map { reader.string(in: $0) }
            #expect(spelling == #"{"a":[1,{"b":"\u00e9"}]}"#)
        }
    }

    @Test func bytesAtRandomDoNoHarm() {
        var generator = SeededGenerator(seed: 9)
        let alphabet = Array(#"{}[]:,"\u0da81e-+.tfn "#.utf8) + [0x00, 0x80, 0xC3, 0xA9, 0xF0, 0xFF]
        var accepted = 0
        for _ in 0..<30_000 {
            let bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            guard let value = try? parseJSON(bytes) else { continue }
            accepted += 1
            let buffer = ResponseBuffer()
            value.write(into: buffer)
            #expect((try? parseJSON(buffer.takeBytes())) == value)
        }
        #expect(accepted > 100)
    }

    /// Every prefix of a good text is refused, and what is wrong is said to be at its end.
    @Test func everyPrefixIsRefused() throws {
        let text = Array(#"{"a":[1.5e3,true,null,"x\u00e9\n😀"],"b":{"c":""}}"#.utf8)
        _ = try parseJSON(text)
        for length in 0..<text.count { #expect(throws: JSONError.self) { try parseJSON(Array(text[..<length])) } }
    }
}
