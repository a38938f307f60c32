/// Lines of the chunked transfer coding (RFC 9112, section 7.1): sizes and extensions.
struct ChunkedBody {
    /// Extension bytes of all chunks so far.
    private(set) var extensionBytes = 0

    /// Hexadecimal digits of a size, including leading zeros.
    static let mostDigits = 16

    /// The longest size line that may still be valid.
    func longestLine(_ limits: HTTPLimits) -> Int { Self.mostDigits + limits.chunkExtensions - extensionBytes }

    /// The size of the chunk that a line announces.
    /// - Parameters:
    ///   - line: Without its line end.
    ///   - received: The length of the body without this chunk.
    mutating func size(_ line: UnsafeRawBufferPointer, received: Int, limits: HTTPLimits) throws(HTTPFailure) -> Int {
        var digits = 0
        var size: UInt64 = 0
        while digits < line.count, let value = line[digits].hexValue {
            guard digits < Self.mostDigits else { throw .bad("The size of a chunk has too many digits.") }
            size = size << 4 | UInt64(value)
            digits += 1
        }
        guard digits > 0 else { throw .bad("The size of a chunk is not a hexadecimal number.") }
        try takeExtensions(UnsafeRawBufferPointer(rebasing: line[digits...]), limits: limits)
        guard size <= UInt64(max(limits.body - received, 0)) else {
            throw HTTPFailure(status: 413, "The body is longer than \(limits.body) bytes.", excess: .body)
        }
        return Int(size)
    }

    /// Extensions are bounded, checked for hidden line ends, and otherwise ignored.
    private mutating func takeExtensions(_ text: UnsafeRawBufferPointer, limits: HTTPLimits) throws(HTTPFailure) {
        guard let first = text.first else { return }
        guard first == UInt8(ascii: ";") else {
            throw .bad("The size of a chunk is followed by neither a line end nor an extension.")
        }
        guard HeadBuilder.isFieldValue(text) else { throw .bad("A chunk extension contains a control character.") }
        extensionBytes += text.count
        guard extensionBytes <= limits.chunkExtensions else {
            throw .bad("The chunk extensions are longer than \(limits.chunkExtensions) bytes.")
        }
    }
}
