/// How to send a body of unknown length (RFC 9112, sections 6.3 and 7.1).
public enum StreamedBody: Sendable, Equatable {
    /// In the chunked transfer coding.
    case chunked
    /// As it is, delimited by the end of the connection. For clients of HTTP/1.0, which do not know
    /// the coding, and for other protocols.
    case plain
    /// Not at all, as after a HEAD or a 304.
    case omitted

    /// Appends a piece of the body. An empty one appends nothing, as it would end the body.
    public func append(_ piece: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        guard piece.count > 0, self != .omitted else { return }
        if self == .chunked {
            output.append(hexadecimal: piece.count)
            output.append("\r\n")
        }
        output.append(contentsOf: piece)
        if self == .chunked { output.append("\r\n") }
    }

    /// Appends the end of the body.
    public func appendEnd(to output: inout [UInt8]) {
        if self == .chunked { output.append("0\r\n\r\n") }
    }
}

extension [UInt8] {
    /// - Parameter hexadecimal: Positive.
    fileprivate mutating func append(hexadecimal: Int) {
        var shift = (Int.bitWidth - 1 - hexadecimal.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(hexadecimal >> shift & 0xF)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
