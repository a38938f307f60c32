import JSONBytes
import PorticoCatalog
import PorticoPlanning
import Testing

@testable import PorticoExecution

/// Cells as PostgreSQL 15 sends them in binary, taken from `SELECT encode(…_send(value), 'hex')`.
@Suite final class CellFormTests {
    private var lost: [Int] = []

    @Test(arguments: [
        ("0001000000000002" + "0000", "\"0.00\""),
        ("0000000000000000", "\"0\""),
        ("0000000000000002", "\"0.00\""),
        ("0002000000000002" + "0031" + "2328", "\"49.90\""),
        ("0002000040000002" + "0031" + "2328", "\"-49.90\""),
        ("0001000200000000" + "0001", "\"100000000\""),
        ("0002000100000000" + "0001" + "0002", "\"10002\""),
        ("0001ffff00000004" + "0001", "\"0.0001\""),
        ("0001fffe00000008" + "270f", "\"0.00009999\""),
        ("0003000100000003" + "0001" + "0929" + "1388", "\"12345.500\""),
    ])
    func numerics(_ hex: String, _ expected: String) {
        #expect(write(hex, .numeric) == expected)
    }

    @Test(arguments: ["00000000c0000000", "00000000d0000000", "00000000f0000000", "0001", "0005000000000000" + "0001"])
    func numericsThatNoDecimalWrites(_ hex: String) {
        #expect(write(hex, .numeric) == nil)
    }

    @Test(
        arguments: [
            ("0001", CellForm.int2, "1"), ("ffffffff", .int4, "-1"), ("000000007fffffff", .int8, "2147483647"),
            ("7fffffffffffffff", .quotedInt8, "\"9223372036854775807\""), ("0000002a", .quotedInt4, "\"42\""),
            ("01", .bool, "true"), ("00", .bool, "false"),
            ("3ff8000000000000", .float8, "1.5"), ("3dcccccd", .float4, "0.1"),
            ("0002d2440a8c5780", .timestamptz, "\"2025-03-01T10:20:30Z\""),
            ("000023fa", .date, "\"2025-03-20\""),
            ("550e8400e29b41d4a716446655440000", .uuid, "\"550e8400-e29b-41d4-a716-446655440000\""),
            ("017b7d", .jsonb, "{}"), ("7b7d", .json, "{}"),
            ("6122620a", .string, #""a\"b\n""#),
        ] as [(String, CellForm, String)])
    func scalars(_ hex: String, _ form: CellForm, _ expected: String) {
        #expect(write(hex, form) == expected)
    }

    /// What the field's scalar cannot say is no value at all, never a wrong one.
    @Test(arguments: [
        ("0000000080000000", CellForm.int8), ("7ff8000000000000", .float8), ("7f800000", .float4),
        ("7fffffffffffffff", .timestamptz),
        ("8000000000000000", .timestamptz), ("7fffffff", .date), ("7fda970c", .date), ("0000", .int4),
        ("027b7d", .jsonb), ("", .json), ("00", .uuid),
    ])
    func unsayable(_ hex: String, _ form: CellForm) {
        #expect(write(hex, form) == nil)
    }

    @Test func enumerations() {
        let form = CellForm.enumeration([
            EnumText(label: Array("in_progress".utf8), json: Array("\"IN_PROGRESS\"".utf8))
        ])
        #expect(write("696e5f70726f6772657373", form) == "\"IN_PROGRESS\"")
        #expect(write("696e5f70726f67726573", form) == nil)
    }

    @Test func arrays() {
        let twoTexts =
            "00000001" + "00000000" + "00000019" + "00000002" + "00000001" + "00000001" + "61" + "00000002" + "6263"
        #expect(write(twoTexts, .array(.string, elementsNonNull: true)) == #"["a","bc"]"#)
        #expect(write("000000000000000000000019", .array(.string, elementsNonNull: true)) == "[]")
        let withNull = "00000001" + "00000001" + "00000019" + "00000002" + "00000001" + "ffffffff" + "00000001" + "61"
        #expect(write(withNull, .array(.string, elementsNonNull: false)) == #"[null,"a"]"#)
        #expect(write(withNull, .array(.string, elementsNonNull: true)) == nil)
        let cutOff = String(twoTexts.dropLast(2))
        #expect(write(cutOff, .array(.string, elementsNonNull: true)) == nil)
    }

    /// An element that cannot be said is null where it may be; the rest of the list stands.
    @Test func elementsAreLostOneByOne() {
        let floats =
            "00000001" + "00000000" + "000002bd" + "00000003" + "00000001" + "00000008" + "3ff8000000000000"
            + "00000008" + "7ff8000000000000" + "00000008" + "4000000000000000"
        #expect(write(floats, .array(.float8, elementsNonNull: false)) == "[1.5,null,2]")
        #expect(lost == [1])
        #expect(write(floats, .array(.float8, elementsNonNull: true)) == nil)
    }

    /// `json` keeps the escapes that it was given, `jsonb` none.
    @Test(arguments: [
        (#"{"a":"\ud83d\ude00"}"#, true), (#"["\\ud800", "\\\\"]"#, true), (#""\u00e9 \n \u005c""#, true),
        (#""\uD83D\uDE00\uD83D\uDE00""#, true), ("[]", true),
        (#"{"a":"\ud800"}"#, false), (#""\udc00""#, false), (#""\ud800x\udc00""#, false),
        (#""\ud800\ud800\udc00""#, false), (#""\ud800\n""#, false), (#""\udc00\ud800""#, false),
        (#"{"\udead":1}"#, false), (#""\\\ud800""#, false), ("", false),
    ])
    func halvesOfCharactersAreNotSaid(_ json: String, _ isSayable: Bool) {
        let hex = json.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(write(hex, .json) == (isSayable ? json : nil))
    }

    private func write(_ hex: String, _ form: CellForm) -> String? {
        let bytes = stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
        let buffer = ResponseBuffer()
        let isWritten = bytes.withUnsafeBytes { form.write($0, into: buffer, lost: { lost.append($0) }) }
        return isWritten ? String(decoding: buffer.takeBytes(), as: UTF8.self) : nil
    }
}
