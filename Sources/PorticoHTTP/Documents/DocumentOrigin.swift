import Diagnostics
import JSONBytes

/// The origin of a trusted document's text, for its errors: a file, or a string of a manifest.
struct DocumentOrigin {
    /// The file.
    let source: SourceText
    /// The range of the string between its quotation marks; `nil` if the file is the text.
    let string: Range<Int>?

    /// The range in the file for a range in the text.
    func range(of range: SourceRange) -> SourceRange {
        guard let string else { return range }
        return SourceRange(place(of: Int(range.start), in: string), place(of: Int(range.end), in: string))
    }

    /// Skips the string's escapes (RFC 8259, section 7) up to the given byte of the text.
    private func place(of offset: Int, in string: Range<Int>) -> Int {
        let bytes = source.bytes
        var index = string.lowerBound, decoded = 0
        while decoded < offset, index < string.upperBound {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < string.upperBound else {
                decoded += 1
                index += 1
                continue
            }
            guard bytes[index + 1] == UInt8(ascii: "u") else {
                decoded += 1
                index += 2
                continue
            }
            let unit =
                index + 6 <= string.upperBound
                ? UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16) ?? 0 : 0
            switch unit {
            case 0xD800..<0xDC00:
                decoded += 4
                index += 12
            case 0..<0x80:
                decoded += 1
                index += 6
            default:
                decoded += unit < 0x800 ? 2 : 3
                index += 6
            }
        }
        return min(index, string.upperBound)
    }
}

/// A manifest of documents: an object of ids and texts, as written by Relay's compiler, or one
/// whose `operations` are a list of objects with `id` and `body`, as written by Apollo's tools.
struct DocumentManifest {
    struct Entry {
        let id: String
        let text: [UInt8]
        /// Of the text, between its quotation marks.
        let string: Range<Int>
    }

    private(set) var entries: [Entry] = []

    /// Limits of one manifest, which is the project's own: they only guard against accidents.
    static let limits = JSONLimits(bytes: TrustedDocumentLimits.fileBytes, values: 1_000_000)

    init(_ source: SourceText) throws(JSONError) {
        let result = source.bytes.withUnsafeBytes { raw in Result { () throws(JSONError) in try Self.read(raw) } }
        entries = try result.get()
    }

    private static func read(_ raw: UnsafeRawBufferPointer) throws(JSONError) -> [Entry] {
        var reader = JSONReader(raw, limits: limits)
        var plain: [Entry] = [], listed: [Entry]?
        var stray: Int?
        try reader.readObject { reader, key throws(JSONError) in
            switch try reader.peekKind() {
            case .string:
                let text = try reader.readText()
                plain.append(Entry(id: reader.string(key), text: reader.utf8(text), string: text.range))
            case .array where reader.text(key, equals: "operations"):
                listed = try operations(&reader)
            case .null, .bool, .number, .array, .object:
                if stray == nil { stray = key.range.lowerBound }
                try reader.skipValue()
            }
        }
        try reader.readEnd()
        if let listed { return listed }
        if let stray { throw JSONError("The text of a document was expected behind this id.", offset: stray) }
        return plain
    }

    private static func operations(_ reader: inout JSONReader) throws(JSONError) -> [Entry] {
        var entries: [Entry] = []
        try reader.readArray { reader throws(JSONError) in
            let start = reader.offset
            var id: String?, body: JSONText?
            try reader.readObject { reader, key throws(JSONError) in
                if reader.text(key, equals: "id") {
                    id = try reader.readString()
                } else if reader.text(key, equals: "body") {
                    body = try reader.readText()
                } else {
                    try reader.skipValue()
                }
            }
            guard let id, let body else {
                throw JSONError("An operation of the manifest has an `id` and a `body`.", offset: start)
            }
            entries.append(Entry(id: id, text: reader.utf8(body), string: body.range))
        }
        return entries
    }
}
