/// The chunked transfer coding (RFC 9112, section 7.1) as far as its lines go: sizes, extensions
/// and trailers.
struct ChunkedBody {
    /// Extension bytes that the chunks had so far.
    private(set) var extensionBytes = 0

    /// Hexadecimal digits of a size; leading zeros may fill them, but not stretch them.
    static let mostDigits = 16

    /// The longest line with a size that may still be good.
    func longestLine(_ limits: HTTPLimits) -> Int { Self.mostDigits + limits.chunkExtensions - extensionBytes }

    /// The size of the chunk that a line announces.
    /// - Parameters:
    ///   - line: without its line end.
    ///   - received: how long the body is without this chunk.
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

    /// Extensions are bounded, checked for what could hide a line end, and otherwise ignored.
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
