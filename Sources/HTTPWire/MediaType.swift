/// A media type or range (RFC 9110, sections 8.3.1 and 12.5.1): lower-case names.
public struct MediaType: Sendable, Hashable, CustomStringConvertible {
    /// `*` in the range `*/*`.
    public let type: String
    /// `*` in the ranges `*/*` and `type/*`.
    public let subtype: String
    /// Names in lower case; values as written, without quotation marks.
    public let parameters: [Parameter]

    public struct Parameter: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    /// Parameters beyond which a media type is refused. Guards against a header with nothing else.
    public static let mostParameters = 16

    /// - Parameters: Names in lower case.
    public init(_ type: String, _ subtype: String, parameters: [Parameter] = []) {
        (self.type, self.subtype, self.parameters) = (type, subtype, parameters)
    }

    /// Parses a `Content-Type`, such as `application/json; charset="utf-8"`; `nil` if invalid.
    public init?(parsing text: String) {
        var scanner = FieldScanner(text)
        guard let media = scanner.mediaType(), scanner.atEnd else { return nil }
        self = media
    }

    /// The value of a parameter.
    /// - Parameter name: In lower case.
    public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Compares type and subtype, ignoring parameters.
    public func isSame(as other: MediaType) -> Bool { type == other.type && subtype == other.subtype }

    public var description: String {
        parameters.reduce("\(type)/\(subtype)") { text, parameter in
            let isToken = !parameter.value.isEmpty && parameter.value.utf8.allSatisfy { ByteSet.token.contains($0) }
            let escaped = parameter.value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
            return text + "; \(parameter.name)=" + (isToken ? parameter.value : "\"\(String(escaped))\"")
        }
    }
}

/// Reads the components of field values (RFC 9110, section 5.6).
struct FieldScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var atEnd: Bool { index == bytes.count }

    mutating func skipBlanks() { while index < bytes.count, bytes[index].isBlank { index += 1 } }

    /// Consumes one character if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func token() -> String? {
        let start = index
        while index < bytes.count, ByteSet.token.contains(bytes[index]) { index += 1 }
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    /// The text between quotation marks, unescaped.
    mutating func quotedString() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard index < bytes.count else { return nil }
                byte = bytes[index]
                index += 1
            }
            text.append(byte)
        }
        return nil
    }

    /// A media type with its parameters and surrounding blanks.
    mutating func mediaType() -> MediaType? {
        skipBlanks()
        guard let type = token(), take(UInt8(ascii: "/")), let subtype = token() else { return nil }
        guard type != "*" || subtype == "*" else { return nil }
        var parameters: [MediaType.Parameter] = []
        skipBlanks()
        while take(UInt8(ascii: ";")) {
            skipBlanks()
            guard let name = token() else { continue }  // empty parameters are to be passed over
            guard take(UInt8(ascii: "=")), let value = quotedString() ?? token() else { return nil }
            guard parameters.count < MediaType.mostParameters else { return nil }
            parameters.append(MediaType.Parameter(name: name.lowercased(), value: value))
            skipBlanks()
        }
        return MediaType(type.lowercased(), subtype.lowercased(), parameters: parameters)
    }

    /// Moves past the next comma outside quotation marks, or to the end.
    mutating func skipElement() {
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ","), take(UInt8(ascii: ",")) { return }
            if bytes[index] == UInt8(ascii: "\"") {
                if quotedString() == nil { index = bytes.count }
            } else {
                index += 1
            }
        }
    }
}
